/* What the tests of agents share. */
#ifndef ORR_TESTS_AGENTS_TEST_H
#define ORR_TESTS_AGENTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first. */
#include <cmocka.h>

#include "agents/collect.h"

/* A scenario, seen whole. */
typedef struct bench {
  orr_arena *arena;
  orr_scenario *scenario;
  orr_observer observer;
} bench;

void open_push_t(bench *out);                 /* scenarios/push_t.yaml */
void open_file(bench *out, const char *name); /* from the source's root */
void open_reacher(bench *out);                /* a disc that follows its target, and nothing else */
void open_varied(bench *out); /* tests/fixtures/tiny.yaml; the puck's mass and goal vary */
void open_text(bench *out, const char *yaml);
void close_bench(bench *b);
orr_pixels_def default_pixels(const bench *b);
void see_pixels(bench *b, const orr_pixels_def *def); /* whole, with pictures beside it */

orr_planner_def default_planner(bench *b);
orr_objective make_objective(const bench *b, const orr_objective_def *def);
/* |agent and block| < 20, |block's turn| < 20 degrees; held for one step. */
const orr_goal_rule *moderate_rule(void);
orr_env *new_env(const bench *b, uint64_t seed, uint32_t episode);
orr_pool *new_pool(size_t threads);

int run_env_tests(void);
int run_objective_tests(void);
int run_planner_tests(void);
int run_policy_tests(void);
int run_others_tests(void);
int run_model_tests(void);
int run_collect_tests(void);
int run_goal_tests(void);

#endif
