#include "view/script.h"
#include "base/file.h"
#include "base/memory.h"
#include "view/player.h"
#include <inttypes.h>
#include <string.h>

void orr_script_destroy(orr_script *script) {
  orr_free(script->actions);
  *script = (orr_script){0};
}

/* ---- played by an agent ---- */

/* Room for `count` steps; what is there stays. */
static orr_status make_room(orr_script *script, size_t count, size_t numbers, orr_error *err) {
  float *grown = orr_realloc(script->actions, count, (numbers + 1) * sizeof *grown);
  if (!grown) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  script->actions = grown;
  return ORR_OK;
}

static orr_status act(orr_player *player, size_t numbers, int64_t most, const orr_control *control,
                      orr_script *out, orr_error *err) {
  const orr_scene *scene = orr_world_scene(orr_env_world(orr_player_env(player)));
  const double middle[2] = {0.5 * scene->size[0], 0.5 * scene->size[1]};
  for (int64_t room = 0; out->steps < most; out->steps++) {
    if (orr_player_success(player) || orr_player_end(player) != ORR_RUNNING) break;
    if (orr_cancelled(control)) return orr_fail(err, ORR_ERR_CANCELLED, "cancelled");
    if (out->steps == room) ORR_TRY(make_room(out, (size_t)(room = 2 * room + 64), numbers, err));
    ORR_TRY(orr_player_step(player, middle, err));
    memcpy(out->actions + (size_t)out->steps * numbers, orr_player_action(player),
           numbers * sizeof *out->actions);
    orr_report(control, "steps", out->steps + 1, most, NULL);
  }
  return ORR_OK;
}

orr_status orr_script_play(const orr_view_def *play, uint32_t episode, int64_t most,
                           const orr_control *control, orr_script *out, orr_error *err) {
  orr_player *player;
  *out = (orr_script){.seed = play->seed, .episode = episode};
  ORR_TRY(orr_player_create(play, control ? control->pool : NULL, &player, err));
  orr_status status = orr_player_reset(player, episode, err);
  if (status == ORR_OK)
    status = act(player, play->experiment->scenario->action_count, most, control, out, err);
  orr_player_destroy(player);
  if (status != ORR_OK) orr_script_destroy(out);
  return status;
}

/* ---- read from a shard ---- */

static orr_status check_world(const orr_experiment *experiment, const orr_dataset *dataset,
                              const char *path, orr_error *err) {
  const orr_shard_info *info = orr_dataset_info(dataset);
  bool same = orr_hash_equal(info->world, experiment->scenario->identity);
  if (same && info->action.count == experiment->scenario->action_count) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH, "'%s' was recorded in another world (scenario %s)", path,
           info->id);
  orr_hint(err, "give the scenario, and the --set, with which it was collected");
  return ORR_ERR_MISMATCH;
}

static bool find_number(const orr_dataset *dataset, int64_t number, orr_episode_view *out) {
  for (size_t i = 0; i < orr_dataset_episodes(dataset); i++) {
    *out = orr_dataset_episode(dataset, i);
    if (out->index == number) return true;
  }
  return false;
}

/* The folder that holds shards: `path`, or its data/. */
static void folder_of(const char *path, char out[ORR_PATH]) {
  char manifest[ORR_PATH];
  snprintf(out, ORR_PATH, "%s", path);
  orr_path_join(manifest, sizeof manifest, path, "manifest.json");
  if (orr_file_exists(manifest)) return;
  orr_path_join(out, ORR_PATH, path, "data");
  orr_path_join(manifest, sizeof manifest, out, "manifest.json");
  if (!orr_file_exists(manifest)) snprintf(out, ORR_PATH, "%s", path);
}

/* The data set that holds episode `number`; `folder` is where it lies. */
static orr_status open_data(const char *path, int64_t number, char folder[ORR_PATH],
                            orr_dataset **out, orr_episode_view *view, orr_error *err) {
  *out = NULL;
  if (!orr_folder_exists(path)) {
    const char *slash = strrchr(path, '/');
    snprintf(folder, ORR_PATH, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    ORR_TRY(orr_dataset_open_shard(path, out, err));
    if (find_number(*out, number, view)) return ORR_OK;
    orr_fail(err, ORR_ERR_CONFIG, "'%s' holds no episode %" PRId64, path, number);
    size_t count = orr_dataset_episodes(*out);
    orr_hint(err, "it holds %" PRId64 " to %" PRId64, orr_dataset_episode(*out, 0).index,
             orr_dataset_episode(*out, count - 1).index);
    return ORR_ERR_CONFIG;
  }
  folder_of(path, folder);
  size_t all = 0;
  for (int split = ORR_SPLIT_TRAIN; split <= ORR_SPLIT_HELD_OUT; split++) {
    orr_status status = orr_dataset_open(folder, (orr_split)split, false, out, err);
    if (status != ORR_OK && split == ORR_SPLIT_TRAIN) return status;
    if (status != ORR_OK) break; /* rounds have none that is held out */
    if (find_number(*out, number, view)) return ORR_OK;
    all += orr_dataset_episodes(*out);
    orr_dataset_close(*out);
    *out = NULL;
  }
  orr_fail(err, ORR_ERR_CONFIG, "'%s' holds no episode %" PRId64, path, number);
  orr_hint(err, "it holds %zu episodes, from 0 on", all);
  return ORR_ERR_CONFIG;
}

/* ---- the way to the start of an episode of policy `model` ---- */

/* The row of a demonstration that was recorded as the first of `view`, or -1. */
static int64_t find_row(const orr_dataset *demonstrations, size_t which,
                        const orr_episode_view *view) {
  orr_episode_view way = orr_dataset_episode(demonstrations, which);
  size_t fields = orr_dataset_info(demonstrations)->observation.count;
  if (way.policy == ORR_POLICY_MODEL || way.seed != view->seed ||
      way.reset_episode != view->reset_episode || way.source != view->source)
    return -1;
  for (size_t row = 0; row <= way.steps; row++)
    if (!memcmp(way.states + row * fields, view->states, fields * sizeof *view->states))
      return (int64_t)row;
  return -1;
}

static orr_status add_way_from(const char *folder, const orr_dataset *dataset,
                               const orr_episode_view *view, orr_script *out) {
  const orr_space *space = &orr_dataset_info(dataset)->observation;
  size_t numbers = orr_dataset_info(dataset)->action.count;
  orr_dataset *demonstrations;
  int64_t row = -1;
  ORR_TRY(orr_dataset_open(folder, ORR_SPLIT_TRAIN, false, &demonstrations, NULL));
  bool same = orr_hash_equal(orr_space_hash(&orr_dataset_info(demonstrations)->observation),
                             orr_space_hash(space)) &&
              orr_dataset_info(demonstrations)->action.count == numbers;
  for (size_t i = 0; same && row < 0 && i < orr_dataset_episodes(demonstrations); i++) {
    row = find_row(demonstrations, i, view);
    if (row < 0 || make_room(out, (size_t)row + view->steps, numbers, NULL) != ORR_OK) continue;
    memcpy(out->actions, orr_dataset_episode(demonstrations, i).actions,
           (size_t)row * numbers * sizeof *out->actions);
    out->first = row;
  }
  orr_dataset_close(demonstrations);
  return row < 0 ? ORR_ERR_MISMATCH : ORR_OK;
}

static orr_status add_way(const char *folder, const orr_dataset *dataset,
                          const orr_episode_view *view, orr_script *out, orr_error *err) {
  char run[ORR_PATH];
  orr_path_join(run, sizeof run, folder, "../../../data"); /* from <run>/rounds/<n>/data */
  if (add_way_from(folder, dataset, view, out) == ORR_OK) return ORR_OK;
  if (add_way_from(run, dataset, view, out) == ORR_OK) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH,
           "the demonstration on whose way episode %" PRId64 " begins is not there", view->index);
  orr_hint(err, "leave the run's data/ where it was when the round was collected");
  return ORR_ERR_MISMATCH;
}

/* ---- replay ---- */

static orr_status differs(const orr_episode_view *view, size_t row, orr_error *err) {
  orr_fail(err, ORR_ERR_MISMATCH,
           "replaying episode %" PRId64 " does not give what was recorded (row %zu)", view->index,
           row);
  orr_hint(err, "the data come from another build or machine type; collect them again");
  return ORR_ERR_MISMATCH;
}

static orr_status compare(const orr_script *script, const orr_experiment *experiment,
                          const orr_episode_view *view, orr_error *err) {
  size_t fields = experiment->observer.space.count, numbers = experiment->scenario->action_count;
  float seen[ORR_MAX_FIELDS];
  orr_env *env;
  ORR_TRY(orr_env_create(experiment->scenario, &experiment->observer, &env, err));
  orr_status status = orr_env_reset(env, script->seed, script->episode, err);
  for (int64_t step = 0; step <= script->first + script->steps && status == ORR_OK; step++) {
    if (step >= script->first) {
      size_t row = (size_t)(step - script->first);
      orr_env_observe(env, seen);
      if (memcmp(seen, view->states + row * fields, fields * sizeof *seen))
        status = differs(view, row, err);
    }
    if (step < script->first + script->steps)
      orr_env_step(env, script->actions + (size_t)step * numbers);
  }
  orr_env_destroy(env);
  return status;
}

static orr_status take_episode(const orr_experiment *experiment, const orr_dataset *dataset,
                               const char *folder, const orr_episode_view *view, orr_script *out,
                               orr_error *err) {
  const orr_space *recorded = &orr_dataset_info(dataset)->observation;
  size_t numbers = experiment->scenario->action_count;
  *out = (orr_script){.seed = view->seed, .episode = (uint32_t)view->reset_episode};
  if (view->policy == ORR_POLICY_MODEL) ORR_TRY(add_way(folder, dataset, view, out, err));
  if (!out->actions) ORR_TRY(make_room(out, view->steps, numbers, err));
  out->steps = (int64_t)view->steps;
  memcpy(out->actions + (size_t)out->first * numbers, view->actions,
         view->steps * numbers * sizeof *out->actions);
  if (recorded->count != experiment->observer.space.count) return ORR_OK; /* seen otherwise now */
  for (size_t i = 0; i < recorded->count; i++)
    if (strcmp(recorded->fields[i].name, experiment->observer.space.fields[i].name)) return ORR_OK;
  return compare(out, experiment, view, err);
}

orr_status orr_script_read(const orr_experiment *experiment, const char *path, int64_t number,
                           orr_script *out, orr_error *err) {
  char folder[ORR_PATH];
  orr_dataset *dataset;
  orr_episode_view view;
  *out = (orr_script){0};
  orr_status status = open_data(path, number, folder, &dataset, &view, err);
  if (status == ORR_OK) status = check_world(experiment, dataset, path, err);
  if (status == ORR_OK) status = take_episode(experiment, dataset, folder, &view, out, err);
  orr_dataset_close(dataset);
  if (status != ORR_OK) orr_script_destroy(out);
  return status;
}
