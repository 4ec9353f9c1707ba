/* How the sections of an experiment fit together: what no single field table can say. */
#include "eval/baselines.h"
#include "eval/experiment_private.h"
#include "sim/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct checker {
  const orr_experiment *e;
  orr_diagnostics *diagnostics;
} checker;

/* The place of the nearest thing that a person wrote: a default stands nowhere. */
static orr_place place_of(const orr_config *config, const char *path) {
  char at[256];
  snprintf(at, sizeof at, "%s", path);
  while (*at) {
    const orr_node *node = orr_node_find(orr_config_root(config), at);
    if (node && node->place.line > 0) return node->place;
    char *dot = strrchr(at, '.'), *bracket = strrchr(at, '[');
    char *cut = !dot || (bracket && bracket > dot) ? bracket : dot;
    if (!cut) break;
    *cut = 0;
  }
  return (orr_place){orr_config_path(config), 1, 1};
}

static void complain(const checker *c, const char *path, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void complain(const checker *c, const char *path, const char *hint, const char *format,
                     ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  orr_diagnostics_add(c->diagnostics, c->e->config, place_of(c->e->config, path),
                      hint && *hint ? hint : NULL, "%s: %s", path, message);
}

/* "did you mean" or the list of what there is. */
static void suggest(const char *word, const char *const *names, size_t count, char *out,
                    size_t size) {
  const char *close = orr_closest(word, names, count);
  if (close) {
    snprintf(out, size, "did you mean \"%s\"?", close);
    return;
  }
  size_t used = (size_t)snprintf(out, size, "known: ");
  for (size_t i = 0; i < count && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", names[i]);
}

static size_t moving_bodies(const orr_experiment *e, const char *names[ORR_MAX_BODIES]) {
  for (size_t i = 0; i < e->scenario->state.body_count; i++)
    names[i] = e->scenario->state.bodies[i].name;
  return e->scenario->state.body_count;
}

static bool check_body(const checker *c, const char *path, const char *name) {
  if (orr_space_find_body(&c->e->scenario->state, name) >= 0) return true;
  const char *names[ORR_MAX_BODIES];
  char hint[256];
  size_t count = moving_bodies(c->e, names);
  suggest(name, names, count, hint, sizeof hint);
  complain(c, path, hint, "`%s` is not a moving body of world.bodies", name);
  return false;
}

static void check_id(const checker *c, const char *path, const char *text) {
  static const char *const may = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  size_t length = strlen(text);
  if (length == 0 || length >= ORR_NAME || strspn(text, may) != length)
    complain(c, path, "it names folders: letters, digits, - and _, at most 47 of them",
             "`%s` cannot be a name", text);
}

/* --- sections --------------------------------------------------------------------------------- */

static void check_pixels(const checker *c) {
  orr_pixels_fault faults[ORR_MOST_PIXELS_FAULTS];
  if (!c->e->observe.pixels) return;
  size_t count = orr_pixels_check(c->e->scenario, c->e->observe.pixels, faults);
  for (size_t i = 0; i < count; i++) {
    char path[64];
    snprintf(path, sizeof path, "observe.pixels.%s", faults[i].field);
    complain(c, path, faults[i].hint, "%s", faults[i].message);
  }
}

static void check_observe(const checker *c) {
  const orr_list *state = &c->e->observe.state;
  const orr_space *space = &c->e->scenario->state;
  const char *const *names = state->items;
  for (size_t i = 0; i < state->count; i++) {
    char path[64], hint[256];
    snprintf(path, sizeof path, "observe.state[%zu]", i);
    for (size_t k = 0; k < i; k++)
      if (strcmp(names[k], names[i]) == 0) complain(c, path, NULL, "`%s` stands twice", names[i]);
    if (orr_space_find(space, names[i]) >= 0) continue;
    const char *known[ORR_MAX_FIELDS];
    for (size_t k = 0; k < space->count; k++) known[k] = space->fields[k].name;
    suggest(names[i], known, space->count, hint, sizeof hint);
    complain(c, path, hint, "the world has no quantity `%s`", names[i]);
  }
}

static void check_weights(const checker *c, const char *section, const orr_list *weights) {
  const orr_body_weight *items = weights->items;
  for (size_t i = 0; i < weights->count; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s.objective.weights[%zu].name", section, i);
    if (!check_body(c, path, items[i].name)) continue;
    for (size_t k = 0; k < i; k++)
      if (strcmp(items[k].name, items[i].name) == 0)
        complain(c, path, NULL, "body `%s` has two weights", items[i].name);
  }
}

static void check_agent(const checker *c, const char *section, const char *agent) {
  const orr_parts *parts = c->e->scenario->parts;
  char path[128], hint[256] = "give the actuators agents, or leave it empty";
  for (size_t i = 0; i < parts->agent_count; i++)
    if (strcmp(parts->agents[i], agent) == 0) return;
  if (!*agent) return;
  snprintf(path, sizeof path, "%s.agent", section);
  if (parts->agent_count && *parts->agents[0])
    suggest(agent, parts->agents, parts->agent_count, hint, sizeof hint);
  complain(c, path, hint, "no actuator of world.actuators has the agent `%s`", agent);
}

static void check_planner(const checker *c, const char *section, const orr_planner_def *plan) {
  char path[128];
  int64_t block = c->e->model.block;
  if (plan->hold > 0 && block % plan->hold != 0) {
    snprintf(path, sizeof path, "%s.hold", section);
    complain(c, path, "a block is made of whole holds: 1, or model.block itself, always fits",
             "%lld does not divide model.block, %lld", (long long)plan->hold, (long long)block);
  }
  if (plan->replan > plan->horizon) {
    snprintf(path, sizeof path, "%s.replan", section);
    complain(c, path, "a plan cannot be executed beyond its horizon",
             "%lld blocks are more than the horizon, %lld", (long long)plan->replan,
             (long long)plan->horizon);
  }
  if (plan->elites > plan->samples) {
    snprintf(path, sizeof path, "%s.elites", section);
    complain(c, path, NULL, "%lld elites of %lld samples", (long long)plan->elites,
             (long long)plan->samples);
  }
  if (plan->keep > plan->elites) {
    snprintf(path, sizeof path, "%s.keep", section);
    complain(c, path, NULL, "%lld kept of %lld elites", (long long)plan->keep,
             (long long)plan->elites);
  }
  check_weights(c, section, &plan->objective.weights);
  check_agent(c, section, plan->agent);
}

static void check_presets(const checker *c) {
  const orr_preset_def *presets = c->e->presets.items;
  for (size_t i = 0; i < c->e->presets.count; i++) {
    char path[128];
    snprintf(path, sizeof path, "presets[%zu].name", i);
    check_id(c, path, presets[i].name);
    if (strcmp(presets[i].name, "default") == 0)
      complain(c, path, "\"default\" is section plan", "a preset cannot be called `default`");
    for (size_t k = 0; k < i; k++)
      if (strcmp(presets[k].name, presets[i].name) == 0)
        complain(c, path, NULL, "two presets are called `%s`", presets[i].name);
    snprintf(path, sizeof path, "presets[%zu].plan", i);
    check_planner(c, path, &presets[i].plan);
  }
}

static void check_joint(const checker *c, const char *path, const char *name) {
  const orr_scenario *scenario = c->e->scenario;
  const char *names[ORR_MAX_BODIES];
  char hint[256];
  size_t bodies = scenario->body_count, count = scenario->joint_count;
  for (size_t i = 0; i < count; i++) names[i] = scenario->state.bodies[bodies + i].name;
  suggest(name, names, count, hint, sizeof hint);
  complain(c, path, count ? hint : "the world has none",
           "`%s` is not a pivot or slide of world.joints", name);
}

/* `joints`: names of pivots and slides are asked for, else of moving bodies. */
static void check_rule_names(const checker *c, const char *path, const char *key,
                             const orr_list *list, bool joints) {
  const char *const *names = list->items;
  for (size_t i = 0; i < list->count; i++) {
    char at[160];
    snprintf(at, sizeof at, "%s.%s[%zu]", path, key, i);
    int entity = orr_space_find_body(&c->e->scenario->state, names[i]);
    bool joint = entity >= (int)c->e->scenario->body_count;
    if (joints && !joint)
      check_joint(c, at, names[i]);
    else if (joint && !joints)
      complain(c, at, "name it under joints", "`%s` is a joint", names[i]);
    else
      check_body(c, at, names[i]);
  }
}

static void check_rule(const checker *c, const char *path, const orr_goal_rule *rule) {
  check_rule_names(c, path, "position_bodies", &rule->position_bodies, false);
  check_rule_names(c, path, "angle_bodies", &rule->angle_bodies, false);
  check_rule_names(c, path, "joints", &rule->joints, true);
  char at[128];
  snprintf(at, sizeof at, "%s.turn", path);
  if (isfinite(rule->turn) && c->e->scenario->stride == ORR_BODY_STATE)
    complain(c, at, "use angle", "`turn` is for 3D worlds");
  if (isinf(rule->joint) && isinf(rule->angle) && isinf(rule->position) && rule->joints.count)
    complain(c, path, "give joint, the largest difference", "rule `%s` leaves its joints free",
             rule->name);
}

static void check_rules(const checker *c) {
  const orr_eval_def *eval = &c->e->eval;
  const orr_goal_rule *rules = eval->rules.items;
  for (size_t i = 0; i < eval->rules.count; i++) {
    char path[64], at[96];
    snprintf(path, sizeof path, "eval.rules[%zu]", i);
    snprintf(at, sizeof at, "%s.name", path);
    check_id(c, at, rules[i].name);
    for (size_t k = 0; k < i; k++)
      if (strcmp(rules[k].name, rules[i].name) == 0)
        complain(c, at, NULL, "two rules are called `%s`", rules[i].name);
    check_rule(c, path, &rules[i]);
    if (rules[i].position_bodies.count + rules[i].angle_bodies.count + rules[i].joints.count == 0)
      complain(c, path, "give position_bodies, angle_bodies or joints",
               "rule `%s` asks nothing of any body: every state would satisfy it", rules[i].name);
    snprintf(at, sizeof at, "%s.hold", path);
    if (rules[i].hold > eval->budget)
      complain(c, at, NULL, "%lld control steps are more than eval.budget, %lld",
               (long long)rules[i].hold, (long long)eval->budget);
  }
}

enum { OWN_ROWS = 3, MOST_ROWS = 8 };
static const char *const own_rows[OWN_ROWS] = {"random", "model", "oracle"};

/* Plots and tables take their names from rows. */
static void check_baseline_name(const checker *c, const char *path, const char *name) {
  static const char *const may = "abcdefghijklmnopqrstuvwxyz0123456789_";
  size_t length = strlen(name);
  for (size_t i = 0; i < OWN_ROWS; i++)
    if (strcmp(own_rows[i], name) == 0)
      complain(c, path, "give it another name", "row `%s` is something else", name);
  if (length < 1 || length > 15 || name[0] < 'a' || strspn(name, may) != length)
    complain(c, path, "it names a row: a small letter, then small letters, digits or _, at most 15",
             "`%s` cannot be the name of a baseline", name);
}

static void check_baselines(const checker *c) {
  for (size_t i = 0; i < c->e->baselines.count; i++) {
    const orr_baseline_def *baseline = orr_baseline_of(c->e, i);
    char path[64];
    snprintf(path, sizeof path, "baselines[%zu].name", i);
    check_baseline_name(c, path, baseline->name);
    snprintf(path, sizeof path, "baselines[%zu].family", i);
    if (baseline->family == 1 && c->e->collect.experts < 1)
      complain(c, path, "set collect.experts above 0, or let it learn inverse dynamics",
               "cloning needs demonstrations, and collect.experts is 0");
  }
  if (c->e->model.family > (int)ORR_FAMILY_JEPA)
    complain(c, "model.family", "name it under baselines; families state and jepa are models",
             "`%s` is no world model: it predicts nothing to plan with",
             orr_family_names[c->e->model.family]);
}

/* Where objective reach is asked for. */
static const char *reach_path(const checker *c) {
  if (!orr_head_needed(c->e, false)) return "eval.swaps";
  return strcmp(c->e->eval.planner, "default") == 0 ? "plan.objective.kind" : "eval.planner";
}

/* Objective reach asks a network: eval.head, or the only one of its family. */
static void check_head(const checker *c) {
  const char *known[MOST_ROWS], *name = c->e->eval.head;
  char hint[256] = "name one of family reach under baselines";
  size_t count = 0;
  for (size_t i = 0; i < c->e->baselines.count && count < MOST_ROWS; i++) {
    const orr_baseline_def *baseline = orr_baseline_of(c->e, i);
    if (orr_baseline_is_distance(baseline)) known[count++] = baseline->name;
  }
  bool needed = orr_head_needed(c->e, false) || orr_head_needed(c->e, true);
  if (orr_head_of(c->e) || (!needed && !*name)) return;
  if (count) suggest(name, known, count, hint, sizeof hint);
  if (*name)
    complain(c, "eval.head", hint, "no baseline of family reach is called `%s`", name);
  else if (count)
    complain(c, reach_path(c), hint, "which network says how far it is? eval.head names none");
  else
    complain(c, reach_path(c), hint, "objective reach asks a network, and there is none");
}

static void check_rows(const checker *c) {
  const char *known[OWN_ROWS + MOST_ROWS];
  size_t count = 0;
  for (size_t i = 0; i < OWN_ROWS; i++) known[count++] = own_rows[i];
  for (size_t i = 0; i < c->e->baselines.count && i < MOST_ROWS; i++)
    if (!orr_baseline_is_distance(orr_baseline_of(c->e, i)))
      known[count++] = orr_baseline_of(c->e, i)->name;
  const char *const *rows = c->e->eval.rows.items;
  for (size_t i = 0; i < c->e->eval.rows.count; i++) {
    char path[64], hint[256];
    snprintf(path, sizeof path, "eval.rows[%zu]", i);
    for (size_t k = 0; k < i; k++)
      if (strcmp(rows[k], rows[i]) == 0) complain(c, path, NULL, "`%s` stands twice", rows[i]);
    bool found = false;
    for (size_t k = 0; k < count; k++) found = found || strcmp(known[k], rows[i]) == 0;
    if (found) continue;
    const orr_baseline_def *other = orr_baseline_find(c->e, rows[i]);
    if (other && orr_baseline_is_distance(other)) {
      complain(c, path, "plan with objective.kind: reach", "`%s` is a distance, it does not act",
               rows[i]);
      continue;
    }
    suggest(rows[i], known, count, hint, sizeof hint);
    complain(c, path, hint, "there is no row `%s`", rows[i]);
  }
  if (c->e->eval.rows.count > MOST_ROWS || c->e->baselines.count > MOST_ROWS)
    complain(c, "eval.rows", "split them over two scenario files",
             "a table has at most %d rows, a scenario as many baselines", MOST_ROWS);
}

/* `name` must be one of the words before the presets, or a preset. */
static void check_preset(const checker *c, const char *path, const char *name,
                         const char *const *words, size_t word_count) {
  enum { MOST = 64 };
  const char *names[MOST];
  size_t count = 0;
  const orr_preset_def *presets = c->e->presets.items;
  while (count < word_count) names[count] = words[count], count++;
  for (size_t i = 0; i < c->e->presets.count && count < MOST; i++) names[count++] = presets[i].name;
  for (size_t i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0) return;
  char hint[256];
  suggest(name, names, count, hint, sizeof hint);
  complain(c, path, hint, "there is no preset `%s`", name);
}

int orr_swap_objective(const orr_swap_def *swap) {
  const char *const *kinds = orr_record_find(&orr_objective_record, "kind", NULL, 0)->names;
  if (strcmp(swap->objective, "default") == 0) return ORR_SWAP_DEFAULT;
  for (int i = 0; kinds[i]; i++)
    if (strcmp(kinds[i], swap->objective) == 0) return i;
  return ORR_SWAP_UNKNOWN;
}

static void check_swap(const checker *c, const char *path, const orr_swap_def *swap) {
  static const char *const planners[] = {"default", "plan"};
  char at[96], hint[256];
  snprintf(at, sizeof at, "%s.name", path);
  check_id(c, at, swap->name);
  snprintf(at, sizeof at, "%s.planner", path);
  check_preset(c, at, swap->planner, planners, 2);
  snprintf(at, sizeof at, "%s.objective", path);
  if (orr_swap_objective(swap) == ORR_SWAP_UNKNOWN) {
    const char *const *kinds = orr_record_find(&orr_objective_record, "kind", NULL, 0)->names;
    const char *known[16] = {"default"};
    size_t count = 1;
    for (size_t i = 0; kinds[i] && count < 16; i++) known[count++] = kinds[i];
    suggest(swap->objective, known, count, hint, sizeof hint);
    complain(c, at, hint, "there is no objective `%s`", swap->objective);
  }
  bool nothing = swap->dynamics == ORR_SWAP_MODEL && strcmp(swap->objective, "default") == 0 &&
                 strcmp(swap->planner, "default") == 0;
  if (nothing)
    complain(c, path, "give dynamics, objective or planner",
             "`%s` swaps nothing: it is the row `model`", swap->name);
}

static void check_swaps(const checker *c) {
  const orr_eval_def *eval = &c->e->eval;
  const orr_swap_def *swaps = eval->swaps.items;
  for (size_t i = 0; i < eval->swaps.count; i++) {
    char path[64];
    snprintf(path, sizeof path, "eval.swaps[%zu]", i);
    check_swap(c, path, &swaps[i]);
  }
  if (eval->swaps.count > ORR_MAX_SWAPS)
    complain(c, "eval.swaps", NULL, "%zu swaps are more than %d", eval->swaps.count, ORR_MAX_SWAPS);
  bool model = false;
  for (size_t i = 0; i < eval->rows.count; i++)
    model = model || strcmp(((const char *const *)eval->rows.items)[i], "model") == 0;
  if (eval->swaps.count && !model)
    complain(c, "eval.swaps", "add model to eval.rows",
             "a swap is held against the row `model`, which eval.rows does not have");
}

static void check_held_out(const checker *c) {
  const orr_held_out_def *range = &c->e->eval.held_out;
  int64_t there = c->e->collect.held_out;
  if (*c->e->eval.manifest || !c->e->eval.rules.count || there < 1) return;
  if (range->first + (range->count ? range->count : 1) > there)
    complain(c, "eval.held_out", "collect more, or choose others",
             "demonstrations %lld to %lld are asked for, but collect.held_out is %lld",
             (long long)range->first,
             (long long)(range->first + (range->count ? range->count : 1) - 1), (long long)there);
}

static void check_rounds(const checker *c) {
  const orr_rounds_def *rounds = &c->e->rounds;
  int64_t window = (c->e->model.horizon + c->e->model.history - 1) * c->e->model.block;
  if (rounds->count == 0) return;
  if (c->e->collect.experts < 1)
    complain(c, "rounds.count", "set collect.experts above 0",
             "rounds start from training demonstrations, and collect.experts is 0");
  if (rounds->steps < window)
    complain(c, "rounds.steps", "make them longer, or the windows of model.horizon shorter",
             "a training window needs %lld control steps, but episodes have at most %lld",
             (long long)window, (long long)rounds->steps);
  if (c->e->eval.goal_offset > c->e->collect.steps && *c->e->eval.manifest)
    complain(c, "eval.goal_offset", "make it shorter, or collect.steps longer",
             "a round's goal lies %lld control steps ahead, but demonstrations have at most "
             "collect.steps, %lld",
             (long long)c->e->eval.goal_offset, (long long)c->e->collect.steps);
}

/* An episode of `collect.steps` must be long enough for what is asked of it. */
static void check_length(const checker *c, const char *path, int64_t need, const char *what) {
  int64_t steps = c->e->collect.steps;
  if (need <= steps) return;
  complain(c, path, "make it shorter, or collect.steps longer",
           "%s needs %lld control steps, but episodes have at most collect.steps, %lld", what,
           (long long)need, (long long)steps);
}

static void check_lengths(const checker *c) {
  const orr_experiment *e = c->e;
  int64_t ahead = e->model.history - 1;
  bool drawn = e->eval.manifest[0] == '\0';
  if (drawn) check_length(c, "eval.goal_offset", e->eval.goal_offset, "a pair");
  check_length(c, "model.horizon", (e->model.horizon + ahead) * e->model.block,
               "a training window");
  check_length(c, "eval.open_loop.horizon", (e->eval.open_loop.horizon + ahead) * e->model.block,
               "an open-loop window");
  if (drawn && e->eval.rules.count && e->collect.held_out < 1)
    complain(c, "collect.held_out", "pairs start and end on demonstrations that no training sees",
             "eval.rules need at least one held-out demonstration");
}

static void check_stride(const checker *c) {
  const orr_model_def *m = &c->e->model;
  if (m->block % m->stride != 0)
    complain(c, "model.stride", "1 always fits", "%lld does not divide model.block, %lld",
             (long long)m->stride, (long long)m->block);
  else if (m->horizon * (m->block / m->stride) > ORR_MAX_PASSES)
    complain(c, "model.horizon", "make it or model.block smaller, or model.stride larger",
             "%lld blocks of %lld passes are more than %d", (long long)m->horizon,
             (long long)(m->block / m->stride), ORR_MAX_PASSES);
}

void orr_experiment_check(const orr_experiment *experiment, orr_diagnostics *diagnostics) {
  checker c = {experiment, diagnostics};
  check_id(&c, "id", experiment->id);
  check_observe(&c);
  check_pixels(&c);
  check_rule(&c, "collect.reached", &experiment->collect.reached);
  check_planner(&c, "collect.expert", &experiment->collect.expert);
  if (experiment->collect.expert.objective.kind != ORR_OBJECTIVE_GOAL)
    complain(&c, "collect.expert.objective.kind", "demonstrations exist before any model does",
             "the expert's objective must be `goal`");
  check_stride(&c);
  check_planner(&c, "plan", &experiment->plan);
  check_presets(&c);
  check_rules(&c);
  check_baselines(&c);
  check_rows(&c);
  check_head(&c);
  static const char *const planner = "default";
  check_preset(&c, "eval.planner", experiment->eval.planner, &planner, 1);
  check_swaps(&c);
  check_held_out(&c);
  check_lengths(&c);
  check_rounds(&c);
}
