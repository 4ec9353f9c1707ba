/* What `orrery inspect` shows: gathered as JSON, then printed as JSON or as a page of text. */
#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "data/inspect_text.h"
#include "data/manifest.h"
#include "data/shard_format.h"
#include "data/statistics.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static orr_status no_memory(orr_error *err) {
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory while summing up a data set");
}

/* Episodes of one policy in one split. */
typedef struct group {
  int64_t episodes, rows, steps, least, most, successes, contacts;
} group;

static void count_episode(group *g, const orr_episode_view *view) {
  int64_t steps = (int64_t)view->steps;
  if (g->episodes == 0 || steps < g->least) g->least = steps;
  if (steps > g->most) g->most = steps;
  g->episodes++;
  g->rows += steps + 1;
  g->steps += steps;
  g->successes += view->success[view->steps];
  for (size_t t = 0; t <= view->steps; t++) g->contacts += view->contact[t];
}

static json_t *group_to_json(const group *g, const char *split, const char *policy) {
  double episodes = (double)g->episodes;
  return json_pack(
      "{s:s, s:s, s:I, s:I, s:I, s:f, s:I, s:f, s:f}", "split", split, "policy", policy, "episodes",
      (json_int_t)g->episodes, "rows", (json_int_t)g->rows, "steps_least", (json_int_t)g->least,
      "steps_mean", (double)g->steps / episodes, "steps_most", (json_int_t)g->most, "success_rate",
      (double)g->successes / episodes, "contact_share", (double)g->contacts / (double)g->rows);
}

static orr_status add_groups(const orr_dataset *dataset, const char *split, json_t *groups,
                             orr_error *err) {
  group by_policy[ORR_POLICY_COUNT] = {0};
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    orr_episode_view view = orr_dataset_episode(dataset, e);
    count_episode(&by_policy[view.policy], &view);
  }
  for (int p = 0; p < ORR_POLICY_COUNT; p++) {
    if (!by_policy[p].episodes) continue;
    json_t *json = group_to_json(&by_policy[p], split, orr_policy_kind_name((orr_policy_kind)p));
    if (json_array_append_new(groups, json) != 0) return no_memory(err);
  }
  return ORR_OK;
}

static bool put(json_t *summary, const char *key, json_t *value) {
  return json_object_set_new(summary, key, value) == 0;
}

static orr_status add_info(const orr_shard_info *info, json_t *summary, orr_error *err) {
  char world[ORR_HASH_TEXT], interface[ORR_HASH_TEXT], seed[24];
  orr_hash_text(info->world, world);
  orr_hash_text(info->interface, interface);
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)info->seed);
  bool good = put(summary, "scenario", json_string(info->id)) &&
              put(summary, "world_hash", json_string(world)) &&
              put(summary, "interface_hash", json_string(interface)) &&
              put(summary, "control_dt", json_real(info->control_dt)) &&
              put(summary, "seed", json_string(seed)) &&
              put(summary, "observation", orr_space_to_json(&info->observation)) &&
              put(summary, "action", orr_space_to_json(&info->action)) &&
              put(summary, "scenario_yaml", json_string(info->scenario));
  return good ? ORR_OK : no_memory(err);
}

static orr_status add_statistics(const orr_dataset *dataset, const char *of, json_t *summary,
                                 orr_error *err) {
  orr_statistics *statistics;
  ORR_TRY(orr_new(&statistics, 1, sizeof *statistics, err));
  orr_statistics_fit(dataset, statistics);
  const orr_shard_info *info = orr_dataset_info(dataset);
  json_t *json = orr_statistics_to_json(statistics, &info->observation, &info->action);
  orr_free(statistics);
  if (!put(summary, "statistics", json) || !put(summary, "statistics_of", json_string(of))) {
    return no_memory(err);
  }
  return ORR_OK;
}

/* Adds the frames of a split to those counted before. */
static orr_status add_pictures(const orr_dataset *dataset, json_t *summary, orr_error *err) {
  const orr_space *observation = &orr_dataset_info(dataset)->observation;
  json_t *pictures = json_object_get(summary, "pictures");
  for (size_t p = 0; p < observation->picture_count; p++) {
    const orr_space_picture *what = &observation->pictures[p];
    json_t *picture = json_array_get(pictures, p);
    if (!picture) {
      picture =
          json_pack("{s:s, s:i, s:i, s:I, s:I, s:I}", "name", what->name, "width", what->width,
                    "height", what->height, "frame_bytes", (json_int_t)orr_picture_bytes(what),
                    "frames", (json_int_t)0, "bytes", (json_int_t)0);
      if (json_array_append_new(pictures, picture) != 0) return no_memory(err);
    }
    json_int_t frames = json_integer_value(json_object_get(picture, "frames"));
    json_int_t bytes = json_integer_value(json_object_get(picture, "bytes"));
    frames += (json_int_t)orr_dataset_rows(dataset);
    bytes += (json_int_t)orr_dataset_frame_bytes(dataset, p);
    if (!put(picture, "frames", json_integer(frames)) ||
        !put(picture, "bytes", json_integer(bytes))) {
      return no_memory(err);
    }
  }
  return ORR_OK;
}

/* `entry` may be NULL: a file that is no shard. Bytes -1: it is not there. */
static orr_status add_file(const char *path, const char *name, const orr_manifest_shard *entry,
                           json_t *files, orr_error *err) {
  json_t *file = json_pack("{s:s, s:I}", "name", name, "bytes", (json_int_t)orr_file_size(path));
  bool good = file != NULL;
  if (entry && file) {
    good = put(file, "episodes", json_integer(entry->episodes)) &&
           put(file, "rows", json_integer(entry->rows)) &&
           put(file, "diverged", json_integer(entry->diverged)) &&
           put(file, "sha256", json_string(entry->sha256));
  }
  if (json_array_append_new(files, file) != 0) good = false;
  return good ? ORR_OK : no_memory(err);
}

/* Folder ----------------------------------------------------------------------------------- */

static orr_status add_split(const char *folder, orr_split split, bool first, json_t *summary,
                            orr_error *err) {
  orr_dataset *dataset;
  ORR_TRY(orr_dataset_open(folder, split, false, &dataset, err));
  const char *name = orr_split_name(split);
  orr_status status = add_groups(dataset, name, json_object_get(summary, "groups"), err);
  if (status == ORR_OK) status = add_pictures(dataset, summary, err);
  if (status == ORR_OK && first) status = add_info(orr_dataset_info(dataset), summary, err);
  if (status == ORR_OK && first) status = add_statistics(dataset, name, summary, err);
  orr_dataset_close(dataset);
  return status;
}

static orr_status add_named_file(const char *folder, const char *name,
                                 const orr_manifest_shard *entry, json_t *files, orr_error *err) {
  char *path;
  ORR_TRY(orr_manifest_path(folder, name, &path, err));
  orr_status status = ORR_OK;
  if (orr_file_exists(path)) status = add_file(path, name, entry, files, err);
  orr_free(path);
  return status;
}

static orr_status gather_entries(const char *folder, const orr_manifest *manifest, json_t *summary,
                                 orr_error *err) {
  static const orr_split splits[] = {ORR_SPLIT_TRAIN, ORR_SPLIT_HELD_OUT};
  json_t *files = json_object_get(summary, "files");
  bool first = true;
  for (int s = 0; s < 2; s++) {
    bool present = false;
    for (size_t i = 0; i < manifest->count; i++) present |= manifest->shards[i].split == splits[s];
    if (!present) continue;
    ORR_TRY(add_split(folder, splits[s], first, summary, err));
    first = false;
  }
  for (size_t i = 0; i < manifest->count; i++) {
    const orr_manifest_shard *entry = &manifest->shards[i];
    ORR_TRY(add_named_file(folder, entry->name, entry, files, err));
  }
  ORR_TRY(add_named_file(folder, ORR_ALL_NAME, NULL, files, err));
  return add_named_file(folder, ORR_MANIFEST_NAME, NULL, files, err);
}

static orr_status gather_folder(const char *folder, json_t *summary, orr_error *err) {
  orr_manifest manifest;
  ORR_TRY(orr_manifest_read(folder, &manifest, err));
  orr_status status = gather_entries(folder, &manifest, summary, err);
  orr_manifest_clear(&manifest);
  return status;
}

/* Shard ------------------------------------------------------------------------------------ */

static orr_status gather_shard(const char *path, json_t *summary, orr_error *err) {
  orr_dataset *dataset;
  ORR_TRY(orr_dataset_open_shard(path, &dataset, err));
  const char *slash = strrchr(path, '/');
  orr_status status = add_info(orr_dataset_info(dataset), summary, err);
  if (status == ORR_OK) {
    const char *split = orr_split_name(orr_dataset_split(dataset));
    status = add_groups(dataset, split, json_object_get(summary, "groups"), err);
  }
  if (status == ORR_OK) status = add_pictures(dataset, summary, err);
  if (status == ORR_OK) status = add_statistics(dataset, "this shard", summary, err);
  if (status == ORR_OK) {
    status = add_file(path, slash ? slash + 1 : path, NULL, json_object_get(summary, "files"), err);
  }
  orr_dataset_close(dataset);
  return status;
}

/* Output ----------------------------------------------------------------------------------- */

static orr_status render(const json_t *summary, bool as_json, char **out, orr_error *err) {
  char *bytes = NULL;
  size_t count = 0;
  if (as_json) {
    bytes = json_dumps(summary, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    if (bytes) bytes[count = strlen(bytes)] = '\n'; /* in place of the zero */
    if (bytes) count++;
  } else {
    FILE *stream = open_memstream(&bytes, &count);
    if (stream) {
      orr_inspect_print(summary, stream);
      if (fclose(stream) != 0) count = 0;
    }
  }
  orr_status status = bytes && count ? orr_new(out, count + 1, 1, err) : no_memory(err);
  if (status == ORR_OK) memcpy(*out, bytes, count);
  free(bytes); /* the allocators of jansson and stdio */
  return status;
}

orr_status orr_dataset_inspect(const char *path, bool json, char **out_text, orr_error *err) {
  *out_text = NULL;
  struct stat info;
  bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  json_t *summary = json_pack("{s:s, s:s, s:[], s:[], s:[]}", "kind", folder ? "data set" : "shard",
                              "path", path, "groups", "files", "pictures");
  if (!summary) {
    return orr_fail(err, ORR_ERR_FILE, "'%s': its name is not UTF-8, or memory is short", path);
  }
  orr_status status = folder ? gather_folder(path, summary, err) : gather_shard(path, summary, err);
  if (status == ORR_OK) status = render(summary, json, out_text, err);
  json_decref(summary);
  return status;
}
