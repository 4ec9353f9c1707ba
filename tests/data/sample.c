#include "tests/data/sample.h"
#include "base/file.h"
#include "data/dataset.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const size_t sample_steps[7] = {7, 1, 12, 5, 20, 9, 3};

float sample_state(int64_t number, size_t t, size_t i) {
  return 1000 * (float)number + 10 * (float)t + (float)i;
}

float sample_action(int64_t number, size_t t, size_t i) {
  return -((float)number + (float)t / 16 + (float)i / 4);
}

bool sample_success(int64_t number, size_t t, size_t steps) {
  return number % 2 == 0 && t + 1 >= steps && t > 0;
}

bool sample_contact(size_t t) { return t % 3 == 2; }

uint64_t sample_seed(int64_t number) {
  return (number % 2 ? UINT64_C(1) << 63 : 0) + (uint64_t)number;
}

static void set_field(orr_space_field *field, const char *name, const char *unit, int body,
                      double low, double high) {
  *field =
      (orr_space_field){.body = body, .low = low, .high = high, .quantity = ORR_QUANTITY_OTHER};
  snprintf(field->name, sizeof field->name, "%s", name);
  snprintf(field->unit, sizeof field->unit, "%s", unit);
}

void sample_info(orr_shard_info *out) {
  memset(out, 0, sizeof *out);
  out->observation.count = SAMPLE_STATE;
  out->observation.body_count = 1;
  snprintf(out->observation.bodies[0].name, ORR_NAME, "block");
  out->observation.bodies[0].role = ORR_ROLE_FREE;
  out->observation.bodies[0].radius = 0.1;
  set_field(&out->observation.fields[0], "block.x", "px", 0, 0, 512);
  set_field(&out->observation.fields[1], "block.y", "px", 0, 0, 512);
  set_field(&out->observation.fields[2], "block.angle", "rad", 0, -INFINITY, INFINITY);
  out->action.count = SAMPLE_ACTION;
  out->action.meaning = ORR_ACTION_ABSOLUTE;
  out->action.scale = 1;
  set_field(&out->action.fields[0], "target.x", "px", -1, 0, 512);
  set_field(&out->action.fields[1], "target.y", "px", -1, 0, 512);
  out->scenario = "world:\n  name: süß\n";
  out->id = "sample";
  out->world = (orr_hash){1, 2};
  out->interface = (orr_hash){3, 4};
  out->control_dt = 0.1;
  out->seed = UINT64_MAX;
}

orr_status sample_episode(int64_t number, size_t steps, orr_episode *out, orr_error *err) {
  float state[SAMPLE_STATE], action[SAMPLE_ACTION];
  ORR_TRY(orr_episode_create(SAMPLE_STATE, SAMPLE_ACTION, steps, out, err));
  for (size_t i = 0; i < SAMPLE_STATE; i++) state[i] = sample_state(number, 0, i);
  orr_episode_begin(out, state);
  for (size_t t = 0; t < steps; t++) {
    for (size_t i = 0; i < SAMPLE_ACTION; i++) action[i] = sample_action(number, t, i);
    for (size_t i = 0; i < SAMPLE_STATE; i++) state[i] = sample_state(number, t + 1, i);
    orr_episode_append(out, action, (float)t / 8, state, sample_success(number, t + 1, steps),
                       sample_contact(t + 1));
  }
  out->terminated = number % 2 == 0;
  out->truncated = !out->terminated;
  out->index = number;
  out->source = number / 2;
  out->reset_episode = 100 + number;
  out->seed = sample_seed(number);
  out->policy = (orr_policy_kind)(number % 6);
  return ORR_OK;
}

orr_status sample_shard(const char *path, orr_split split, int64_t first, const size_t *steps,
                        size_t count, orr_error *err) {
  orr_episode episodes[8] = {0};
  const orr_episode *pointers[8];
  ORR_ASSERT(count <= 8);
  orr_status status = ORR_OK;
  for (size_t e = 0; e < count; e++) {
    pointers[e] = &episodes[e];
    if (status == ORR_OK) status = sample_episode(first + (int64_t)e, steps[e], &episodes[e], err);
  }
  orr_shard_info info;
  sample_info(&info);
  if (status == ORR_OK) status = orr_shard_write(path, &info, split, pointers, count, err);
  for (size_t e = 0; e < count; e++) orr_episode_destroy(&episodes[e]);
  return status;
}

orr_status sample_folder(const char *folder, orr_error *err) {
  char path[512];
  orr_shard_info info;
  const int64_t diverged[3] = {0, 2, 1};
  ORR_TRY(orr_folder_make(folder, err));
  orr_path_join(path, sizeof path, folder, "train-00000.h5");
  ORR_TRY(sample_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 3, err));
  orr_path_join(path, sizeof path, folder, "train-00001.h5");
  ORR_TRY(sample_shard(path, ORR_SPLIT_TRAIN, 3, sample_steps + 3, 2, err));
  orr_path_join(path, sizeof path, folder, "held-out-00000.h5");
  ORR_TRY(sample_shard(path, ORR_SPLIT_HELD_OUT, 5, sample_steps + 5, 2, err));
  sample_info(&info);
  return orr_dataset_seal(folder, &info, diverged, err);
}
