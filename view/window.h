/* The window: shows a picture, hands out what the user did. The only file that talks to SDL's
 * video. */
#ifndef ORR_VIEW_WINDOW_H
#define ORR_VIEW_WINDOW_H

#include "base/image.h"
#include "view/event.h"

typedef struct orr_window orr_window;

/* Fails with a hint when there is no display. Sizes are of a screen of usual density. */
orr_status orr_window_open(const char *title, int width, int height, orr_window **out,
                           orr_error *err);
void orr_window_close(orr_window *window);
/* Pixels that it has now, and how many there are (each way) for one of a usual screen. */
void orr_window_size(const orr_window *window, int *width, int *height, double *unit);
/* Uploads and shows the picture, whatever its size; waits for the next frame (60 a second at
 * most). */
orr_status orr_window_show(orr_window *window, const orr_image *image, orr_error *err);
/* The next thing that the user did; false: nothing more so far. */
bool orr_window_next(orr_window *window, orr_event *out);
double orr_window_seconds(void); /* a clock for pacing, never for results */

#endif
