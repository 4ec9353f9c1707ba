#include "agents/collect_private.h"
#include "base/clock.h"

#include "base/build_info.h"
#include "base/file.h"
#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

/* A run of units of one kind: one file. */
typedef struct shard_plan {
  char name[32]; /* "train-00000" */
  orr_split split;
  orr_unit_kind kind;
  int64_t first, units;
} shard_plan;

/* What the note beside a shard says. */
typedef struct shard_note {
  orr_hash made_from;
  int64_t episodes, rows, diverged, demonstrations, reached, bytes;
  char sha256[ORR_SHA256_TEXT];
} shard_note;

typedef struct collection {
  orr_collector collector;
  const orr_collect_def *def;
  const orr_agent_def *agent; /* of an on-policy round, or NULL */
  orr_shard_info info;
  const char *folder;
  const orr_control *control;
  shard_plan *shards;
  size_t shard_count;
  int64_t total, done; /* episodes, for the progress */
  orr_hash made_from;  /* of everything that all shards share */
} collection;

/* ---- planning the shards ---- */

/* Appends the shards of `units` units; with `out` NULL only counts them. */
static void plan_kind(const collection *work, orr_split split, orr_unit_kind kind, int64_t units,
                      int64_t *number, shard_plan *out, size_t *count) {
  int64_t most = orr_unit_shard(work->def, &work->info.observation, kind, split);
  for (int64_t first = 0; first < units; first += most, (*number)++, (*count)++) {
    if (!out) continue;
    shard_plan *shard = &out[*count];
    *shard = (shard_plan){.split = split, .kind = kind, .first = first};
    shard->units = units - first < most ? units - first : most;
    snprintf(shard->name, sizeof shard->name, "%s-%05" PRId64, orr_split_name(split), *number);
  }
}

static size_t plan_shards(const collection *work, shard_plan *out) {
  const orr_collect_def *def = work->def;
  size_t count = 0;
  int64_t train = 0, held = 0, agents = work->agent ? work->agent->episodes : 0;
  plan_kind(work, ORR_SPLIT_TRAIN, ORR_UNIT_EXPERT, def->experts, &train, out, &count);
  plan_kind(work, ORR_SPLIT_TRAIN, ORR_UNIT_WEAK, def->weak, &train, out, &count);
  plan_kind(work, ORR_SPLIT_TRAIN, ORR_UNIT_RANDOM, def->random, &train, out, &count);
  plan_kind(work, ORR_SPLIT_TRAIN, ORR_UNIT_AGENT, agents, &train, out, &count);
  plan_kind(work, ORR_SPLIT_HELD_OUT, ORR_UNIT_EXPERT, def->held_out, &held, out, &count);
  return count;
}

static int64_t shard_episodes(const collection *work, const shard_plan *shard) {
  return shard->units * (int64_t)orr_unit_episodes(work->def, shard->kind, shard->split);
}

/* `out`: ORR_PATH bytes. */
static void path_of(const collection *work, const char *name, const char *suffix, char *out) {
  orr_path_join(out, ORR_PATH, work->folder, name);
  size_t used = strlen(out);
  ORR_ASSERT(used + strlen(suffix) + 8 < ORR_PATH);
  memcpy(out + used, suffix, strlen(suffix) + 1);
}

/* ---- notes ---- */

/* The settings but for how many there are of each kind: more of them leave finished shards good. */
static orr_hash settings_hash(const collection *work) {
  orr_collect_def def = *work->def;
  def.experts = def.held_out = def.weak = def.random = 0;
  size_t block = work->collector.block;
  orr_hash hash = orr_record_digest(&orr_collect_record, &def);
  const orr_observer *observer = work->collector.observer;
  if (work->agent) hash = orr_hash_join(hash, orr_agent_digest(work->agent));
  if (observer->space.picture_count > 0)
    hash = orr_hash_join(hash, orr_record_digest(&orr_pixels_record, &observer->pixels));
  hash = orr_hash_join(hash, work->info.world);
  hash = orr_hash_join(hash, work->info.interface);
  hash = orr_hash_join(hash, orr_hash_bytes(&block, sizeof block));
  hash = orr_hash_join(hash, orr_hash_bytes(work->info.id, strlen(work->info.id)));
  hash = orr_hash_join(hash, orr_hash_bytes(work->info.scenario, strlen(work->info.scenario)));
  return orr_hash_join(hash, orr_hash_bytes(orr_build_id(), strlen(orr_build_id())));
}

static orr_hash shard_hash(const collection *work, const shard_plan *shard, int64_t index) {
  int64_t words[] = {shard->split, shard->kind, shard->first, shard->units, index};
  return orr_hash_join(work->made_from, orr_hash_bytes(words, sizeof words));
}

static orr_status write_note(const collection *work, const shard_plan *shard,
                             const shard_note *note, orr_error *err) {
  char path[ORR_PATH], text[1024], hash[ORR_HASH_TEXT];
  orr_hash_text(note->made_from, hash);
  int length = snprintf(text, sizeof text,
                        "{\n  \"schema\": \"orrery-shard-note/1\",\n  \"made_from\": \"%s\",\n"
                        "  \"episodes\": %" PRId64 ",\n  \"rows\": %" PRId64 ",\n"
                        "  \"diverged\": %" PRId64 ",\n  \"demonstrations\": %" PRId64 ",\n"
                        "  \"reached\": %" PRId64 ",\n  \"bytes\": %" PRId64 ",\n"
                        "  \"sha256\": \"%s\"\n}\n",
                        hash, note->episodes, note->rows, note->diverged, note->demonstrations,
                        note->reached, note->bytes, note->sha256);
  path_of(work, shard->name, ".json", path);
  return orr_file_put(path, text, (size_t)length, err);
}

static bool read_count(const json_t *json, const char *key, int64_t *out) {
  const json_t *value = json_object_get(json, key);
  *out = json_integer_value(value);
  return json_is_integer(value) && *out >= 0;
}

static bool parse_note(const json_t *json, shard_note *out) {
  const char *hash = json_string_value(json_object_get(json, "made_from"));
  const char *sha256 = json_string_value(json_object_get(json, "sha256"));
  if (!hash || !orr_hash_parse(hash, &out->made_from)) return false;
  if (!sha256 || strlen(sha256) != ORR_SHA256_TEXT - 1) return false;
  memcpy(out->sha256, sha256, ORR_SHA256_TEXT);
  return read_count(json, "episodes", &out->episodes) && read_count(json, "rows", &out->rows) &&
         read_count(json, "diverged", &out->diverged) &&
         read_count(json, "demonstrations", &out->demonstrations) &&
         read_count(json, "reached", &out->reached) && read_count(json, "bytes", &out->bytes);
}

/* Whether the shard stands, whole and made from the same settings. */
static bool is_kept(const collection *work, const shard_plan *shard, orr_hash made_from,
                    shard_note *out) {
  char path[ORR_PATH], *text, sha256[ORR_SHA256_TEXT];
  size_t length;
  path_of(work, shard->name, ".json", path);
  if (!orr_file_exists(path)) return false;
  if (orr_file_get(path, 65536, &text, &length, NULL) != ORR_OK) return false;
  json_t *json = json_loadb(text, length, 0, NULL);
  orr_free(text);
  bool good = parse_note(json, out) && orr_hash_equal(out->made_from, made_from);
  json_decref(json);
  if (!good) return false;
  path_of(work, shard->name, ".h5", path);
  if (out->episodes == 0) return !orr_file_exists(path);
  if (orr_file_size(path) != out->bytes) return false;
  return orr_sha256_file(path, sha256, NULL) == ORR_OK && strcmp(sha256, out->sha256) == 0;
}

/* ---- making a shard ---- */

/* One shard in memory: its units run, then it is finished while those of the next one run. */
typedef struct shard_task {
  collection *work;
  const shard_plan *shard;
  struct shard_task *before; /* to be finished beside the units; NULL: none */
  size_t each;               /* episodes of a unit */
  orr_episode *episodes;     /* units x each */
  bool *reached;             /* units */
  shard_note note;
  pthread_mutex_t lock; /* guards what follows */
  int64_t done;
  size_t failed_unit; /* the first of those that failed */
  orr_status status;  /* of the units, then of finishing */
  orr_error err;
  double writing; /* s that finishing took */
} shard_task;

static void note_unit(shard_task *task, size_t index, orr_status status, const orr_error *err) {
  pthread_mutex_lock(&task->lock);
  if (status != ORR_OK && (task->status == ORR_OK || index < task->failed_unit)) {
    task->failed_unit = index;
    task->status = status;
    task->err = *err;
  }
  task->done += (int64_t)task->each;
  orr_report(task->work->control, "episodes", task->work->done + task->done, task->work->total,
             task->shard->name);
  pthread_mutex_unlock(&task->lock);
}

static void run_unit(shard_task *task, size_t index, orr_collect_lane *lane) {
  collection *work = task->work;
  double begun = orr_seconds();
  orr_unit unit = {task->shard->kind, task->shard->split,
                   (uint32_t)(task->shard->first + (int64_t)index)};
  orr_error err = {0};
  orr_status status =
      orr_cancelled(work->control)
          ? orr_fail(&err, ORR_ERR_CANCELLED, "collection was stopped")
          : orr_collect_unit(&work->collector, lane, &unit, task->episodes + index * task->each,
                             &task->reached[index], &err);
  lane->seconds += orr_seconds() - begun;
  note_unit(task, index, status, &err);
}

static orr_status create_episodes(shard_task *task, orr_error *err) {
  const collection *work = task->work;
  const orr_space *observation = &work->info.observation;
  size_t units = (size_t)task->shard->units, steps = orr_unit_steps(work->def, task->shard->kind);
  ORR_TRY(orr_new(&task->episodes, units * task->each, sizeof *task->episodes, err));
  ORR_TRY(orr_new(&task->reached, units, sizeof *task->reached, err));
  for (size_t i = 0; i < units * task->each; i++) {
    ORR_TRY(orr_episode_create(observation->count, work->info.action.count, steps,
                               &task->episodes[i], err));
    ORR_TRY(orr_episode_add_pictures(&task->episodes[i], observation, err));
  }
  return ORR_OK;
}

static void destroy_episodes(shard_task *task) {
  for (size_t i = 0; task->episodes && i < (size_t)task->shard->units * task->each; i++)
    orr_episode_destroy(&task->episodes[i]);
  orr_free(task->episodes);
  orr_free(task->reached);
  task->episodes = NULL;
  task->reached = NULL;
}

/* Numbers the whole episodes from `index` on and counts. */
static void number_episodes(shard_task *task, int64_t index) {
  const shard_plan *shard = task->shard;
  shard_note *note = &task->note;
  for (size_t i = 0; i < (size_t)shard->units * task->each; i++) {
    orr_episode *episode = &task->episodes[i];
    note->diverged += episode->diverged;
    if (episode->diverged) continue;
    episode->index = index + note->episodes++;
    note->rows += (int64_t)episode->steps + 1;
  }
  bool expert = shard->kind == ORR_UNIT_EXPERT || shard->kind == ORR_UNIT_AGENT;
  note->demonstrations = expert ? shard->units : 0;
  for (int64_t i = 0; expert && i < shard->units; i++) note->reached += task->reached[i];
}

static orr_status write_episodes(const shard_task *task, const char *path, orr_error *err) {
  size_t count = (size_t)task->shard->units * task->each, whole_count = 0;
  const orr_episode **whole;
  if (task->note.episodes == 0) return orr_file_remove(path, err);
  ORR_TRY(orr_new(&whole, count, sizeof *whole, err));
  for (size_t i = 0; i < count; i++)
    if (!task->episodes[i].diverged) whole[whole_count++] = &task->episodes[i];
  orr_status status =
      orr_shard_write(path, &task->work->info, task->shard->split, whole, whole_count, err);
  orr_free(whole);
  return status;
}

/* The note comes last: without it a shard does not count as finished. */
static orr_status write_shard(shard_task *task, orr_error *err) {
  shard_note *note = &task->note;
  char path[ORR_PATH], stale[ORR_PATH];
  path_of(task->work, task->shard->name, ".json", stale);
  ORR_TRY(orr_file_remove(stale, err));
  path_of(task->work, task->shard->name, ".h5", path);
  ORR_TRY(write_episodes(task, path, err));
  if (note->episodes > 0) {
    note->bytes = orr_file_size(path);
    ORR_TRY(orr_sha256_file(path, note->sha256, err));
  } else
    memset(note->sha256, '0', ORR_SHA256_TEXT - 1);
  return write_note(task->work, task->shard, note, err);
}

static void finish_task(shard_task *task) {
  double begun = orr_seconds();
  task->status = write_shard(task, &task->err);
  destroy_episodes(task);
  task->writing = orr_seconds() - begun;
}

static void run_piece(void *context, size_t index, size_t lane) {
  shard_task *task = context;
  if (task->before && index == 0)
    finish_task(task->before);
  else
    run_unit(task, index - (task->before != NULL), &task->work->collector.lanes[lane]);
}

/* Takes the outcome of a task over and forgets it. NULL is fine. */
static orr_status end_task(shard_task *task, orr_collect_result *out, orr_error *err) {
  if (!task) return ORR_OK;
  out->writing += task->writing;
  if (task->status != ORR_OK && err) *err = task->err;
  destroy_episodes(task);
  pthread_mutex_destroy(&task->lock);
  return task->status;
}

/* Runs the units of `task`, from `index` on, and finishes `before`, which ends. */
static orr_status run_task(shard_task *task, shard_task *before, int64_t index,
                           orr_collect_result *out, orr_error *err) {
  collection *work = task->work;
  struct orr_pool *pool = work->control ? work->control->pool : NULL;
  task->each = orr_unit_episodes(work->def, task->shard->kind, task->shard->split);
  task->before = before;
  pthread_mutex_init(&task->lock, NULL);
  task->status = create_episodes(task, &task->err);
  size_t units = task->status == ORR_OK ? (size_t)task->shard->units : 0;
  orr_pool_run(pool, units + (before != NULL), run_piece, task);
  orr_status status = end_task(before, out, err);
  if (status == ORR_OK && task->status == ORR_OK) {
    number_episodes(task, index);
    return ORR_OK;
  }
  orr_status own = end_task(task, out, status == ORR_OK ? err : NULL);
  return status == ORR_OK ? own : status;
}

/* ---- the folder ---- */

static bool is_planned(const collection *work, const char *file) {
  for (size_t i = 0; i < work->shard_count; i++) {
    size_t length = strlen(work->shards[i].name);
    if (strncmp(file, work->shards[i].name, length) == 0 && strcmp(file + length, ".h5") == 0)
      return true;
  }
  return false;
}

/* A shard beyond the plan: ours (it has a note) goes, a stranger's is left to its owner. */
static orr_status remove_extra(const collection *work, const char *file, orr_error *err) {
  char path[ORR_PATH], note[ORR_PATH];
  path_of(work, file, "", path);
  path_of(work, file, "", note);
  memcpy(note + strlen(note) - strlen(".h5"), ".json", sizeof ".json");
  if (!orr_file_exists(note)) {
    orr_fail(err, ORR_ERR_MISMATCH, "%s does not belong to this collection", path);
    orr_hint(err, "move it away, or collect into another folder");
    return ORR_ERR_MISMATCH;
  }
  ORR_TRY(orr_file_remove(path, err));
  return orr_file_remove(note, err);
}

static orr_status sweep_file(const collection *work, const char *file, orr_error *err) {
  char path[ORR_PATH];
  size_t length = strlen(file);
  path_of(work, file, "", path);
  if (strstr(file, ".orr-tmp")) return orr_file_remove(path, err); /* of a killed run */
  bool shard = length > 3 && strcmp(file + length - 3, ".h5") == 0;
  return shard && !is_planned(work, file) ? remove_extra(work, file, err) : ORR_OK;
}

static orr_status sweep(const collection *work, orr_error *err) {
  static const char *const prefixes[] = {"train-", "held-out-", "all.h5.orr-tmp",
                                         "manifest.json.orr-tmp"};
  for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
    char **names;
    size_t count;
    ORR_TRY(orr_folder_list(work->folder, prefixes[p], "", &names, &count, err));
    orr_status status = ORR_OK;
    for (size_t i = 0; i < count && status == ORR_OK; i++) status = sweep_file(work, names[i], err);
    orr_free(names);
    ORR_TRY(status);
  }
  return ORR_OK;
}

/* ---- the run ---- */

static void add_note(const shard_note *note, bool kept, int64_t *demonstrations, int64_t *reached,
                     orr_collect_result *out) {
  out->episodes += note->episodes;
  out->rows += note->rows;
  out->diverged += note->diverged;
  out->shards += note->episodes > 0;
  out->shards_kept += kept && note->episodes > 0;
  *demonstrations += note->demonstrations;
  *reached += note->reached;
}

static void add_times(const collection *work, orr_collect_result *out) {
  for (size_t i = 0; i < work->collector.lane_count; i++) {
    const orr_collect_lane *lane = &work->collector.lanes[i];
    out->acting += lane->seconds - lane->drawing - lane->deflating;
    out->drawing += lane->drawing;
    out->deflating += lane->deflating;
  }
}

static orr_status run_shards(collection *work, int64_t *diverged, orr_collect_result *out,
                             orr_error *err) {
  int64_t demonstrations = 0, reached = 0;
  shard_task tasks[2], *before = NULL; /* what is not yet on the disk */
  for (size_t i = 0; i < work->shard_count; i++) {
    const shard_plan *shard = &work->shards[i];
    shard_note note = {0};
    orr_hash hash = shard_hash(work, shard, out->episodes);
    bool kept = is_kept(work, shard, hash, &note);
    if (!kept) {
      shard_task *task = before == tasks ? tasks + 1 : tasks;
      *task = (shard_task){.work = work, .shard = shard, .note = {.made_from = hash}};
      ORR_TRY(run_task(task, before, out->episodes, out, err));
      before = task;
      note = task->note;
    }
    if (note.episodes > 0) diverged[out->shards] = note.diverged;
    add_note(&note, kept, &demonstrations, &reached, out);
    work->done += shard_episodes(work, shard);
    orr_report(work->control, "episodes", work->done, work->total, shard->name);
  }
  if (before) finish_task(before);
  ORR_TRY(end_task(before, out, err));
  add_times(work, out);
  out->expert_success = demonstrations > 0 ? (double)reached / (double)demonstrations : NAN;
  return ORR_OK;
}

static orr_status run(collection *work, orr_collect_result *out, orr_error *err) {
  int64_t *diverged;
  ORR_TRY(orr_folder_make(work->folder, err));
  ORR_TRY(sweep(work, err));
  ORR_TRY(orr_new(&diverged, work->shard_count, sizeof *diverged, err));
  orr_status status = run_shards(work, diverged, out, err);
  if (status == ORR_OK && out->episodes == 0)
    status = orr_fail(err, ORR_ERR_NUMBERS, "all %" PRId64 " episodes diverged", out->diverged);
  if (status == ORR_OK) status = orr_dataset_seal(work->folder, &work->info, diverged, err);
  orr_free(diverged);
  return status;
}

static void fill_info(collection *work, const orr_scenario *scenario, const orr_observer *observer,
                      const char *id, const char *scenario_yaml, size_t block) {
  work->info.observation = observer->space;
  work->info.action = scenario->action;
  work->info.scenario = scenario_yaml;
  work->info.id = id;
  work->info.world = scenario->identity;
  work->info.interface = orr_interface_hash(&observer->space, &scenario->action, block);
  work->info.control_dt = scenario->world.dt * (double)scenario->world.substeps;
  work->info.seed = (uint64_t)work->def->seed;
}

static orr_status prepare(collection *work, orr_error *err) {
  work->shard_count = plan_shards(work, NULL);
  if (work->shard_count == 0) {
    orr_fail(err, ORR_ERR_CONFIG, "nothing is to be collected");
    orr_hint(err, "set collect.experts, collect.weak or collect.random above 0");
    return ORR_ERR_CONFIG;
  }
  ORR_TRY(orr_new(&work->shards, work->shard_count, sizeof *work->shards, err));
  plan_shards(work, work->shards);
  for (size_t i = 0; i < work->shard_count; i++)
    work->total += shard_episodes(work, &work->shards[i]);
  work->made_from = settings_hash(work);
  return ORR_OK;
}

/* `agent`: NULL, or what an on-policy round collects. */
static orr_status collect(const orr_scenario *scenario, const orr_observer *observer,
                          const orr_collect_def *def, const orr_agent_def *agent, const char *id,
                          const char *scenario_yaml, size_t block, const char *folder,
                          const orr_control *control, orr_collect_result *out, orr_error *err) {
  ORR_ASSERT(observer->scenario == scenario && block > 0);
  double start = orr_seconds();
  collection *work;
  *out = (orr_collect_result){0};
  ORR_TRY(orr_new(&work, 1, sizeof *work, err));
  work->def = def;
  work->agent = agent;
  work->folder = folder;
  work->control = control;
  fill_info(work, scenario, observer, id, scenario_yaml, block);
  size_t lanes = orr_pool_lanes(control ? control->pool : NULL);
  orr_status status = orr_collector_create(observer, def, block, lanes, &work->collector, err);
  if (status == ORR_OK && agent) status = orr_collector_add_agent(&work->collector, agent, err);
  if (status == ORR_OK) status = prepare(work, err);
  if (status == ORR_OK) status = run(work, out, err);
  orr_collector_destroy(&work->collector);
  orr_free(work->shards);
  orr_free(work);
  out->seconds = orr_seconds() - start;
  return status;
}

orr_status orr_collect_run(const orr_scenario *scenario, const orr_observer *observer,
                           const orr_collect_def *def, const char *id, const char *scenario_yaml,
                           size_t block, const char *folder, const orr_control *control,
                           orr_collect_result *out, orr_error *err) {
  return collect(scenario, observer, def, NULL, id, scenario_yaml, block, folder, control, out,
                 err);
}

orr_status orr_collect_agent(const orr_scenario *scenario, const orr_observer *observer,
                             const orr_agent_def *def, const char *id, const char *scenario_yaml,
                             size_t block, const char *folder, const orr_control *control,
                             orr_collect_result *out, orr_error *err) {
  orr_collect_def alone = *def->collect; /* the same settings, and nobody but the agent */
  alone.experts = alone.held_out = alone.weak = alone.random = 0;
  alone.steps = def->steps;
  return collect(scenario, observer, &alone, def, id, scenario_yaml, block, folder, control, out,
                 err);
}
