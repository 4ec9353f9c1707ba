/* Loading of scenario files: what is good, and what is said about what is not. */
#include "tests/eval/eval_test.h"

#include "base/file.h"
#include "eval/stage.h"

static void a_good_file_is_read(void **state) {
  (void)state;
  orr_experiment *e = orr_test_load_file(TINY, NULL, NULL, 0);
  assert_string_equal(e->id, "tiny");
  assert_string_equal(e->profile, "");
  assert_int_equal(e->observer.space.count, 7);
  assert_string_equal(e->observer.space.fields[4].name, "puck.angle");
  assert_int_equal(e->collect.experts, 6);
  assert_int_equal(e->collect.expert.samples, 12);
  assert_int_equal(e->model.block, 5);
  assert_int_equal(e->eval.rules.count, 2);
  const orr_goal_rule *rules = e->eval.rules.items;
  assert_string_equal(rules[1].name, "there");
  assert_int_equal(rules[1].hold, 2);
  const orr_preset_def *presets = e->presets.items;
  assert_int_equal(presets[0].plan.kind, ORR_PLANNER_CEM);
  assert_int_equal(presets[0].plan.keep, 3); /* a default, not section plan's */
  orr_experiment_destroy(e);
}

static void the_order_is_defaults_file_profile_set(void **state) {
  (void)state;
  orr_experiment *e = orr_test_load_file(TINY, "smaller", NULL, 0);
  const orr_goal_rule *rules = e->eval.rules.items;
  assert_int_equal(e->collect.weak, 4);
  assert_int_equal(e->train.steps, 20);
  assert_int_equal(e->train.batch, 64);
  assert_int_equal(rules[1].hold, 1); /* laid over the rule of that name */
  assert_string_equal(e->profile, "smaller");
  orr_experiment_destroy(e);
  static const char *const sets[] = {"train.steps=7", "eval.rules.near.position=3",
                                     "world.bodies.puck.mass=2"};
  e = orr_test_load_file(TINY, "smaller", sets, 3);
  rules = e->eval.rules.items;
  assert_int_equal(e->train.steps, 7);
  assert_true(rules[0].position == 3.0);
  assert_true(((const orr_body_def *)e->scenario->world.bodies.items)[2].mass == 2.0);
  orr_experiment_destroy(e);
}

static void a_seed_reaches_every_stage_and_set_wins(void **state) {
  (void)state;
  int64_t seed = 41;
  static const char *const sets[] = {"train.seed=5"};
  orr_diagnostics *found = orr_diagnostics_create();
  orr_experiment_options options = {.assignments = sets, .assignment_count = 1, .seed = &seed};
  orr_experiment *e;
  assert_int_equal(orr_experiment_load(TINY, &options, &e, found), ORR_OK);
  assert_int_equal(e->collect.seed, 41);
  assert_int_equal(e->train.seed, 5);
  assert_int_equal(e->eval.seed, 41);
  assert_int_equal(e->baselines.count, 0);
  orr_experiment_destroy(e);
  options.profile = "policies";
  assert_int_equal(orr_experiment_load(TINY, &options, &e, found), ORR_OK);
  const orr_baseline_def *baselines = e->baselines.items;
  assert_int_equal(baselines[1].train.seed, 41);
  orr_experiment_destroy(e);
  orr_diagnostics_destroy(found);
}

/* The effective configuration, written and read again, is the same configuration. */
static void the_effective_configuration_goes_round(void **state) {
  (void)state;
  orr_experiment *e = orr_test_load_file(TINY, "smaller", NULL, 0);
  char *yaml = orr_node_to_yaml(orr_config_root(e->config));
  assert_int_equal(orr_file_put("effective.yaml", yaml, strlen(yaml), NULL), ORR_OK);
  orr_experiment *again = orr_test_load_file("effective.yaml", NULL, NULL, 0);
  assert_true(orr_hash_equal(orr_node_hash(orr_config_root(e->config)),
                             orr_node_hash(orr_config_root(again->config))));
  assert_true(orr_hash_equal(e->scenario->identity, again->scenario->identity));
  char *second = orr_node_to_yaml(orr_config_root(again->config));
  assert_string_equal(yaml, second);
  assert_string_equal(again->profile, "smaller");
  assert_null(strstr(yaml, "profiles"));
  assert_non_null(strstr(yaml, "check_every: 20"));
  orr_free(second);
  orr_free(yaml);
  orr_experiment_destroy(again);
  orr_experiment_destroy(e);
}

/* A world of templates and the same world written out are one world. */
static void expanded_worlds_are_the_same_world(void **state) {
  (void)state;
  static const char head[] = "schema: orrery-scenario/1\nid: row\n";
  static const char body[] = "world:\n  space: {size: [4, 2]}\n  bodies:\n";
  FILE *file = fopen("row_common.yaml", "w");
  fprintf(file,
          "templates:\n  disc:\n    parameters: {n: null, r: 0.1}\n    value:\n"
          "      name: disc${n}\n      mass: 1\n"
          "      start: {position: [\"${2 + 0.3 * n}\", \"${r}\"]}\n"
          "      shapes: [{geometry: {circle: {radius: \"${r}\"}}}]\n%s"
          "    - {name: hand, type: kinematic, shapes: [{geometry: {circle: {radius: 1}}}]}\n"
          "  actuators: [{name: push, body: hand}]\n",
          body);
  fclose(file);
  file = fopen("row.yaml", "w");
  fprintf(file,
          "%sinclude: row_common.yaml\nworld:\n  bodies:\n"
          "    - repeat: {count: 2}\n      each: {template: disc, with: {n: \"${i + 1}\"}}\n"
          "profiles: {quick: {train: {template: short}}}\n"
          "templates: {short: {value: {steps: 20}}}\n",
          head);
  fclose(file);
  file = fopen("row_plain.yaml", "w");
  fprintf(file,
          "%s%s"
          "    - {name: hand, type: kinematic, shapes: [{geometry: {circle: {radius: 1}}}]}\n"
          "    - {name: disc1, mass: 1, start: {position: [2.3, 0.1]}, "
          "shapes: [{geometry: {circle: {radius: 0.1}}}]}\n"
          "    - {name: disc2, mass: 1, start: {position: [2.6, 0.1]}, "
          "shapes: [{geometry: {circle: {radius: 0.1}}}]}\n"
          "  actuators: [{name: push, body: hand}]\n",
          head, body);
  fclose(file);
  orr_experiment *made = orr_test_load_file("row.yaml", "quick", NULL, 0);
  orr_experiment *plain = orr_test_load_file("row_plain.yaml", NULL, NULL, 0);
  assert_true(orr_hash_equal(made->scenario->identity, plain->scenario->identity));
  assert_int_equal(made->train.steps, 20);
  char *yaml = orr_node_to_yaml(orr_config_root(made->config));
  assert_null(strstr(yaml, "include"));
  assert_null(strstr(yaml, "template"));
  orr_free(yaml);
  orr_experiment_destroy(made);
  orr_experiment_destroy(plain);
  static const char *const set[] = {"world.bodies.disc2.mass=2"};
  made = orr_test_load_file("row.yaml", "quick", set, 1);
  assert_true(((const orr_body_def *)made->scenario->world.bodies.items)[2].mass == 2.0);
  orr_experiment_destroy(made);
}

static void the_table_is_sound(void **state) {
  (void)state;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_status status = orr_record_check(&orr_experiment_record, found);
  if (status != ORR_OK) orr_diagnostics_print(found, stderr, false);
  assert_int_equal(status, ORR_OK);
  orr_diagnostics_destroy(found);
}

static void shipped_scenarios_are_good(void **state) {
  (void)state;
  char **names;
  size_t count;
  assert_int_equal(orr_folder_list(ORR_SOURCE_DIR "/scenarios", "", ".yaml", &names, &count, NULL),
                   ORR_OK);
  assert_true(count > 0);
  for (size_t i = 0; i < count; i++) {
    char path[512];
    orr_path_join(path, sizeof path, ORR_SOURCE_DIR "/scenarios", names[i]);
    orr_experiment_destroy(orr_test_load_file(path, NULL, NULL, 0));
  }
  orr_free(names);
}

/* --- broken files ----------------------------------------------------------------------------- */

/* In tiny.yaml the words `old`, which stand there once, become `fresh`. */
typedef struct breakage {
  const char *old, *fresh, *profile, *set;
} breakage;

static const breakage breakages[] = {
    {.old = "schema: orrery-scenario/1", .fresh = "schema: orrery-scenario/9"},
    {.old = "id: tiny", .fresh = "id: ti/ny"},
    {.old = "version: 1", .fresh = "version: 0"},
    {.old = "lesson:", .fresh = "leson:"},
    {.old = "model:", .fresh = "modell:"},
    {.old = "  hidden: 24", .fresh = "  hiden: 24"},
    {.old = "  hidden: 24", .fresh = "  hidden: 1"},
    {.old = "  hidden: 24", .fresh = "  hidden: many"},
    {.old = "  hidden: 24", .fresh = "  stride: 2\n  hidden: 24"},
    {.old = "puck.angle, agent.vx", .fresh = "puck.angel, agent.vx"},
    {.old = "agent.vx, agent.vy]", .fresh = "agent.vx, agent.vx]"},
    {.old = "  experts: 6", .fresh = "  experts: 6\n  experts: 7"},
    {.old = "  held_out: 4", .fresh = "  held_out: 0"},
    {.old = "expert: {samples: 12", .fresh = "expert: {hold: 2, samples: 12"},
    {.old = "expert: {samples: 12", .fresh = "expert: {objective: {kind: latent}, samples: 12"},
    {.old = "plan:\n  samples: 12", .fresh = "plan:\n  samples: 3"},
    {.old = "plan:\n  samples: 12", .fresh = "plan:\n  replan: 4\n  samples: 12"},
    {.old = "plan:\n  samples: 12", .fresh = "plan:\n  keep: 5\n  samples: 12"},
    {.old = "{name: puck, weight: 1}", .fresh = "{name: pluck, weight: 1}"},
    {.old = "{name: puck, weight: 1}", .fresh = "{name: agent, weight: 1}"},
    {.old = "  - name: paper", .fresh = "  - name: default"},
    {.old = "horizon: 3, replan: 3}", .fresh = "horizon: 3, replan: 9}"},
    {.old = "position_bodies: [agent, puck]", .fresh = "position_bodies: [agent, walls]"},
    {.old = "{name: there, position_bodies: [puck]",
     .fresh = "{name: near, position_bodies: [puck]"},
    {.old = "{name: there, position_bodies: [puck]", .fresh = "{name: there, position_bodies: []"},
    {.old = "hold: 2}", .fresh = "hold: 21}"},
    {.old = "  goal_offset: 15", .fresh = "  goal_offset: 31"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  rows: [random, orcale]"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  rows: [random, inverse]"},
    {.old = "  hidden: 24", .fresh = "  family: inverse\n  hidden: 24"},
    {.old = "plan:", .fresh = "baselines: [{name: oracle}, {name: Inverse}]\nplan:"},
    {.old = "    position: 10", .fresh = "    kind: reech\n    position: 10"},
    {.old = "    position: 10", .fresh = "    kind: reach\n    position: 10"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  swaps: [{name: a, objective: reach}]"},
    {.old = "plan:",
     .fresh = "baselines: [{name: far, family: reach}]\nplan:",
     .set = "eval.head=fat"},
    {.old = "plan:",
     .fresh = "baselines: [{name: far, family: reach}]\nplan:",
     .set = "eval.rows=[far, model]"},
    {.old = "plan:",
     .fresh = "baselines: [{name: a, family: reach}, {name: b, family: reach}]\nplan:",
     .set = "plan.objective.kind=reach"},
    {.old = "plan:",
     .fresh = "baselines: [{name: a, family: clone}, {name: a, horizon: 0}]\nplan:"},
    {.old = "  experts: 6", .fresh = "  experts: 0", .profile = "policies"},
    {.old = "  experts: 6", .fresh = "  experts: 0", .profile = "onpolicy"},
    {.old = "rounds: {count: 2, episodes: 10, steps: 30",
     .fresh = "rounds: {count: 2, episodes: 10, steps: 14"},
    {.old = "rounds: {count: 2, episodes: 10", .fresh = "rounds: {count: 17, episodes: 0"},
    {.old = "share: 0.5", .fresh = "share: 1.5"},
    {.old = "share: 0.5", .fresh = "shares: 0.5"},
    {.old = "  goal_offset: 15",
     .fresh = "  goal_offset: 31\n  manifest: here",
     .profile = "onpolicy"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  planner: papr"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  held_out: {first: 3, count: 2}"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  manifest: 3"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  swaps: [{name: a b, dynamics: simulator}]"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  swaps: [{name: a, dynamics: simulater}]"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  swaps: [{name: a, objective: latnet}]"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  swaps: [{name: a, planner: papr}]"},
    {.old = "  budget: 20", .fresh = "  budget: 20\n  swaps: [{name: a}]"},
    {.old = "  budget: 20",
     .fresh = "  budget: 20\n  rows: [oracle]\n  swaps: [{name: a, dynamics: simulator}]"},
    {.old = "open_loop: {horizon: 3", .fresh = "open_loop: {horizon: 7"},
    {.old = "    train: {steps: 20}", .fresh = "    world: {dt: 0.02}"},
    {.old = "    train: {steps: 20}", .fresh = "    trian: {steps: 20}"},
    {.old = "    train: {steps: 20}", .fresh = "    train: {step: 20}"},
    {.old = "rules: {there: {hold: 1}}", .fresh = "rules: {their: {hold: 1}}"},
    {.old = "{circle: {radius: 15}}", .fresh = "{circle: {radius: -15}}"},
    {.old = "body: agent, scale: 50", .fresh = "body: agnet, scale: 50"},
    {.old = "  success: {pose: {position: 8}}", .fresh = "  success: {pose: {posistion: 8}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {reech: {body: puck, distance: 8}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {reach: {body: puk, distance: 8}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {reach: {body: puck, to: puck, distance: 8}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {reach: {body: walls, point: [1, 2, 3], distance: -1}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {reach: {body: walls, point: [1, 2, 3], distance: 1}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {contact: {body: puck, other: wals}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {inside: {body: puck, region: {everywhere: {}}}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {inside: {body: puck, region: {box: {low: [9, 0], high: [1, 9]}}}}"},
    {.old = "  success: {pose: {position: 8}}", .fresh = "  success: {balance: {within: 5deg}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {balance: {joint: hinge, within: 5deg}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {balance: {joint: hinge, body: puck, within: 5deg}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {rest: {bodies: [puck, wall], speed: 1}}"},
    {.old = "  success: {pose: {position: 8}}", .fresh = "  success: {all: {of: []}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh =
         "  success: {all: {of: [{none: {}}, {any: {of: [{lift: {body: walls, height: 1}}]}}]}}"},
    {.old = "  success: {pose: {position: 8}}",
     .fresh = "  success: {not: {of: {pose: {position: 8}, rest: {speed: 1}}}}"},
    {.old = "  success: {pose: {position: 8}}", .fresh = "  success: {coverage: {}}"},
    {.old = "    - {body: puck, position: [100, 100]}", .fresh = "    - {body: puck}"},
    {.old = "    - {body: puck, position: [100, 100]}",
     .fresh = "    - {body: pluck, position: [100, 100]}"},
    {.old = "    - {body: puck, position: [100, 100]}", .fresh = "    - {position: [100, 100]}"},
    {.old = "    - {body: puck, position: [100, 100]}", .fresh = "    - {joint: hinge, angle: 1}"},
    {.old = "    - {body: puck, position: [100, 100]}",
     .fresh = "    - {body: puck, position: [100, 100], offset: 2}"},
    {.old = "    - {body: puck, position: [100, 100]}",
     .fresh = "    - {body: puck, position: [1, 1]}\n    - {body: puck, position: [2, 2]}"},
    {.old = "  time_limit: 60", .fresh = "  reward: [{name: a, term: {speed: {}}}]"},
    {.old = "  time_limit: 60",
     .fresh = "  reward: [{name: a, term: {time: {}}}, {name: a, term: {control: {}}}]"},
    {.old = "  time_limit: 60", .fresh = "  reward: [{name: a, term: {pose: {goal: agent}}}]"},
    {.old = "  time_limit: 60",
     .fresh = "  reward: [{name: a, term: {velocity: {body: puck, axis: z}}}]"},
    {.old = "  time_limit: 60",
     .fresh =
         "  reward: [{name: a, term: {when: {condition: {rest: {bodies: [walls], speed: 1}}}}}]"},
    {.old = "position: 5, hold: 2}", .fresh = "position: 5, joints: [puck]}"},
    {.old = "position: 5, hold: 2}", .fresh = "position: 5, turn: 5deg}"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: world.bodies.puk.mass, value: {uniform: [1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: world.bodies.puck.mas, value: {uniform: [1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: \"world.bodies[7].mass\", value: {uniform: [1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: far, path: train.steps, value: {integer: [1, 9]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: world.bodies.puck.mass, value: {uniform: [-1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh =
         "vary:\n  - {name: mass, path: world.bodies.puck.mass, choice: [heavy, light]}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: paint, path: world.bodies.puck.colour, value: {choice: [1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: paint, path: world.bodies.puck.colour, choice: [gold, "
              "tomatoe]}\nobserve:"},
    {.old = "observe:",
     .fresh =
         "vary:\n  - {name: pieces, path: world.substeps, value: {uniform: [1, 9]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: who, path: world.bodies.walls.type, choice: [static, "
              "kinematic]}\nobserve:"},
    {.old = "observe:",
     .fresh =
         "vary:\n  - {name: who, path: world.bodies.puck.name, choice: [puck, ball]}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: world.bodies.puck.mass, value: 2}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: world.bodies.puck.mass, value: {uniform: [1, 2]}, "
              "choice: [a]}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: mass, path: world.bodies.puck.mass, value: {uniform: [1, 2]}}\n  "
              "- {name: mass, path: world.dt, value: {choice: [0.01, 0.02]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: a, path: world.bodies.puck.mass, value: {uniform: [1, 2]}}\n  - "
              "{name: b, path: \"world.bodies[2].mass\", value: {uniform: [3, 4]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: m a, path: world.bodies.puck.mass, value: {uniform: [1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {name: low, path: \"world.actuators.push.low[0]\", value: {uniform: [-1, "
              "1]}}\nobserve:"},
    {.old = "observe:",
     .fresh = "vary:\n  - {nme: mass, path: world.bodies.puck.mass, value: {unifrom: [1, "
              "2]}}\nobserve:"},
    {.old = "observe:",
     .fresh =
         "vary:\n"
         "  - {name: a, path: \"world.actuators.push.low[0]\", value: {uniform: [-1, 0.5]}}\n"
         "  - {name: b, path: \"world.actuators.push.high[0]\", value: {uniform: [0.2, 0.1]}}\n"
         "observe:"},
    {.old = "observe:",
     .fresh = "vary:\n"
              "  - {name: a, path: \"world.actuators.push.low[0]\", value: {choice: [-1, 0.5]}}\n"
              "  - {name: b, path: \"world.actuators.push.high[0]\", value: {choice: [1, 0.4]}}\n"
              "observe:"},
    {.old = "    train: {steps: 20}", .fresh = "    vary: []"},
    {.old = "{circle: {radius: 15}}", .fresh = "{circle: {radius: 15}}, mirror: 0.7, glass: 0.5"},
    {.old = "{circle: {radius: 15}}", .fresh = "{circle: {radius: 15}}, glass: 2, index: 0.9"},
    {.old = "{circle: {radius: 15}}",
     .fresh = "{circle: {radius: 15}}, pattern: {chequer: {colour: red}}"},
    {.old = "{circle: {radius: 15}}",
     .fresh = "{circle: {radius: 15}}, pattern: {checker: {colour: tomatoe}}"},
    {.old = "{circle: {radius: 15}}",
     .fresh = "{circle: {radius: 15}}, pattern: {image: {file: none.png}}"},
    {.old = "{circle: {radius: 15}}",
     .fresh = "{circle: {radius: 15}}, pattern: {image: {file: broken.yaml}}"},
    {.old = "  actuators:",
     .fresh = "  lights: [{name: a, body: puk}, {name: b, reach: far}]\n  actuators:"},
    {.old = "  actuators:",
     .fresh = "  lights: [{name: a, kind: sun, direction: [0, 0]}]\n"
              "  sky: {ambient: -1, zenith: bleu}\n  actuators:"},
    {.old = "  actuators:",
     .fresh = "  sky: {zenith: bleu}\n"
              "  camera: {follow: puck, body: puck, target: [1, 1]}\n"
              "  actuators:"},
    {.old = "  actuators:",
     .fresh = "  camera: {follow: pukc, position: [0, 0, 9]}\n"
              "  actuators:"},
    {.old = "  actuators:", .fresh = "  camera: {model: eye}\n  actuators:"},
    {.old = "plan:\n  samples: 12", .fresh = "plan:\n  agent: left\n  samples: 12"},
    {.old = "body: agent, scale: 50",
     .fresh = "body: agent, agent: left, scale: 50",
     .set = "plan.agent=lefty"},
    {.old = "    - {name: push, body: agent, scale: 50}",
     .fresh = "    - {name: push, body: agent, scale: 50}\n"
              "    - {name: pull, body: puck, type: force, agent: left}"},
    {.old = "plan:\n  samples: 12", .fresh = "plan:\n  others: folow\n  samples: 12"},
    {.old = "id: tiny", .fresh = "id: tiny", .profile = "smallest"},
    {.old = "id: tiny", .fresh = "id: tiny", .set = "train.stepps=3"},
    {.old = "id: tiny", .fresh = "id: tiny", .set = "plan.hold=3"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: '${24 * of}'}}\nmodel:\n  hidden: "
              "{template: sise}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: '${24 * of}'}}\nmodel:\n  hidden: "
              "{template: size, with: {off: 2}}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: null}, value: '${24 * of}'}}\nmodel:\n  hidden: "
              "{template: size}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: '${24 * off}'}}\nmodel:\n  hidden: "
              "{template: size}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 0}, value: '${24 / of}'}}\nmodel:\n  hidden: "
              "{template: size}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: two}, value: '${24 * of}'}}\nmodel:\n  hidden: "
              "{template: size}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: '${24 * of'}}\nmodel:\n  hidden: "
              "{template: size}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: '${24 of}'}}\nmodel:\n  hidden: "
              "{template: size}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: '${24 * of}'}}\nmodel:\n  hidden: "
              "{template: size, with: {of: 1000}}"},
    {.old = "model:\n  hidden: 24",
     .fresh = "templates: {size: {parameters: {of: 1}, value: {template: size}}}\nmodel:\n  "
              "hidden: {template: size}"},
    {.old = "presets:\n", .fresh = "presets:\n  - {repeat: {count: 2}, each: {name: large}}\n"},
    {.old = "presets:\n", .fresh = "presets:\n  - {repeat: {count: 10001}, each: {name: large}}\n"},
    {.old = "presets:\n", .fresh = "presets:\n  - {repeat: {cuont: 2}, each: {name: large}}\n"},
    {.old = "presets:\n", .fresh = "presets:\n  - {repeat: {count: 2}}\n"},
    {.old = "presets:\n",
     .fresh = "presets:\n  - {repeat: {count: 2, index: pi}, each: {name: a}}\n"},
    {.old = "presets:\n",
     .fresh = "presets:\n  - {repeat: {count: 3}, each: {name: 'large${i}'}}\n",
     .set = "presets.large3.plan.keep=1"},
    {.old = "observe:\n", .fresh = "observe:\n  pixels: {depth: true, from: top, samples: 3}\n"},
    {.old = "observe:\n", .fresh = "observe:\n  pixels: {height: 4, shadow_rays: 8}\n"},
    {.old = "observe:\n", .fresh = "observe:\n  pixels: {width: 4096}\n"},
    {.old = "observe:\n", .fresh = "observe:\n  pixels: 64\n"},
    {.old = "  hidden: 24", .fresh = "  hidden: {repeat: {count: 2}, each: 24}"},
    {.old = "id: tiny", .fresh = "id: tiny\ninclude: common/walls.yaml"},
    {.old = "id: tiny", .fresh = "id: tiny\ninclude: [broken.yaml]"},
};

static void write_broken(const breakage *b, const char *good) {
  const char *at = strstr(good, b->old);
  assert_non_null(at);
  FILE *file = fopen("broken.yaml", "w");
  assert_non_null(file);
  fprintf(file, "%.*s%s%s", (int)(at - good), good, b->fresh, at + strlen(b->old));
  fclose(file);
}

static void say(const breakage *b, FILE *to) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_experiment *e = NULL;
  orr_experiment_options options = {
      .profile = b->profile, .assignments = &b->set, .assignment_count = b->set != NULL};
  fprintf(to, "=== %s", b->fresh);
  if (b->profile) fprintf(to, " --profile %s", b->profile);
  if (b->set) fprintf(to, " --set %s", b->set);
  fputc('\n', to);
  assert_int_equal(orr_experiment_load("broken.yaml", &options, &e, found), ORR_ERR_CONFIG);
  assert_null(e);
  assert_true(orr_diagnostics_count(found) > 0);
  orr_diagnostics_print(found, to, false);
  orr_diagnostics_destroy(found);
}

/* Place, caret, message and hint of every mistake, as a user sees them. To accept a change: copy
 * broken.actual from the folder of the test over tests/eval/broken.golden. */
static void mistakes_are_shown_with_place_and_hint(void **state) {
  (void)state;
  char *good, *golden, *actual;
  size_t length;
  assert_int_equal(orr_file_get(TINY, 1 << 20, &good, &length, NULL), ORR_OK);
  FILE *to = fopen("broken.actual", "w");
  assert_non_null(to);
  for (size_t i = 0; i < sizeof breakages / sizeof breakages[0]; i++) {
    write_broken(&breakages[i], good);
    say(&breakages[i], to);
  }
  fclose(to);
  assert_int_equal(orr_file_get("broken.actual", 1 << 20, &actual, &length, NULL), ORR_OK);
  assert_int_equal(
      orr_file_get(ORR_SOURCE_DIR "/tests/eval/broken.golden", 1 << 20, &golden, &length, NULL),
      ORR_OK);
  assert_string_equal(actual, golden);
  orr_free(golden);
  orr_free(actual);
  orr_free(good);
}

/* What stages of Push-T record. Settings that came later must not change it while they have their
 * defaults, or run folders from before would be refused. Change the number with the file alone. */
static void later_settings_leave_stages_alone(void **state) {
  (void)state;
  static const char *const unnamed[] = {"title=''", "proof=''"}; /* the file has got both since */
  orr_experiment *e = orr_test_load_file(ORR_SOURCE_DIR "/scenarios/push_t.yaml", NULL, unnamed, 2);
  orr_arena *arena = orr_arena_create(4096);
  char *text = orr_node_to_yaml(
      orr_record_written(&orr_experiment_record, orr_config_root(e->config), arena));
  char hash[ORR_HASH_TEXT];
  orr_hash_text(orr_hash_bytes(text, strlen(text)), hash);
  assert_string_equal(hash, "adfca54e6806d156391a6f7365f1136f");
  assert_null(strstr(text, "vary"));
  assert_null(strstr(text, "others"));
  const char *const sections[] = {"world", "task", "vary", "collect", "plan", NULL};
  orr_stage stage;
  assert_int_equal(orr_stage_create(e, "collect", "nowhere", sections, &stage, NULL), ORR_OK);
  const json_t *made = json_object_get(stage.record, "sections");
  assert_int_equal(json_object_size(made), 4); /* nothing varies */
  const char *plan = json_string_value(json_object_get(made, "plan"));
  assert_null(strstr(plan, "agent:"));
  orr_stage_release(&stage);
  orr_free(text);
  orr_arena_destroy(arena);
  orr_experiment_destroy(e);
  static const char *const sets[] = {
      "vary=[{name: m, path: world.bodies.puck.mass, value: {uniform: [1, 2]}}]",
      "plan.others=hold"};
  e = orr_test_load_file(TINY, NULL, sets, 2);
  assert_int_equal(orr_stage_create(e, "collect", "nowhere", sections, &stage, NULL), ORR_OK);
  made = json_object_get(stage.record, "sections");
  assert_non_null(strstr(json_string_value(json_object_get(made, "vary")), "name: m"));
  assert_non_null(strstr(json_string_value(json_object_get(made, "plan")), "others: hold"));
  orr_stage_release(&stage);
  orr_experiment_destroy(e);
}

static void profiles_are_listed(void **state) {
  (void)state;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  assert_int_equal(orr_config_load(TINY, &config, found), ORR_OK);
  char **names = orr_experiment_profiles(config);
  assert_string_equal(names[0], "smaller");
  assert_string_equal(names[1], "policies");
  assert_string_equal(names[2], "onpolicy");
  assert_null(names[3]);
  orr_free(names);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_good_file_is_read),
    cmocka_unit_test(the_order_is_defaults_file_profile_set),
    cmocka_unit_test(a_seed_reaches_every_stage_and_set_wins),
    cmocka_unit_test(the_effective_configuration_goes_round),
    cmocka_unit_test(expanded_worlds_are_the_same_world),
    cmocka_unit_test(the_table_is_sound),
    cmocka_unit_test(shipped_scenarios_are_good),
    cmocka_unit_test(mistakes_are_shown_with_place_and_hint),
    cmocka_unit_test(later_settings_leave_stages_alone),
    cmocka_unit_test(profiles_are_listed),
};

int orr_test_load(void) { return cmocka_run_group_tests_name("load", tests, NULL, NULL); }
