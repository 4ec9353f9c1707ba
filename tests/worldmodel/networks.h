/* Small networks for the tests of the tape: one for each operation and one whole unrolled loss. */
#ifndef ORR_TESTS_WORLDMODEL_NETWORKS_H
#define ORR_TESTS_WORLDMODEL_NETWORKS_H

#include "worldmodel/tape_internal.h"

enum { MAX_INPUTS = 12 };

typedef struct built {
  orr_var inputs[MAX_INPUTS];
  double spread[MAX_INPUTS]; /* inputs are uniform in [-spread, spread] */
  size_t input_count;
  orr_var out, loss; /* out: compared between the paths */
} built;

typedef struct network {
  const char *name;
  size_t rows;
  orr_op_kind kind; /* the operation under test: the one that is broken on purpose */
  void (*build)(size_t rows, orr_params *params, orr_tape *tape, built *out);
} network;

extern const network all_networks[];
extern const size_t network_count;

/* Push-T: an agent with velocity, a T with angle; 2 relative actions. */
void push_t_spaces(orr_space *observation, orr_space *action);
/* Two driven and two free bodies, absolute targets, a field of no body. */
void crowd_spaces(orr_space *observation, orr_space *action);
void free_frames(void); /* the frames that the networks share */

#endif
