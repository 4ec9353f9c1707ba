#include "agents/objective.h"

#include "base/maths.h"

#include <stdint.h>
#include <string.h>

static const orr_field weight_fields[] = {
    {ORR_FIELD(TEXT, orr_body_weight, name), .help = "A moving body, pivot or slide of the world"},
    {ORR_FIELD(REAL, orr_body_weight, weight), .low = 0.0, .high = 1e6,
     .help = "How much its distance to the goal counts; 0: not at all"},
};
static const orr_record weight_record = {ORR_RECORD("weight", orr_body_weight, weight_fields),
                                         .unique_names = true,
                                         .help = "How much one body or joint counts"};

const char *const orr_objective_names[] = {"goal", "latent", "reach", NULL};
static const char *const aggregate_names[] = {"final", "sum", "minimum", NULL};

static const char *const points_names[] = {"blocks", "steps", NULL};

static const orr_field objective_fields[] = {
    {ORR_FIELD(ENUM, orr_objective_def, kind), .names = orr_objective_names, .preset = "goal",
     .help = "goal: distance to the goal in named quantities; latent: the model's own distance; "
             "reach: blocks to the goal, as the network eval.head says; best with aggregate sum"},
    {ORR_FIELD(ENUM, orr_objective_def, aggregate), .names = aggregate_names, .preset = "minimum",
     .help = "Which points of a rollout count: the final one, all, or the best (+ 0.01 final)"},
    {ORR_FIELD(ENUM, orr_objective_def, points), .names = points_names, .preset = "blocks",
     .help =
         "Points of a rollout: blocks: block ends; steps: every control step (of a model: every "
         "pass of its network)"},
    {ORR_FIELD(REAL, orr_objective_def, position), .unit = "length", .low = 1e-9, .high = 1e9,
     .preset = "20", .help = "The distance that counts as one"},
    {ORR_FIELD(REAL, orr_objective_def, angle), .unit = "rad", .low = 1e-9, .high = 1e6,
     .preset = "20deg", .help = "The turn that counts as one"},
    {ORR_FIELD(LIST, orr_objective_def, weights), .record = &weight_record, .preset = "[]",
     .help = "Weights of bodies, pivots and slides; one that is not named weighs 1, but 0.05 if it "
             "is actuated, no goal of the task is about it and a free one is observed"},
    {ORR_FIELD(REAL, orr_objective_def, approach), .low = 0.0, .high = 1e6, .preset = "0",
     .help = "Weight of the gap between an actuated body and the free body nearest to it"},
};
const orr_record orr_objective_record = {
    ORR_RECORD("objective", orr_objective_def, objective_fields),
    .help = "What a rollout is worth; lower is better"};

static orr_status check_weights(const orr_objective_def *def, const orr_space *space,
                                orr_error *err) {
  const orr_body_weight *weights = def->weights.items;
  for (size_t i = 0; i < def->weights.count; i++) {
    if (orr_space_find_body(space, weights[i].name) >= 0) continue;
    const char *known[ORR_MAX_BODIES];
    for (size_t k = 0; k < space->body_count; k++) known[k] = space->bodies[k].name;
    const char *close = orr_closest(weights[i].name, known, space->body_count);
    orr_fail(err, ORR_ERR_CONFIG, "objective: there is no moving body or joint \"%s\"",
             weights[i].name);
    if (close) orr_hint(err, "did you mean \"%s\"?", close);
    return ORR_ERR_CONFIG;
  }
  return ORR_OK;
}

/* What a state field is to an objective: is_angle tells how its difference is measured. */
static bool is_pose(const orr_space_field *field, bool *is_angle) {
  *is_angle = field->quantity == ORR_QUANTITY_ANGLE;
  bool length = field->quantity == ORR_QUANTITY_X || field->quantity == ORR_QUANTITY_Y ||
                field->quantity == ORR_QUANTITY_Z || field->quantity == ORR_QUANTITY_OFFSET;
  return field->body >= 0 && (length || *is_angle);
}

static bool sees_free(const orr_space *space) {
  bool angle;
  for (size_t i = 0; i < space->count; i++)
    if (is_pose(&space->fields[i], &angle) &&
        space->bodies[space->fields[i].body].role == ORR_ROLE_FREE)
      return true;
  return false;
}

static double weight_of(const orr_objective_def *def, const orr_observer *observer,
                        const orr_space_body *body) {
  const orr_body_weight *weights = def->weights.items;
  const orr_list *goals = &observer->scenario->task.goals;
  for (size_t i = 0; i < def->weights.count; i++)
    if (strcmp(weights[i].name, body->name) == 0) return weights[i].weight;
  for (size_t i = 0; i < goals->count; i++) {
    const orr_goal_def *goal = (const orr_goal_def *)goals->items + i;
    if (strcmp(goal->joint ? goal->joint : goal->body, body->name) == 0) return 1.0;
  }
  return body->role == ORR_ROLE_ACTUATED && sees_free(&observer->space) ? 0.05 : 1.0;
}

/* Where a body's pose stands in an observation; false when its position is not seen. */
static bool find_disc(const orr_space *space, int body, orr_disc *out) {
  *out = (orr_disc){SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, {0}, space->bodies[body].radius};
  memcpy(out->centre, space->bodies[body].centre, sizeof out->centre);
  for (size_t i = 0; i < space->count; i++) {
    if (space->fields[i].body != body) continue;
    if (space->fields[i].quantity == ORR_QUANTITY_X) out->x = i;
    if (space->fields[i].quantity == ORR_QUANTITY_Y) out->y = i;
    if (space->fields[i].quantity == ORR_QUANTITY_Z) out->z = i;
    if (space->fields[i].quantity == ORR_QUANTITY_ANGLE) out->angle = i;
  }
  return out->x != SIZE_MAX && out->y != SIZE_MAX;
}

static void compile_approach(const orr_objective_def *def, const orr_space *space,
                             orr_objective *out) {
  out->approach = def->approach / (def->position * def->position);
  for (size_t i = 0; out->approach > 0.0 && i < space->body_count; i++) {
    orr_disc disc;
    if (!find_disc(space, (int)i, &disc)) continue;
    bool actuated = space->bodies[i].role == ORR_ROLE_ACTUATED;
    if (actuated)
      out->actuated[out->actuated_count++] = disc;
    else
      out->free[out->free_count++] = disc;
  }
}

orr_status orr_objective_create(const orr_objective_def *def, const orr_observer *observer,
                                orr_objective *out, orr_error *err) {
  const orr_space *observation = &observer->space;
  memset(out, 0, sizeof *out);
  out->kind = (orr_objective_kind)def->kind;
  out->aggregate = (orr_aggregate)def->aggregate;
  out->points = out->aggregate == ORR_AGGREGATE_FINAL ? ORR_POINTS_BLOCKS : (orr_points)def->points;
  out->count = observation->count;
  ORR_TRY(check_weights(def, observation, err));
  bool counts = false;
  for (size_t i = 0; i < observation->count; i++) {
    const orr_space_field *field = &observation->fields[i];
    bool angle;
    if (!is_pose(field, &angle)) continue;
    double scale = angle ? def->angle : def->position;
    out->factor[i] = weight_of(def, observer, &observation->bodies[field->body]) / (scale * scale);
    out->is_angle[i] = angle;
    counts = counts || out->factor[i] > 0.0;
  }
  compile_approach(def, observation, out);
  if (counts || out->kind != ORR_OBJECTIVE_GOAL) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG, "objective: nothing that is observed counts");
  orr_hint(err, "observe the pose of a body or joint and give it a weight above 0");
  return ORR_ERR_CONFIG;
}

static void centre_of(const orr_disc *disc, const float *observation, double out[3]) {
  double angle = disc->angle == SIZE_MAX ? 0.0 : (double)observation[disc->angle];
  double c = cos(angle), s = sin(angle);
  out[0] = (double)observation[disc->x] + c * disc->centre[0] - s * disc->centre[1];
  out[1] = (double)observation[disc->y] + s * disc->centre[0] + c * disc->centre[1];
  out[2] = disc->z == SIZE_MAX ? 0.0 : (double)observation[disc->z];
}

/* Sum of squared gaps, each from an actuated body's disc to that of the nearest free body. */
static double gaps(const orr_objective *objective, const float *observation) {
  double sum = 0.0;
  for (size_t i = 0; i < objective->actuated_count; i++) {
    double at[3], nearest = INFINITY;
    centre_of(&objective->actuated[i], observation, at);
    for (size_t k = 0; k < objective->free_count; k++) {
      double other[3];
      centre_of(&objective->free[k], observation, other);
      double touch = objective->actuated[i].radius + objective->free[k].radius;
      double dx = at[0] - other[0], dy = at[1] - other[1];
      bool deep = objective->actuated[i].z != SIZE_MAX && objective->free[k].z != SIZE_MAX;
      double dz = deep ? at[2] - other[2] : 0.0, square = dx * dx + dy * dy;
      nearest = orr_min(nearest, orr_max(0.0, sqrt(square + dz * dz) - touch));
    }
    if (objective->free_count) sum += nearest * nearest;
  }
  return sum;
}

double orr_objective_cost(const orr_objective *objective, const float *observation,
                          const float *goal) {
  double cost = 0.0;
  for (size_t i = 0; i < objective->count; i++) {
    if (objective->factor[i] == 0.0) continue;
    double d = (double)observation[i] - (double)goal[i];
    if (objective->is_angle[i]) d = orr_wrap_angle(d);
    cost += objective->factor[i] * d * d;
  }
  if (objective->approach > 0.0) cost += objective->approach * gaps(objective, observation);
  return cost;
}

double orr_objective_aggregate(const orr_objective *objective, const double *costs, size_t points,
                               size_t stride) {
  ORR_ASSERT(points > 0);
  double final = costs[(points - 1) * stride], sum = 0.0, least = INFINITY;
  for (size_t p = 0; p < points; p++) {
    double cost = costs[p * stride];
    if (!isfinite(cost)) return INFINITY; /* the rollout diverged */
    sum += cost;
    least = orr_min(least, cost);
  }
  switch (objective->aggregate) {
  case ORR_AGGREGATE_FINAL: return final;
  case ORR_AGGREGATE_SUM: return sum;
  case ORR_AGGREGATE_MINIMUM: return least + 0.01 * final;
  }
  return final;
}
