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

/* Pictures --------------------------------------------------------------------------------- */

void sample_seen_info(orr_shard_info *out) {
  static const orr_space_picture pictures[] = {{"pixels", ORR_PICTURE_RGB, 8, 6},
                                               {"depth", ORR_PICTURE_DEPTH, 5, 4},
                                               {"segmentation", ORR_PICTURE_LABELS, 4, 7}};
  sample_info(out);
  memcpy(out->observation.pictures, pictures, sizeof pictures);
  out->observation.picture_count = 3;
}

void sample_wide_info(orr_shard_info *out) {
  static const orr_space_picture pictures[] = {{"pixels", ORR_PICTURE_RGB, 40, 34},
                                               {"depth", ORR_PICTURE_DEPTH, 36, 33},
                                               {"segmentation", ORR_PICTURE_LABELS, 33, 32}};
  sample_info(out);
  memcpy(out->observation.pictures, pictures, sizeof pictures);
  out->observation.picture_count = 3;
  set_field(&out->action.fields[0], "target.x", "px", -1, -8, 0);
  set_field(&out->action.fields[1], "target.y", "px", -1, -10, 2);
}

void sample_frame(const orr_space_picture *picture, int64_t number, size_t t, void *out) {
  size_t n = (size_t)number, width = (size_t)picture->width, height = (size_t)picture->height;
  uint8_t *bytes = out;
  float *depths = out;
  for (size_t i = 0; i < width * height; i++) {
    size_t x = i % width, y = i / width;
    switch (picture->kind) {
    case ORR_PICTURE_RGB:
      for (size_t c = 0; c < 3; c++)
        bytes[3 * i + c] = (uint8_t)(37 * n + 11 * t + 7 * y + 3 * x + c);
      break;
    case ORR_PICTURE_DEPTH:
      depths[i] = x + y == 4 ? INFINITY : (float)n + (float)t / 8 + (float)i / 64;
      break;
    case ORR_PICTURE_LABELS: bytes[i] = (uint8_t)((n + t + x * y) % 7); break;
    }
  }
}

static orr_status add_frames(const orr_shard_info *info, orr_deflater *deflater,
                             orr_episode *episode, orr_error *err) {
  float frame[SAMPLE_WIDE_BYTES / sizeof(float)];
  ORR_TRY(orr_episode_add_pictures(episode, &info->observation, err));
  for (size_t t = 0; t <= episode->steps; t++) {
    for (size_t p = 0; p < info->observation.picture_count; p++) {
      sample_frame(&info->observation.pictures[p], episode->index, t, frame);
      ORR_TRY(orr_episode_put_frame(episode, &info->observation, p, frame, deflater, err));
    }
  }
  return ORR_OK;
}

static orr_status make_episode(const orr_shard_info *info, int64_t number, size_t steps,
                               orr_deflater *deflater, orr_episode *out, orr_error *err) {
  ORR_TRY(sample_episode(number, steps, out, err));
  return add_frames(info, deflater, out, err);
}

/* Shards ----------------------------------------------------------------------------------- */

static orr_status make_shard(const char *path, const orr_shard_info *info, orr_split split,
                             int64_t first, const size_t *steps, size_t count, orr_error *err) {
  orr_episode episodes[8] = {0};
  const orr_episode *pointers[8];
  orr_deflater *deflater;
  ORR_ASSERT(count <= 8);
  ORR_TRY(orr_deflater_create(&deflater, err));
  orr_status status = ORR_OK;
  for (size_t e = 0; e < count; e++) {
    pointers[e] = &episodes[e];
    if (status != ORR_OK) continue;
    status = make_episode(info, first + (int64_t)e, steps[e], deflater, &episodes[e], err);
  }
  if (status == ORR_OK) status = orr_shard_write(path, info, split, pointers, count, err);
  for (size_t e = 0; e < count; e++) orr_episode_destroy(&episodes[e]);
  orr_deflater_destroy(deflater);
  return status;
}

orr_status sample_shard(const char *path, orr_split split, int64_t first, const size_t *steps,
                        size_t count, orr_error *err) {
  orr_shard_info info;
  sample_info(&info);
  return make_shard(path, &info, split, first, steps, count, err);
}

orr_status sample_seen_shard(const char *path, orr_split split, int64_t first, const size_t *steps,
                             size_t count, orr_error *err) {
  orr_shard_info info;
  sample_seen_info(&info);
  return make_shard(path, &info, split, first, steps, count, err);
}

static orr_status make_folder(const char *folder, const orr_shard_info *info, orr_error *err) {
  static const struct {
    const char *name;
    orr_split split;
    size_t first, count;
  } shards[] = {{"train-00000.h5", ORR_SPLIT_TRAIN, 0, 3},
                {"train-00001.h5", ORR_SPLIT_TRAIN, 3, 2},
                {"held-out-00000.h5", ORR_SPLIT_HELD_OUT, 5, 2}};
  char path[512];
  const int64_t diverged[3] = {0, 2, 1};
  ORR_TRY(orr_folder_make(folder, err));
  for (size_t i = 0; i < 3; i++) {
    size_t first = shards[i].first;
    orr_path_join(path, sizeof path, folder, shards[i].name);
    ORR_TRY(make_shard(path, info, shards[i].split, (int64_t)first, sample_steps + first,
                       shards[i].count, err));
  }
  return orr_dataset_seal(folder, info, diverged, err);
}

orr_status sample_folder(const char *folder, orr_error *err) {
  orr_shard_info info;
  sample_info(&info);
  return make_folder(folder, &info, err);
}

orr_status sample_seen_folder(const char *folder, orr_error *err) {
  orr_shard_info info;
  sample_seen_info(&info);
  return make_folder(folder, &info, err);
}

orr_status sample_wide_folder(const char *folder, orr_error *err) {
  orr_shard_info info;
  sample_wide_info(&info);
  return make_folder(folder, &info, err);
}
