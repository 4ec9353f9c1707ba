/* The field table of a planner; collection has one with other defaults. */
#ifndef ORR_AGENTS_PLANNER_FIELDS_H
#define ORR_AGENTS_PLANNER_FIELDS_H

#include "agents/planner.h"

extern const char *const orr_planner_kinds[]; /* in the order of orr_planner_kind */

/* clang-format off */
#define ORR_PLANNER_FIELDS(samples_, iterations_, elites_, correlation_, objective_)               \
  {ORR_FIELD(ENUM, orr_planner_def, kind), .names = orr_planner_kinds, .preset = "icem",           \
   .help = "cem: cross-entropy method, returns the mean; icem: improved, returns the best plan"},  \
  {ORR_FIELD(INT, orr_planner_def, samples), .low = 1, .high = 100000, .preset = samples_,         \
   .help = "Plans tried in an iteration"},                                                         \
  {ORR_FIELD(INT, orr_planner_def, iterations), .low = 1, .high = 1000, .preset = iterations_,     \
   .help = "Iterations of a decision"},                                                            \
  {ORR_FIELD(INT, orr_planner_def, elites), .low = 1, .high = 100000, .preset = elites_,           \
   .help = "Best plans of an iteration that the next distribution is fitted to"},                  \
  {ORR_FIELD(INT, orr_planner_def, horizon), .unit = "blocks", .low = 1, .high = ORR_MAX_PLAN,     \
   .preset = "5", .help = "Length of a plan"},                                                     \
  {ORR_FIELD(INT, orr_planner_def, hold), .unit = "control steps", .low = 1, .high = 1000,         \
   .preset = "5", .help = "How long one action of a plan is held; must divide the block"},         \
  {ORR_FIELD(INT, orr_planner_def, replan), .unit = "blocks", .low = 1, .high = ORR_MAX_PLAN,      \
   .preset = "1", .help = "Blocks that are executed before planning again"},                       \
  {ORR_FIELD(REAL, orr_planner_def, sigma), .unit = "action", .low = 1e-6, .high = 1e6,            \
   .preset = "0.32", .help = "Standard deviation of the first iteration"},                         \
  {ORR_FIELD(REAL, orr_planner_def, floor), .unit = "action", .low = 0, .high = 1e6,               \
   .preset = "0.03", .help = "Least standard deviation"},                                          \
  {ORR_FIELD(REAL, orr_planner_def, momentum), .low = 0, .high = 1, .preset = "0.1",               \
   .help = "icem: share of the old mean and deviation that an update keeps"},                      \
  {ORR_FIELD(INT, orr_planner_def, keep), .low = 0, .high = 100000, .preset = "3",                 \
   .help = "icem: elites that go on into the next iteration and the next decision"},               \
  {ORR_FIELD(REAL, orr_planner_def, correlation), .low = 0, .high = 0.999, .preset = correlation_, \
   .help = "Correlation of the noise of neighbouring actions of a plan"},                          \
  {ORR_FIELD(BOOL, orr_planner_def, clip), .preset = "true",                                       \
   .help = "Clip plans to the nominal range of the actions"},                                      \
  {ORR_FIELD(ENUM, orr_planner_def, precision), .names = orr_precision_names, .preset = "f32",     \
   .help = "Of the world model's large matrix products: f32, or bf16 where the processor has it"}, \
  {ORR_FIELD(RECORD, orr_planner_def, objective), .record = &orr_objective_record,                 \
   .preset = objective_, .help = "What a plan is worth"},                                          \
  {ORR_FIELD(TEXT, orr_planner_def, agent), .preset = "\"\"", .later = true,                       \
   .help = "The agent (of world.actuators) whose numbers are searched; empty: all"},               \
  {ORR_FIELD(ENUM, orr_planner_def, others), .names = orr_others_laws, .preset = "rest",           \
   .later = true,                                                                                  \
   .help = "What the other agents do: rest where they are, hold where they were at first, act "    \
           "at random, or follow the nearest free body; a plan assumes that they go on with what " \
           "they do when it is made"}

#endif
