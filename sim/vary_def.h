/* Section `vary:` of a scenario file: factors of variation. */
#ifndef ORR_SIM_VARY_DEF_H
#define ORR_SIM_VARY_DEF_H

#include "base/field.h"

#define ORR_MOST_FACTORS    32
#define ORR_FACTOR_STD      4.0 /* a normal factor is clipped to its mean +- so many deviations */
#define ORR_FACTOR_MOST_TRY 16  /* texts of a choice */

/* A number or text of `world` or `task` that each episode draws anew. */
typedef struct orr_factor_def {
  const char *name; /* the state holds it as `vary.name` */
  const char *path; /* "world.bodies.block.mass", "task.goals[0].angle" */
  orr_range value;  /* of a number */
  orr_list choice;  /* const char *, of a text; the state holds which */
} orr_factor_def;

/* The section is a list; as a record of one key, so that tables can read it. */
typedef struct orr_vary_def {
  orr_list vary; /* orr_factor_def */
} orr_vary_def;

extern const orr_record orr_factor_record, orr_vary_record;

#endif
