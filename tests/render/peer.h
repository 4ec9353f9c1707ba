/* What the peers of `orrery bench render` share: they say who they are, then answer a question a
 * line with a number a line, until there are no more. */
#ifndef ORR_TESTS_RENDER_PEER_H
#define ORR_TESTS_RENDER_PEER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Draws the picture with a number that grows by one from call to call. */
typedef void peer_draw_fn(void *context, size_t number);
/* Pictures a second over at least so many seconds, after one that is not counted. */
double peer_rate(peer_draw_fn *draw, void *context, double seconds);

/* The answer to a line; `cpu` is answered by peer_run: pictures a second of the processor's time,
 * in the last measurement. */
typedef double peer_answer_fn(void *context, const char *question);
/* Prints the identity and frees it; answers. The exit code. */
int peer_run(json_t *identity, peer_answer_fn *answer, void *context);

/* The array under `key` of a JSON file, owned by `*out_file`; ends the program when there is none.
 */
const json_t *peer_array(const char *path, const char *key, json_t **out_file);

#endif
