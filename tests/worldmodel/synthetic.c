#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "base/pool.h"
#include "synthetic.h"
#include <stdio.h>
#include <string.h>

enum { EPISODE = 40 };

static void add_field(orr_space *space, const char *name, const char *unit, orr_quantity quantity,
                      int body) {
  orr_space_field *field = &space->fields[space->count++];
  snprintf(field->name, sizeof field->name, "%s", name);
  snprintf(field->unit, sizeof field->unit, "%s", unit);
  field->quantity = quantity;
  field->body = body;
  field->low = -INFINITY;
  field->high = INFINITY;
}

static void make_spaces(orr_space *observation, orr_space *action) {
  memset(observation, 0, sizeof *observation);
  memset(action, 0, sizeof *action);
  observation->body_count = 2;
  observation->scale = 1;
  observation->bounds[2] = observation->bounds[3] = 512;
  observation->bodies[0] = (orr_space_body){"pusher", ORR_ROLE_ACTUATED, {0, 0}, 15};
  observation->bodies[1] = (orr_space_body){"block", ORR_ROLE_FREE, {0, 30}, 60};
  add_field(observation, "pusher.x", "px", ORR_QUANTITY_X, 0);
  add_field(observation, "pusher.y", "px", ORR_QUANTITY_Y, 0);
  add_field(observation, "block.x", "px", ORR_QUANTITY_X, 1);
  add_field(observation, "block.y", "px", ORR_QUANTITY_Y, 1);
  add_field(observation, "block.angle", "rad", ORR_QUANTITY_ANGLE, 1);
  add_field(observation, "pusher.vx", "px/s", ORR_QUANTITY_VX, 0);
  add_field(observation, "pusher.vy", "px/s", ORR_QUANTITY_VY, 0);
  *action = *observation;
  memset(action->fields, 0, sizeof action->fields);
  action->count = 0;
  action->meaning = ORR_ACTION_RELATIVE;
  action->scale = 100;
  add_field(action, "pusher.x", "", ORR_QUANTITY_X, 0);
  add_field(action, "pusher.y", "", ORR_QUANTITY_Y, 0);
}

/* s: pusher x y, centre of mass x y, angle, pusher vx vy; dt 0.1 s. */
static void move(double *s, const float *a) {
  for (int i = 0; i < 2; i++) {
    s[5 + i] = 0.6 * s[5 + i] + 200.0 * (double)a[i];
    s[i] += 0.1 * s[5 + i];
  }
  double dx = s[2] - s[0], dy = s[3] - s[1], distance = sqrt(dx * dx + dy * dy) + 1e-9;
  double overlap = orr_max(0, 70 - distance), nx = dx / distance, ny = dy / distance;
  s[2] += 0.25 * overlap * nx;
  s[3] += 0.25 * overlap * ny;
  s[4] += 0.006 * overlap * (nx * sin(s[4]) - ny * cos(s[4]));
}

/* Origin = centre of mass - R (0, 30). */
static void observe(const double *s, float *out) {
  double c = cos(s[4]), n = sin(s[4]);
  double values[SYNTHETIC_STATE] = {s[0], s[1], s[2] + 30 * n, s[3] - 30 * c, s[4], s[5], s[6]};
  for (int i = 0; i < SYNTHETIC_STATE; i++) out[i] = (float)values[i];
}

static void record(uint64_t seed, size_t index, orr_episode *episode) {
  orr_random random = orr_random_at(seed, ORR_PURPOSE_TEST, (uint32_t)index, 0, 0, 0);
  double s[SYNTHETIC_STATE] = {0}, turn = orr_random_uniform(&random, -3, 3);
  float state[SYNTHETIC_STATE];
  s[2] = orr_random_uniform(&random, 150, 350);
  s[3] = orr_random_uniform(&random, 150, 350);
  s[0] = s[2] + 90 * cos(turn);
  s[1] = s[3] + 90 * sin(turn);
  s[4] = orr_random_uniform(&random, -3, 3);
  observe(s, state);
  orr_episode_begin(episode, state);
  for (size_t t = 0; t < EPISODE; t++) {
    float action[2];
    for (int i = 0; i < 2; i++) { /* towards the block, and noise */
      double noise = orr_random_uniform(&random, -0.35, 0.35);
      action[i] = (float)(0.002 * (s[2 + i] - s[i]) + noise);
    }
    move(s, action);
    observe(s, state);
    orr_episode_append(episode, action, 0, state, false, false);
  }
  episode->truncated = true;
  episode->index = episode->source = episode->reset_episode = (int64_t)index;
  episode->seed = seed;
  episode->policy = index % 3 == 0 ? ORR_POLICY_EXPERT : ORR_POLICY_RANDOM;
}

static void write_split(const char *folder, orr_split split, const orr_shard_info *info,
                        uint64_t seed, size_t first, size_t count) {
  char name[64], path[512];
  orr_error err;
  orr_episode *episodes = orr_alloc(count, sizeof *episodes);
  const orr_episode **list = orr_alloc(count, sizeof *list);
  assert_true(episodes && list);
  for (size_t i = 0; i < count; i++) {
    ASSERT_OK(orr_episode_create(SYNTHETIC_STATE, SYNTHETIC_ACTION, EPISODE, &episodes[i], &err),
              err);
    record(seed, first + i, &episodes[i]);
    list[i] = &episodes[i];
  }
  snprintf(name, sizeof name, "%s-00000.h5", orr_split_name(split));
  orr_path_join(path, sizeof path, folder, name);
  ASSERT_OK(orr_shard_write(path, info, split, list, count, &err), err);
  for (size_t i = 0; i < count; i++) orr_episode_destroy(&episodes[i]);
  orr_free(episodes);
  orr_free(list);
}

void synthetic_write(const char *folder, uint64_t seed, size_t train, size_t held_out) {
  orr_error err;
  orr_shard_info *info = orr_alloc(1, sizeof *info);
  assert_non_null(info);
  make_spaces(&info->observation, &info->action);
  info->scenario = "world: {}\n";
  info->id = "synthetic";
  info->world = orr_hash_bytes("synthetic", 9);
  info->interface =
      orr_hash_join(orr_space_hash(&info->observation), orr_space_hash(&info->action));
  info->control_dt = 0.1;
  info->seed = seed;
  ASSERT_OK(orr_folder_make(folder, &err), err);
  write_split(folder, ORR_SPLIT_TRAIN, info, seed, 0, train);
  write_split(folder, ORR_SPLIT_HELD_OUT, info, seed, train, held_out);
  ASSERT_OK(orr_dataset_seal(folder, info, NULL, &err), err);
  orr_free(info);
}

synthetic_data synthetic_open(const char *folder) {
  synthetic_data data;
  orr_error err;
  ASSERT_OK(orr_dataset_open(folder, ORR_SPLIT_TRAIN, false, &data.train, &err), err);
  ASSERT_OK(orr_dataset_open(folder, ORR_SPLIT_HELD_OUT, false, &data.held_out, &err), err);
  return data;
}

void synthetic_close(synthetic_data *data) {
  orr_dataset_close(data->train);
  orr_dataset_close(data->held_out);
}

orr_model_def synthetic_model(orr_family family) {
  orr_model_def def;
  orr_arena *arena = orr_arena_create(4096);
  orr_record_default(&orr_model_record, arena, &def);
  orr_arena_destroy(arena);
  def.family = family;
  def.horizon = 3;
  def.hidden = 64;
  def.layers = 2;
  def.latent = 24;
  return def;
}

orr_train_def synthetic_train(int64_t steps) {
  orr_train_def def;
  orr_arena *arena = orr_arena_create(4096);
  orr_record_default(&orr_train_record, arena, &def);
  orr_arena_destroy(arena);
  def.steps = steps;
  def.batch = 128;
  def.warmup = 20;
  def.rate = 3e-3;
  def.log_every = 10;
  def.check_every = def.save_every = 1000000;
  return def;
}

orr_status synthetic_run(const synthetic_data *data, const orr_model_def *model,
                         const orr_train_def *train, const char *folder, size_t threads,
                         orr_train_result *out, orr_error *err) {
  orr_pool *pool;
  orr_train_setup setup = {.model = model,
                           .train = train,
                           .data = data->train,
                           .held_out = data->held_out,
                           .folder = folder};
  ORR_TRY(orr_pool_create(threads, &pool, err));
  orr_control control = {.pool = pool};
  orr_status status = orr_train_run(&setup, &control, out, err);
  orr_pool_destroy(pool);
  return status;
}

orr_model *synthetic_random_model(const orr_dataset *data, const orr_model_def *def,
                                  uint64_t seed) {
  const orr_shard_info *info = orr_dataset_info(data);
  orr_transform *transform = orr_alloc(1, sizeof *transform);
  orr_model *model;
  orr_error err;
  ASSERT_OK(orr_transform_fit(data, (size_t)def->stride, transform, &err), err);
  ASSERT_OK(orr_model_build(def, &info->observation, &info->action, transform, &model, &err), err);
  ASSERT_OK(orr_model_allocate(model, &err), err);
  orr_params_init(&model->params, seed, model->values);
  for (size_t i = 0; i < model->params.count; i++) {
    const orr_param *param = &model->params.items[i];
    orr_random random = orr_random_at(seed, ORR_PURPOSE_TEST, (uint32_t)i, 1, 0, 0);
    for (size_t j = 0; j < param->rows * param->cols; j++) {
      model->values[param->offset + j] += (float)orr_random_uniform(&random, -0.05, 0.05);
    }
  }
  model->interface = info->interface;
  model->world = info->world;
  orr_model_rehash(model);
  orr_free(transform);
  return model;
}
