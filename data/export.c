/* Opening what is exported, walking over its episodes, and what both formats write alike. */
#include "data/export.h"
#include "base/file.h"
#include "base/memory.h"
#include "data/export_format.h"
#include "data/manifest.h"
#include <stdio.h>
#include <string.h>

const char *const orr_export_format_names[] = {"minari", "robomimic", NULL};
const char *const orr_export_split_names[] = {"all", "train", "held-out", NULL};

/* Opening ---------------------------------------------------------------------------------- */

static bool wanted(const orr_export_job *job, orr_split split) {
  return job->def->split == ORR_EXPORT_ALL ||
         (job->def->split == ORR_EXPORT_TRAIN) == (split == ORR_SPLIT_TRAIN);
}

static orr_status nothing_wanted(const orr_export_job *job, orr_error *err) {
  orr_fail(err, ORR_ERR_CONFIG, "'%s' has no %s episodes", job->def->data,
           orr_export_split_names[job->def->split]);
  orr_hint(err, "`orrery inspect` shows what it has; --split all takes what is there.");
  return ORR_ERR_CONFIG;
}

static orr_status open_folder(orr_export_job *job, const char *folder, orr_error *err) {
  static const orr_split splits[] = {ORR_SPLIT_TRAIN, ORR_SPLIT_HELD_OUT};
  orr_manifest manifest;
  bool has[2] = {false, false};
  ORR_TRY(orr_manifest_read(folder, &manifest, err));
  for (size_t i = 0; i < manifest.count; i++)
    has[manifest.shards[i].split == ORR_SPLIT_HELD_OUT] = true;
  orr_manifest_clear(&manifest);
  for (size_t i = 0; i < 2; i++) {
    if (!has[i] || !wanted(job, splits[i])) continue;
    ORR_TRY(orr_dataset_open(folder, splits[i], false, &job->datasets[job->dataset_count], err));
    job->dataset_count++;
  }
  if (job->dataset_count < 2) return ORR_OK;
  return orr_shard_agree(orr_dataset_info(job->datasets[0]), orr_dataset_info(job->datasets[1]),
                         folder, err);
}

static orr_status open_shard(orr_export_job *job, const char *path, orr_error *err) {
  orr_dataset *dataset;
  ORR_TRY(orr_dataset_open_shard(path, &dataset, err));
  if (wanted(job, orr_dataset_split(dataset))) {
    job->datasets[job->dataset_count++] = dataset;
  } else {
    orr_dataset_close(dataset);
  }
  return ORR_OK;
}

static orr_status open_data(orr_export_job *job, orr_error *err) {
  char path[ORR_PATH], manifest[ORR_PATH];
  const char *data = job->def->data;
  orr_path_join(manifest, sizeof manifest, data, ORR_MANIFEST_NAME);
  orr_path_join(path, sizeof path, data, "data"); /* of a run */
  if (!orr_folder_exists(data)) {
    ORR_TRY(open_shard(job, data, err));
  } else if (orr_file_exists(manifest) || !orr_folder_exists(path)) {
    ORR_TRY(open_folder(job, data, err));
  } else {
    ORR_TRY(open_folder(job, path, err));
  }
  if (job->dataset_count == 0) return nothing_wanted(job, err);
  job->info = orr_dataset_info(job->datasets[0]);
  return ORR_OK;
}

static orr_status count_episodes(orr_export_job *job, orr_error *err) {
  orr_export_result *result = job->result;
  for (size_t d = 0; d < job->dataset_count; d++) {
    const orr_dataset *dataset = job->datasets[d];
    for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
      size_t steps = orr_dataset_episode(dataset, e).steps;
      bool held_out = orr_dataset_split(dataset) == ORR_SPLIT_HELD_OUT;
      if (steps > job->longest) job->longest = steps;
      result->steps += steps;
      result->episodes += steps > 0;
      result->held_out += steps > 0 && held_out;
      result->left_out += steps == 0;
    }
  }
  if (result->episodes) return ORR_OK;
  return orr_fail(err, ORR_ERR_CONFIG, "'%s' has no episode with a step", job->def->data);
}

/* Names become paths of HDF5 and keys of dictionaries. */
static orr_status check_names(const orr_export_job *job, orr_error *err) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const orr_space *observation = &job->info->observation;
  for (size_t p = 0; p < observation->picture_count; p++) {
    const char *name = observation->pictures[p].name;
    if (*name && !name[strspn(name, plain)] && strcmp(name, "state") != 0) continue;
    orr_fail(err, ORR_ERR_CONFIG, "a picture named '%s' cannot be exported", name);
    orr_hint(err, "Names of pictures are letters, digits, - and _, and not 'state'.");
    return ORR_ERR_CONFIG;
  }
  return ORR_OK;
}

/* Episodes --------------------------------------------------------------------------------- */

orr_status orr_export_cancelled(orr_error *err) {
  return orr_fail(err, ORR_ERR_CANCELLED, "stopped; nothing was written");
}

orr_status orr_export_each(orr_export_job *job, const char *prefix, orr_export_put_fn *put,
                           void *context, orr_error *err) {
  size_t number = 0;
  for (size_t d = 0; d < job->dataset_count; d++) {
    const orr_dataset *dataset = job->datasets[d];
    for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
      orr_export_episode episode = {.view = orr_dataset_episode(dataset, e),
                                    .dataset = dataset,
                                    .index = e,
                                    .number = number,
                                    .held_out = orr_dataset_split(dataset) == ORR_SPLIT_HELD_OUT};
      if (episode.view.steps == 0) continue;
      if (orr_cancelled(job->control)) return orr_export_cancelled(err);
      snprintf(episode.path, sizeof episode.path, "%s%zu", prefix, number);
      ORR_TRY(put(job, &episode, context, err));
      orr_report(job->control, "episodes", (int64_t)++number, (int64_t)job->result->episodes, NULL);
    }
  }
  return ORR_OK;
}

orr_status orr_export_column(orr_export_job *job, const orr_export_episode *episode,
                             const char *name, orr_hdf5_type type, size_t width, size_t rows,
                             const void *values, orr_error *err) {
  const orr_hdf5_row row = {type, width ? 1 : 0, {width}};
  char path[192];
  orr_path_join(path, sizeof path, episode->path, name);
  return orr_hdf5_tree_column(job->tree, path, &row, rows, values, err);
}

orr_status orr_export_frames(orr_export_job *job, const orr_export_episode *episode,
                             const char *name, size_t picture, const orr_hdf5_row *row,
                             size_t first, size_t rows, orr_error *err) {
  char path[192];
  orr_path_join(path, sizeof path, episode->path, name);
  for (size_t i = 0; i < rows; i++) {
    orr_hdf5_span *span = &job->spans[i];
    span->bytes =
        orr_dataset_stream(episode->dataset, episode->index, first + i, picture, &span->count);
  }
  return orr_hdf5_tree_frames(job->tree, path, row, rows, job->spans, err);
}

orr_status orr_export_origin(orr_export_job *job, const orr_export_episode *episode,
                             orr_error *err) {
  const orr_episode_view *view = &episode->view;
  const char *path = episode->path;
  const struct {
    const char *name;
    int64_t value;
  } numbers[] = {{"reset_episode", view->reset_episode},
                 {"source", view->source},
                 {"episode", view->index},
                 {"terminated", view->terminated}};
  ORR_TRY(orr_hdf5_tree_unsigned(job->tree, path, "seed", view->seed, err));
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    ORR_TRY(orr_hdf5_tree_integer(job->tree, path, numbers[i].name, numbers[i].value, err));
  ORR_TRY(orr_hdf5_tree_text(job->tree, path, "policy", orr_policy_kind_name(view->policy), err));
  orr_split split = episode->held_out ? ORR_SPLIT_HELD_OUT : ORR_SPLIT_TRAIN;
  return orr_hdf5_tree_text(job->tree, path, "split", orr_split_name(split), err);
}

/* The export ------------------------------------------------------------------------------- */

static orr_status perform(orr_export_job *job, orr_error *err) {
  ORR_TRY(open_data(job, err));
  ORR_TRY(check_names(job, err));
  ORR_TRY(count_episodes(job, err));
  ORR_TRY(orr_new(&job->spans, job->longest + 1, sizeof *job->spans, err));
  ORR_TRY(orr_new(&job->numbers, (job->longest + 1) * job->info->action.count, sizeof *job->numbers,
                  err));
  return job->def->format == ORR_EXPORT_MINARI ? orr_export_minari(job, err)
                                               : orr_export_robomimic(job, err);
}

orr_status orr_export(const orr_export_def *def, const orr_control *control, orr_export_result *out,
                      orr_error *err) {
  *out = (orr_export_result){0};
  orr_export_job job = {.def = def, .control = control, .result = out};
  orr_status status = perform(&job, err);
  orr_hdf5_tree_abort(job.tree);
  for (size_t d = 0; d < job.dataset_count; d++) orr_dataset_close(job.datasets[d]);
  orr_free(job.spans);
  orr_free(job.numbers);
  return status;
}
