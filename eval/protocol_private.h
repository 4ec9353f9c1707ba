/* Shared by the files of the protocol; not for other rooms. */
#ifndef ORR_EVAL_PROTOCOL_PRIVATE_H
#define ORR_EVAL_PROTOCOL_PRIVATE_H

#include "eval/protocol.h"
#include <jansson.h>

orr_hash orr_pairs_hash(const orr_pairs *pairs);
/* Bodies and tolerances of a rule; null for "no limit". New reference. */
json_t *orr_goal_rule_json(const orr_goal_rule *rule);
/* The same as the compact text that a manifest holds; orr_free. */
char *orr_goal_rule_text(const orr_goal_rule *rule);
/* Of what a rule speaks of between two states: distance, |wrapped angle|; 0 for what it has not.
 * That is the first free body or joint that it names, without one the first that it names. */
void orr_pose_error(const orr_scenario *scenario, const orr_goal_rule *rule, const double *a,
                    const double *b, double *out_distance, double *out_angle);

/* Outcomes that are on disk already: `<row>.part.csv`, one line per finished episode. */
typedef struct orr_part {
  char path[600];
  bool *finished; /* per pair */
  orr_outcome *outcomes;
  double **latencies; /* per pair, plans of outcomes[i] */
  size_t count;
} orr_part;
/* Reads what is there; a torn or foreign line is skipped. */
orr_status orr_part_open(const char *folder, const char *row, const orr_pairs *pairs, orr_part *out,
                         orr_error *err);
void orr_part_close(orr_part *part);
orr_status orr_part_append(const orr_part *part, size_t index, const orr_outcome *outcome,
                           const double *latencies, orr_error *err);
/* Removes the part files of a folder. */
orr_status orr_part_remove(const char *folder, orr_error *err);

#endif
