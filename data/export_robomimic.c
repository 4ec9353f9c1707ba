/* robomimic's HDF5 files (docs/datasets/overview of robomimic 0.3). */
#include "base/file.h"
#include "base/memory.h"
#include "data/export_format.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Actions ---------------------------------------------------------------------------------- */

static orr_status check_bounds(const orr_export_job *job, orr_error *err) {
  const orr_space *action = &job->info->action;
  for (size_t i = 0; i < action->count && !job->def->raw_actions; i++) {
    const orr_space_field *field = &action->fields[i];
    if (isfinite(field->low) && isfinite(field->high) && field->low < field->high) continue;
    orr_fail(err, ORR_ERR_CONFIG,
             "the action '%s' has no bounds, and robomimic wants actions in [-1, 1]", field->name);
    orr_hint(err, "Bound it in the scenario and collect again, or write actions as they are with "
                  "--raw-actions and scale them in Python.");
    return ORR_ERR_CONFIG;
  }
  return ORR_OK;
}

/* The bounds are doubles and the action a float: one on the bound may lie a rounding beyond it. */
static bool normalise(const orr_space_field *field, float action, double *out) {
  double centre = (field->low + field->high) / 2, half = (field->high - field->low) / 2;
  double slack = FLT_EPSILON * (fabs(field->low) + fabs(field->high));
  if (action < field->low - slack || action > field->high + slack) return false;
  double value = (action - centre) / half; /* as it is when the bounds are -1 and 1 */
  *out = value < -1 ? -1 : value > 1 ? 1 : value;
  return true;
}

static orr_status put_actions(orr_export_job *job, const orr_export_episode *episode,
                              orr_error *err) {
  const orr_space *action = &job->info->action;
  size_t A = action->count, count = episode->view.steps * A;
  for (size_t i = 0; i < count; i++) {
    const orr_space_field *field = &action->fields[i % A];
    float value = episode->view.actions[i];
    if (job->def->raw_actions) {
      job->numbers[i] = value;
    } else if (!normalise(field, value, &job->numbers[i])) {
      orr_fail(err, ORR_ERR_NUMBERS,
               "episode %lld, step %zu: the action '%s' is %.9g, outside of "
               "its bounds %.9g ... %.9g",
               (long long)episode->view.index, i / A, field->name, (double)value, field->low,
               field->high);
      orr_hint(err, "Write actions as they are with --raw-actions, and scale them in Python.");
      return ORR_ERR_NUMBERS;
    }
  }
  return orr_export_column(job, episode, "actions", ORR_HDF5_F64, A, episode->view.steps,
                           job->numbers, err);
}

/* Episodes --------------------------------------------------------------------------------- */

/* robomimic wants pictures as height x width x channels, also of one channel. */
static orr_hdf5_row row_of(const orr_space_picture *picture) {
  orr_hdf5_row row = orr_shard_picture_row(picture);
  if (row.rank == 2) row.sides[row.rank++] = 1;
  return row;
}

static orr_status put_observations(orr_export_job *job, const orr_export_episode *episode,
                                   const char *group, size_t first, orr_error *err) {
  const orr_space *observation = &job->info->observation;
  size_t T = episode->view.steps, S = observation->count;
  char name[96];
  snprintf(name, sizeof name, "%s/state", group);
  ORR_TRY(orr_export_column(job, episode, name, ORR_HDF5_F32, S, T,
                            episode->view.states + first * S, err));
  for (size_t p = 0; p < observation->picture_count; p++) {
    const orr_space_picture *picture = &observation->pictures[p];
    orr_hdf5_row row = row_of(picture);
    snprintf(name, sizeof name, "%s/%s", group, picture->name);
    ORR_TRY(orr_export_frames(job, episode, name, p, &row, first, T, err));
  }
  return ORR_OK;
}

static orr_status put_demo(orr_export_job *job, const orr_export_episode *episode, void *context,
                           orr_error *err) {
  int64_t *dones = context;
  size_t T = episode->view.steps, S = job->info->observation.count;
  ORR_TRY(orr_export_column(job, episode, "states", ORR_HDF5_F32, S, T, episode->view.states, err));
  ORR_TRY(put_actions(job, episode, err));
  for (size_t t = 0; t < T; t++) job->numbers[t] = episode->view.rewards[t + 1];
  ORR_TRY(orr_export_column(job, episode, "rewards", ORR_HDF5_F64, 0, T, job->numbers, err));
  dones[T - 1] = 1;
  orr_status status = orr_export_column(job, episode, "dones", ORR_HDF5_I64, 0, T, dones, err);
  dones[T - 1] = 0;
  if (status != ORR_OK) return status;
  ORR_TRY(put_observations(job, episode, "obs", 0, err));
  ORR_TRY(put_observations(job, episode, "next_obs", 1, err));
  ORR_TRY(orr_hdf5_tree_integer(job->tree, episode->path, "num_samples", (int64_t)T, err));
  return orr_export_origin(job, episode, err);
}

/* The rest --------------------------------------------------------------------------------- */

/* The names of demonstrations first ... first + count - 1. */
static orr_status put_mask(orr_export_job *job, const char *path, size_t first, size_t count,
                           orr_error *err) {
  enum { WIDTH = 24 }; /* "demo_" and any number */
  if (count == 0) return ORR_OK;
  char *names;
  ORR_TRY(orr_new(&names, count, WIDTH, err));
  for (size_t i = 0; i < count; i++) snprintf(names + i * WIDTH, WIDTH, "demo_%zu", first + i);
  orr_status status = orr_hdf5_tree_words(job->tree, path, count, WIDTH, names, err);
  orr_free(names);
  return status;
}

static json_t *numbers_of(const orr_space *space, bool high) {
  json_t *list = json_array();
  for (size_t i = 0; i < space->count; i++) { /* JSON has no infinity */
    double value = high ? space->fields[i].high : space->fields[i].low;
    json_array_append_new(list, isfinite(value) ? json_real(value) : json_null());
  }
  return list;
}

static json_t *names_of(const orr_space *space) {
  json_t *list = json_array();
  for (size_t i = 0; i < space->count; i++)
    json_array_append_new(list, json_string(space->fields[i].name));
  return list;
}

/* Type 2 is Gymnasium: the only kind of environment that a user can register by a name. */
static orr_status put_env_args(orr_export_job *job, orr_error *err) {
  enum { GYM = 2 };
  const orr_shard_info *info = job->info;
  json_t *json = json_pack(
      "{s:s, s:i, s:s, s:{s:s}, s:b, s:o, s:o, s:o, s:o}", "env_name", info->id, "type", GYM,
      "env_version", "orrery", "env_kwargs", "scenario", info->scenario, "actions_normalised",
      !job->def->raw_actions, "action_names", names_of(&info->action), "action_low",
      numbers_of(&info->action, false), "action_high", numbers_of(&info->action, true),
      "state_names", names_of(&info->observation));
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  orr_status status = text ? orr_hdf5_tree_text(job->tree, "data", "env_args", text, err)
                           : orr_fail(err, ORR_ERR_MEMORY, "out of memory while exporting");
  free(text);
  json_decref(json);
  return status;
}

static orr_status put_file(orr_export_job *job, orr_error *err) {
  int64_t *dones;
  size_t training = job->result->episodes - job->result->held_out;
  ORR_TRY(orr_new(&dones, job->longest, sizeof *dones, err));
  orr_status status = orr_export_each(job, "data/demo_", put_demo, dones, err);
  orr_free(dones);
  if (status != ORR_OK) return status;
  ORR_TRY(orr_hdf5_tree_integer(job->tree, "data", "total", (int64_t)job->result->steps, err));
  ORR_TRY(put_env_args(job, err));
  ORR_TRY(put_mask(job, "mask/train", 0, training, err));
  return put_mask(job, "mask/valid", training, job->result->held_out, err);
}

/* --force replaces any file but one of ours, sealed: that would be data, perhaps this very one. */
static orr_status check_place(const orr_export_def *def, orr_error *err) {
  const char *hint = "Give another name, or --force to replace it.";
  if (!orr_file_exists(def->out)) return ORR_OK;
  orr_hdf5_file *ours = NULL;
  if (orr_folder_exists(def->out)) {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' is a folder", def->out);
    hint = "robomimic's data sets are files: give a name like demos.hdf5.";
  } else if (!def->force) {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' is already there", def->out);
  } else if (orr_hdf5_open(def->out, &ours, NULL) == ORR_OK) {
    orr_hdf5_close(ours);
    orr_fail(err, ORR_ERR_CONFIG, "'%s' holds data of Orrery's own, and is not replaced", def->out);
    hint = "Give another name.";
  } else {
    return ORR_OK;
  }
  orr_hint(err, "%s", hint);
  return ORR_ERR_CONFIG;
}

orr_status orr_export_robomimic(orr_export_job *job, orr_error *err) {
  ORR_TRY(check_place(job->def, err));
  ORR_TRY(check_bounds(job, err));
  ORR_TRY(orr_hdf5_tree_create(job->def->out, &job->tree, err));
  ORR_TRY(put_file(job, err));
  orr_hdf5_tree *tree = job->tree;
  job->tree = NULL;
  return orr_hdf5_tree_commit(tree, err);
}
