/* Open-loop error: the model sees one observation and then only actions. */
#include "base/maths.h"
#include "base/memory.h"
#include "base/pool.h"
#include "worldmodel/model_internal.h"
#include <string.h>

/* Fields of a pose in the observation; -1 when it has none. The offset of a slide is an x. */
typedef struct orr_pose_fields {
  int x, y, z, angle;
} orr_pose_fields;

/* Sums of one tile of windows. */
typedef struct orr_error_sums {
  double position[ORR_MAX_HORIZON][ORR_MAX_BODIES], angle[ORR_MAX_HORIZON][ORR_MAX_BODIES];
  double still_position[ORR_MAX_HORIZON][ORR_MAX_BODIES];
  double still_angle[ORR_MAX_HORIZON][ORR_MAX_BODIES];
} orr_error_sums;

typedef struct orr_measure_lane {
  orr_model_worker *worker;
  float *window_states, *window_actions; /* of one window */
  float *truth;                          /* (horizon + 1) x ORR_TILE x S */
  float *actions;                        /* horizon x ORR_TILE x (block x A) */
  float *latents, *decoded;
  float *memory;
} orr_measure_lane;

typedef struct orr_measure {
  const orr_model *model;
  const orr_windows *windows;
  size_t horizon, count, tiles;
  orr_pose_fields poses[ORR_MAX_BODIES];
  size_t lane_count;
  orr_measure_lane *lanes;
  orr_error_sums *sums; /* tiles */
} orr_measure;

static void find_poses(const orr_space *space, orr_pose_fields *poses) {
  for (size_t b = 0; b < space->body_count; b++) poses[b] = (orr_pose_fields){-1, -1, -1, -1};
  for (size_t i = 0; i < space->count; i++) {
    const orr_space_field *field = &space->fields[i];
    if (field->body < 0) continue;
    orr_pose_fields *pose = &poses[field->body];
    bool x = field->quantity == ORR_QUANTITY_X || field->quantity == ORR_QUANTITY_OFFSET;
    if (x) pose->x = (int)i;
    if (field->quantity == ORR_QUANTITY_Y) pose->y = (int)i;
    if (field->quantity == ORR_QUANTITY_Z) pose->z = (int)i;
    if (field->quantity == ORR_QUANTITY_ANGLE) pose->angle = (int)i;
  }
}

static double apart(const float *truth, const float *guess, int field) {
  return field < 0 ? 0.0 : (double)truth[field] - (double)guess[field];
}

/* Adds the errors of one prediction of one row. */
static void add_errors(const orr_pose_fields *poses, size_t bodies, const float *truth,
                       const float *guess, double *position, double *angle) {
  for (size_t b = 0; b < bodies; b++) {
    const orr_pose_fields *p = &poses[b];
    double dx = apart(truth, guess, p->x), dy = apart(truth, guess, p->y);
    double dz = apart(truth, guess, p->z);
    position[b] += sqrt(dx * dx + dy * dy + dz * dz);
    if (p->angle >= 0) angle[b] += fabs(orr_wrap_angle(apart(truth, guess, p->angle)));
  }
}

/* The windows of a tile, time-major. */
static void gather(const orr_measure *m, orr_measure_lane *lane, size_t first, size_t rows) {
  size_t S = m->model->observation.count, A = m->model->action_length;
  size_t all = orr_windows_count(m->windows);
  for (size_t r = 0; r < rows; r++) {
    size_t index = (size_t)((double)all * (double)(first + r) / (double)m->count);
    if (index >= all) index = all - 1;
    orr_windows_at(m->windows, index, lane->window_states, lane->window_actions);
    for (size_t h = 0; h <= m->horizon; h++) {
      memcpy(lane->truth + (h * ORR_TILE + r) * S, lane->window_states + h * S, S * sizeof(float));
    }
    for (size_t h = 0; h < m->horizon; h++) {
      memcpy(lane->actions + (h * ORR_TILE + r) * A, lane->window_actions + h * A,
             A * sizeof(float));
    }
  }
}

static void measure_tile(void *context, size_t index, size_t lane_index) {
  orr_measure *m = context;
  orr_measure_lane *lane = &m->lanes[lane_index];
  orr_error_sums *sums = &m->sums[index];
  size_t S = m->model->observation.count, A = m->model->action_length;
  size_t bodies = m->model->observation.body_count, first = index * ORR_TILE;
  size_t rows = m->count - first < ORR_TILE ? m->count - first : ORR_TILE;
  gather(m, lane, first, rows);
  orr_model_encode(lane->worker, lane->truth, rows, lane->latents);
  for (size_t h = 0; h < m->horizon; h++) {
    const float *truth = lane->truth + (h + 1) * ORR_TILE * S;
    orr_model_step(lane->worker, lane->latents, lane->actions + h * ORR_TILE * A, rows,
                   lane->latents);
    orr_model_decode(lane->worker, lane->latents, rows, lane->decoded);
    for (size_t r = 0; r < rows; r++) {
      add_errors(m->poses, bodies, truth + r * S, lane->decoded + r * S, sums->position[h],
                 sums->angle[h]);
      add_errors(m->poses, bodies, truth + r * S, lane->truth + r * S, sums->still_position[h],
                 sums->still_angle[h]);
    }
  }
}

static orr_status create_lane(const orr_measure *m, orr_measure_lane *lane, orr_error *err) {
  size_t S = m->model->observation.count, A = m->model->action_length, H = m->horizon;
  size_t sizes[6] = {
      (H + 1) * S, H * A, (H + 1) * ORR_TILE * S, H * ORR_TILE * A, ORR_TILE * m->model->latent,
      ORR_TILE * S};
  float **parts[6] = {&lane->window_states, &lane->window_actions, &lane->truth,
                      &lane->actions,       &lane->latents,        &lane->decoded};
  size_t total = 0;
  for (size_t i = 0; i < 6; i++) total += sizes[i];
  ORR_TRY(orr_model_worker_create(m->model, &lane->worker, err));
  ORR_TRY(orr_new(&lane->memory, total, sizeof(float), err));
  float *at = lane->memory;
  for (size_t i = 0; i < 6; at += sizes[i], i++) *parts[i] = at;
  return ORR_OK;
}

static void free_measure(orr_measure *m, orr_windows *windows) {
  for (size_t i = 0; m->lanes && i < m->lane_count; i++) {
    orr_model_worker_destroy(m->lanes[i].worker);
    orr_free(m->lanes[i].memory);
  }
  orr_free(m->lanes);
  orr_free(m->sums);
  orr_windows_destroy(windows);
}

static void average(const orr_measure *m, orr_open_loop *out) {
  double share = 1.0 / (double)m->count;
  for (size_t t = 0; t < m->tiles; t++) { /* in tile order: the same for any number of threads */
    const orr_error_sums *sums = &m->sums[t];
    for (size_t h = 0; h < m->horizon; h++) {
      for (size_t b = 0; b < out->bodies; b++) {
        out->position[h][b] += sums->position[h][b] * share;
        out->angle[h][b] += sums->angle[h][b] * share;
        out->still_position[h][b] += sums->still_position[h][b] * share;
        out->still_angle[h][b] += sums->still_angle[h][b] * share;
      }
    }
  }
}

/* The data must hold what the model sees. */
static orr_status check_spaces(const orr_model *model, const orr_dataset *data, orr_error *err) {
  const orr_shard_info *info = orr_dataset_info(data);
  bool same =
      orr_hash_equal(orr_space_hash(&info->observation), orr_space_hash(&model->observation)) &&
      orr_hash_equal(orr_space_hash(&info->action), orr_space_hash(&model->action));
  if (same) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH, "the data's observations or actions differ from the model's");
  orr_hint(err, "use data of the scenario that the model was trained on");
  return ORR_ERR_MISMATCH;
}

static orr_status measure(orr_measure *m, const orr_control *control, orr_error *err) {
  struct orr_pool *pool = control ? control->pool : NULL;
  m->lane_count = orr_pool_lanes(pool);
  m->tiles = (m->count + ORR_TILE - 1) / ORR_TILE;
  find_poses(&m->model->observation, m->poses);
  ORR_TRY(orr_new(&m->lanes, m->lane_count, sizeof *m->lanes, err));
  ORR_TRY(orr_new(&m->sums, m->tiles, sizeof *m->sums, err));
  for (size_t i = 0; i < m->lane_count; i++) ORR_TRY(create_lane(m, &m->lanes[i], err));
  orr_pool_run(pool, m->tiles, measure_tile, m);
  return orr_cancelled(control) ? orr_fail(err, ORR_ERR_CANCELLED, "cancelled") : ORR_OK;
}

orr_status orr_open_loop_measure(const orr_model *model, const orr_dataset *data, size_t horizon,
                                 size_t count, const orr_control *control, orr_open_loop *out,
                                 orr_error *err) {
  ORR_ASSERT(horizon >= 1 && horizon <= ORR_MAX_HORIZON && count >= 1);
  *out = (orr_open_loop){0};
  ORR_TRY(check_spaces(model, data, err));
  orr_windows_def def = {.history = 1, .horizon = horizon, .block = (size_t)model->def.block};
  orr_windows *windows;
  ORR_TRY(orr_windows_create(data, &def, &windows, err));
  orr_measure m = {.model = model, .windows = windows, .horizon = horizon, .count = count};
  if (count > orr_windows_count(windows)) m.count = orr_windows_count(windows);
  orr_status status = measure(&m, control, err);
  if (status == ORR_OK) {
    out->horizon = horizon;
    out->bodies = model->observation.body_count;
    out->windows = (int64_t)m.count;
    average(&m, out);
  }
  free_measure(&m, windows);
  return status;
}
