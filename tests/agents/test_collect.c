#include "agents_test.h"

#include "agents/collect_private.h"
#include "base/file.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 5 };

static orr_collect_def tiny(bench *b) {
  orr_collect_def def;
  orr_record_default(&orr_collect_record, b->arena, &def);
  def.seed = 12;
  def.experts = 4, def.held_out = 2, def.steps = 40;
  def.expert.samples = 12, def.expert.iterations = 2, def.expert.elites = 4;
  def.replay.count = 2;
  def.weak = 5, def.weak_steps = 12;
  def.random = 2, def.random_steps = 6;
  def.shard_episodes = 6; /* two demonstrations, or six others */
  return def;
}

static orr_status collect(const bench *b, const orr_collect_def *def, const char *folder,
                          size_t threads, orr_collect_result *out, orr_error *err) {
  orr_pool *pool = new_pool(threads);
  orr_control control = {.pool = pool};
  orr_status status = orr_collect_run(b->scenario, &b->observer, def, "push_t", "world: {}\n",
                                      BLOCK, folder, &control, out, err);
  orr_pool_destroy(pool);
  return status;
}

static orr_collect_result collect_well(const bench *b, const orr_collect_def *def,
                                       const char *folder, size_t threads) {
  orr_collect_result result;
  orr_error err = {0};
  if (collect(b, def, folder, threads, &result, &err) != ORR_OK) fail_msg("%s", err.message);
  return result;
}

static char *new_folder(const char *name) {
  char path[256];
  snprintf(path, sizeof path, "collect-%s-%d", name, (int)getpid());
  assert_int_equal(orr_folder_remove(path, NULL), ORR_OK);
  return orr_strdup(path);
}

static void drop_folder(char *folder) {
  assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK);
  orr_free(folder);
}

/* Both folders hold files of the same names and bytes. */
static void assert_same_folders(const char *a, const char *b) {
  char **in_a, **in_b;
  size_t count_a, count_b;
  assert_int_equal(orr_folder_list(a, "", "", &in_a, &count_a, NULL), ORR_OK);
  assert_int_equal(orr_folder_list(b, "", "", &in_b, &count_b, NULL), ORR_OK);
  assert_int_equal(count_a, count_b);
  for (size_t i = 0; i < count_a; i++) {
    char path[512], first[ORR_SHA256_TEXT], second[ORR_SHA256_TEXT];
    assert_string_equal(in_a[i], in_b[i]);
    orr_path_join(path, sizeof path, a, in_a[i]);
    assert_int_equal(orr_sha256_file(path, first, NULL), ORR_OK);
    orr_path_join(path, sizeof path, b, in_b[i]);
    assert_int_equal(orr_sha256_file(path, second, NULL), ORR_OK);
    if (strcmp(first, second) != 0) fail_msg("%s differs", in_a[i]);
  }
  orr_free(in_a);
  orr_free(in_b);
}

static orr_dataset *open_split(const char *folder, orr_split split) {
  orr_dataset *data;
  orr_error err = {0};
  if (orr_dataset_open(folder, split, true, &data, &err) != ORR_OK) fail_msg("%s", err.message);
  return data;
}

/* An episode's start and actions give its rows again, to the bit. */
static void assert_replays(const bench *b, const orr_episode_view *view) {
  size_t fields = b->observer.space.count;
  float seen[ORR_MAX_FIELDS];
  orr_env *env = new_env(b, view->seed, (uint32_t)view->reset_episode);
  for (size_t t = 0;; t++) {
    orr_env_observe(env, seen);
    assert_memory_equal(seen, view->states + t * fields, fields * sizeof *seen);
    if (t == view->steps) break;
    orr_env_step(env, view->actions + t * b->scenario->action_count);
    assert_true((float)orr_world_reward(orr_env_look(env)) == view->rewards[t + 1]);
    assert_int_equal(orr_world_contact(orr_env_look(env)), view->contact[t + 1]);
  }
  orr_env_destroy(env);
}

/* Factors are columns of the data, the same in all rows of an episode, and episodes replay; a goal
 * that varies is that of the episode. */
static void factors_are_recorded(void **state) {
  (void)state;
  bench b;
  open_varied(&b);
  orr_collect_def def = tiny(&b);
  def.random_goals = 0.0;
  def.steps = 80;
  def.expert.samples = 24;
  def.reached.hold = 1;
  def.reached.angle = INFINITY;
  char *folder = new_folder("varied"), *summary;
  collect_well(&b, &def, folder, 2);
  orr_dataset *data = open_split(folder, ORR_SPLIT_TRAIN);
  size_t S = b.observer.space.count, mass = S - 2, goal = S - 1;
  assert_string_equal(orr_dataset_info(data)->observation.fields[mass].name, "vary.mass");
  float low = INFINITY, high = 0.0f;
  size_t reached = 0;
  for (size_t e = 0; e < orr_dataset_episodes(data); e++) {
    orr_episode_view view = orr_dataset_episode(data, e);
    assert_replays(&b, &view);
    low = fminf(low, view.states[mass]), high = fmaxf(high, view.states[mass]);
    for (size_t t = 0; t <= view.steps; t++) {
      assert_true(view.states[t * S + mass] == view.states[mass]);
      assert_true(view.states[t * S + goal] == view.states[goal]);
    }
    if (view.policy != ORR_POLICY_EXPERT || !view.terminated) continue;
    const float *last = view.states + view.steps * S;
    reached++;
    assert_true(fabsf(last[6] - view.states[goal]) < 8.0f); /* puck.x where this episode asks */
  }
  assert_true(reached > 1);
  assert_true(low >= 0.5f && high <= 4.0f && high > low);
  orr_dataset_close(data);
  assert_int_equal(orr_dataset_inspect(folder, false, &summary, NULL), ORR_OK);
  assert_non_null(strstr(summary, "vary.mass"));
  orr_free(summary);
  drop_folder(folder);
  close_bench(&b);
}

static void collects_what_was_asked_for(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_collect_def def = tiny(&b);
  char *folder = new_folder("whole");
  orr_collect_result result = collect_well(&b, &def, folder, 2);
  assert_int_equal(result.episodes + result.diverged, 4 * 3 + 2 + 5 + 2);
  assert_int_equal(result.shards, 5);
  assert_int_equal(result.shards_kept, 0);
  int of_kind[6] = {0};
  int64_t index = 0;
  for (int split = 0; split < 2; split++) {
    orr_dataset *data = open_split(folder, (orr_split)split);
    int64_t base = -1;
    for (size_t i = 0; i < orr_dataset_episodes(data); i++, index++) {
      orr_episode_view view = orr_dataset_episode(data, i);
      of_kind[view.policy] += 1;
      assert_int_equal(view.index, index);
      assert_true(view.terminated != view.truncated);
      assert_replays(&b, &view);
      if (view.policy == ORR_POLICY_EXPERT) base = view.source;
      if (view.policy == ORR_POLICY_REPLAY) assert_int_equal(view.source, base);
      if (view.policy == ORR_POLICY_WEAK) assert_int_equal(view.steps, 12);
    }
    orr_dataset_close(data);
  }
  assert_int_equal(of_kind[ORR_POLICY_EXPERT], 6);
  assert_int_equal(of_kind[ORR_POLICY_REPLAY], 8);
  assert_int_equal(of_kind[ORR_POLICY_WEAK], 5);
  assert_int_equal(of_kind[ORR_POLICY_RANDOM], 2);
  drop_folder(folder);
  close_bench(&b);
}

/* A replay stays near its demonstration: its noise does not add up. */
static void replays_stay_near(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_collect_def def = tiny(&b);
  def.weak = def.random = def.held_out = 0;
  def.replay.sigma = (orr_range){.kind = ORR_RANGE_VALUE, .values = {0.1}};
  char *folder = new_folder("replay");
  collect_well(&b, &def, folder, 1);
  orr_dataset *data = open_split(folder, ORR_SPLIT_TRAIN);
  orr_episode_view expert = {0};
  double square = 0.0, most = 0.0, count = 0.0;
  for (size_t i = 0; i < orr_dataset_episodes(data); i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    if (view.policy == ORR_POLICY_EXPERT) {
      expert = view;
      continue;
    }
    assert_int_equal(view.steps, expert.steps);
    for (size_t t = 0; t <= view.steps; t++, count += 1.0) {
      const float *a = view.states + 12 * t, *e = expert.states + 12 * t;
      double away = hypot((double)a[0] - (double)e[0], (double)a[1] - (double)e[1]);
      square += away * away;
      most = fmax(most, away);
    }
  }
  assert_true(sqrt(square / count) > 1.0 && sqrt(square / count) < 30.0 && most < 100.0);
  orr_dataset_close(data);
  drop_folder(folder);
  close_bench(&b);
}

static void open_seen_push_t(bench *b) {
  open_push_t(b);
  orr_pixels_def pixels = default_pixels(b);
  pixels.width = 32, pixels.height = 24;
  see_pixels(b, &pixels);
}

/* The frames of an episode are what its replay shows, row by row. */
static void assert_frames(const bench *b, const orr_dataset *data, size_t index,
                          orr_inflater *inflater) {
  static uint8_t seen[32 * 24 * 3], stored[32 * 24 * 3];
  orr_episode_view view = orr_dataset_episode(data, index);
  orr_env *env = new_env(b, view.seed, (uint32_t)view.reset_episode);
  orr_error err = {0};
  for (size_t t = 0;; t++) {
    if (orr_dataset_frame(data, index, t, 0, inflater, stored, &err) != ORR_OK)
      fail_msg("%s", err.message);
    assert_int_equal(orr_env_frame(env, 0, seen, &err), ORR_OK);
    assert_memory_equal(seen, stored, sizeof seen);
    if (t == view.steps) break;
    orr_env_step(env, view.actions + t * b->scenario->action_count);
  }
  orr_env_destroy(env);
}

/* The same episodes as without pictures, of every kind, and a frame for each of their rows. */
static void frames_lie_beside_the_rows(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_collect_def def = tiny(&b);
  char *numbers = new_folder("numbers"), *pictures = new_folder("pictures");
  collect_well(&b, &def, numbers, 2);
  close_bench(&b);
  open_seen_push_t(&b);
  def = tiny(&b);
  collect_well(&b, &def, pictures, 2);
  orr_inflater *inflater;
  assert_int_equal(orr_inflater_create(&inflater, NULL), ORR_OK);
  for (int split = 0; split < 2; split++) {
    orr_dataset *blind = open_split(numbers, (orr_split)split);
    orr_dataset *data = open_split(pictures, (orr_split)split);
    assert_int_equal(orr_dataset_info(data)->observation.picture_count, 1);
    assert_int_equal(orr_dataset_rows(data), orr_dataset_rows(blind));
    for (size_t i = 0; i < orr_dataset_episodes(data); i++) {
      orr_episode_view view = orr_dataset_episode(data, i), as = orr_dataset_episode(blind, i);
      size_t floats = (view.steps + 1) * b.observer.space.count;
      assert_memory_equal(view.states, as.states, floats * sizeof *view.states);
      assert_frames(&b, data, i, inflater);
    }
    orr_dataset_close(data);
    orr_dataset_close(blind);
  }
  orr_inflater_destroy(inflater);
  drop_folder(pictures);
  drop_folder(numbers);
  close_bench(&b);
}

/* Half of these worlds fly apart, at any row: the frames of the others stay their own. */
static void diverged_episodes_leave_no_frames(void **state) {
  (void)state;
  bench b;
  open_text(&b, "world:\n"
                "  space: {unit: px, y: down, size: [512, 512]}\n"
                "  damping: 0\n"
                "  substeps: 10\n"
                "  bodies:\n"
                "    - {name: agent, type: kinematic, start: {position: [200, 300]},\n"
                "       shapes: [{geometry: {circle: {radius: 15}}}]}\n"
                "  actuators:\n"
                "    - {name: push, body: agent, kp: 100, kv: 20, scale: 100}\n"
                "vary:\n"
                "  - {name: gain, path: world.actuators.push.kp,\n"
                "     value: {choice: [100, 1000000]}}\n");
  orr_pixels_def pixels = default_pixels(&b);
  pixels.width = 32, pixels.height = 24;
  see_pixels(&b, &pixels);
  orr_collect_def def = tiny(&b);
  def.experts = def.held_out = def.weak = 0;
  def.random = 20, def.random_steps = 100, def.shard_episodes = 7;
  char *folder = new_folder("diverged");
  orr_collect_result result = collect_well(&b, &def, folder, 2);
  assert_true(result.diverged > 3 && result.episodes > 3);
  orr_inflater *inflater;
  assert_int_equal(orr_inflater_create(&inflater, NULL), ORR_OK);
  orr_dataset *data = open_split(folder, ORR_SPLIT_TRAIN);
  for (size_t i = 0; i < orr_dataset_episodes(data); i++) assert_frames(&b, data, i, inflater);
  orr_dataset_close(data);
  orr_inflater_destroy(inflater);
  drop_folder(folder);
  close_bench(&b);
}

static void large_pictures_make_small_shards(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_collect_def def = tiny(&b);
  const orr_space *space = &b.observer.space;
  def.shard_episodes = 500, def.weak_steps = 99, def.steps = 99; /* 100 rows; units of 1 and 3 */
  assert_int_equal(orr_unit_shard(&def, space, ORR_UNIT_WEAK, ORR_SPLIT_TRAIN), 500);
  assert_int_equal(orr_unit_shard(&def, space, ORR_UNIT_EXPERT, ORR_SPLIT_TRAIN), 167);
  orr_pixels_def pixels = default_pixels(&b);
  see_pixels(&b, &pixels);
  assert_int_equal(orr_unit_shard(&def, space, ORR_UNIT_WEAK, ORR_SPLIT_TRAIN), 500);
  pixels.width = 1024; /* 3 MiB a frame, so 13.65 episodes fit */
  see_pixels(&b, &pixels);
  assert_int_equal(orr_unit_shard(&def, space, ORR_UNIT_WEAK, ORR_SPLIT_TRAIN), 13);
  assert_int_equal(orr_unit_shard(&def, space, ORR_UNIT_EXPERT, ORR_SPLIT_TRAIN), 4);
  def.weak_steps = 100000;
  assert_int_equal(orr_unit_shard(&def, space, ORR_UNIT_WEAK, ORR_SPLIT_TRAIN), 1);
  close_bench(&b);
}

/* A setting that leaves the interface alone still makes other pictures. */
static void other_pictures_are_drawn_anew(void **state) {
  (void)state;
  bench b;
  open_seen_push_t(&b);
  orr_collect_def def = tiny(&b);
  def.experts = def.held_out = 0;
  char *folder = new_folder("anew");
  orr_pixels_def pixels = b.observer.pixels;
  collect_well(&b, &def, folder, 1);
  orr_collect_result result = collect_well(&b, &def, folder, 1);
  assert_int_equal(result.shards_kept, result.shards);
  pixels.unlit = true;
  see_pixels(&b, &pixels);
  result = collect_well(&b, &def, folder, 1);
  assert_int_equal(result.shards_kept, 0);
  drop_folder(folder);
  close_bench(&b);
}

static void compare_threads(bench *b, bool demonstrate) {
  static const size_t threads[] = {2, 4};
  orr_collect_def def = tiny(b);
  if (!demonstrate) def.experts = def.held_out = 0;
  char *one = new_folder("one"), *more = new_folder("more");
  collect_well(b, &def, one, 1);
  for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
    assert_int_equal(orr_folder_remove(more, NULL), ORR_OK);
    collect_well(b, &def, more, threads[i]);
    assert_same_folders(one, more);
  }
  drop_folder(one);
  drop_folder(more);
}

/* A painter remembers what stood still in the episode before, which is another one on each lane. */
static void threads_do_not_change_a_byte(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  compare_threads(&b, true);
  close_bench(&b);
  open_seen_push_t(&b);
  compare_threads(&b, true);
  close_bench(&b);
  open_file(&b, "scenarios/push_cube.yaml");
  orr_pixels_def pixels = default_pixels(&b);
  pixels.width = 48, pixels.height = 32;
  pixels.depth = pixels.segmentation = true;
  see_pixels(&b, &pixels);
  compare_threads(&b, false);
  close_bench(&b);
}

static void nap(long milliseconds) {
  struct timespec time = {0, milliseconds * 1000000};
  nanosleep(&time, NULL);
}

/* A child collects and is killed after `milliseconds`. */
static void collect_and_die(const bench *b, const orr_collect_def *def, const char *folder,
                            long milliseconds) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    orr_collect_result result;
    orr_collect_run(b->scenario, &b->observer, def, "push_t", "world: {}\n", BLOCK, folder, NULL,
                    &result, NULL);
    _exit(0);
  }
  nap(milliseconds);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

/* Whether the first shard is finished. */
static bool has_first(const char *folder) {
  char path[512];
  orr_path_join(path, sizeof path, folder, "train-00000.json");
  return orr_file_exists(path);
}

/* On a slow machine the kills go on until one comes after the first shard. */
static void compare_killed(bench *b) {
  enum { SURE = 640, MOST = 40960 };
  orr_collect_def def = tiny(b);
  char *whole = new_folder("reference"), *killed = new_folder("killed");
  collect_well(b, &def, whole, 1);
  for (long ms = 5; ms <= SURE || (ms <= MOST && !has_first(killed)); ms *= 2)
    collect_and_die(b, &def, killed, ms);
  orr_collect_result result = collect_well(b, &def, killed, 2);
  assert_true(result.shards_kept > 0);
  assert_same_folders(whole, killed);
  result = collect_well(b, &def, killed, 2); /* all is there */
  assert_int_equal(result.shards_kept, result.shards);
  assert_same_folders(whole, killed);
  drop_folder(whole);
  drop_folder(killed);
}

static void killed_runs_end_with_the_same_bytes(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  compare_killed(&b);
  close_bench(&b);
  open_seen_push_t(&b);
  compare_killed(&b);
  close_bench(&b);
}

static void write_text(const char *folder, const char *name, const char *text) {
  char path[512];
  orr_path_join(path, sizeof path, folder, name);
  assert_int_equal(orr_file_put(path, text, strlen(text), NULL), ORR_OK);
}

/* One byte of the middle changes; the length stays. */
static void damage(const char *folder, const char *name) {
  char path[512];
  orr_path_join(path, sizeof path, folder, name);
  char *bytes;
  size_t count;
  assert_int_equal(orr_file_get(path, (size_t)1 << 24, &bytes, &count, NULL), ORR_OK);
  bytes[count / 2] ^= 1;
  assert_int_equal(orr_file_put(path, bytes, count, NULL), ORR_OK);
  orr_free(bytes);
}

/* Damaged, changed, superfluous and foreign shards. */
static void finished_shards_are_checked(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_collect_def def = tiny(&b), other = def;
  char *whole = new_folder("sound"), *touched = new_folder("touched");
  orr_error err = {0};
  orr_collect_result result = collect_well(&b, &def, whole, 1);
  assert_int_equal(result.shards, 5);
  collect_well(&b, &def, touched, 1);
  damage(touched, "train-00001.h5");
  write_text(touched, "train-00000.h5.orr-tmp1", "left by a killed run");
  result = collect_well(&b, &def, touched, 1);
  assert_int_equal(result.shards_kept, 4);
  assert_same_folders(whole, touched);
  other.seed = 13;
  other.weak = other.random = 0;
  result = collect_well(&b, &other, touched, 1);
  assert_int_equal(result.shards, 3);
  assert_int_equal(result.shards_kept, 0);
  result = collect_well(&b, &def, touched, 1);
  assert_int_equal(result.shards_kept, 0);
  assert_same_folders(whole, touched);
  write_text(touched, "train-00077.h5", "somebody's");
  assert_int_equal(collect(&b, &def, touched, 1, &result, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "train-00077.h5"));
  drop_folder(whole);
  drop_folder(touched);
  close_bench(&b);
}

static void cancel_stops(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_collect_def def = tiny(&b);
  char *folder = new_folder("cancel");
  atomic_bool cancel = true;
  orr_control control = {.cancel = &cancel};
  orr_collect_result result;
  orr_error err = {0};
  assert_int_equal(orr_collect_run(b.scenario, &b.observer, &def, "push_t", "world: {}\n", BLOCK,
                                   folder, &control, &result, &err),
                   ORR_ERR_CANCELLED);
  def.experts = def.held_out = def.weak = def.random = 0;
  assert_int_equal(collect(&b, &def, folder, 1, &result, &err), ORR_ERR_CONFIG);
  drop_folder(folder);
  close_bench(&b);
}

/* Shards that were collected before a setting came stay good while it has its default. */
static void later_settings_leave_the_digest_alone(void **state) {
  (void)state;
  orr_arena *arena = orr_arena_create(4096);
  orr_planner_def plan;
  orr_record before = orr_planner_record;
  while (before.fields[before.count - 1].later) before.count--;
  assert_true(before.count < orr_planner_record.count);
  orr_record_default(&orr_planner_record, arena, &plan);
  orr_hash first = orr_record_digest(&before, &plan);
  assert_true(orr_hash_equal(orr_record_digest(&orr_planner_record, &plan), first));
  plan.others = ORR_OTHERS_HOLD;
  assert_false(orr_hash_equal(orr_record_digest(&orr_planner_record, &plan), first));
  plan.others = ORR_OTHERS_REST;
  plan.agent = "left";
  assert_false(orr_hash_equal(orr_record_digest(&orr_planner_record, &plan), first));
  plan.agent = "";
  plan.samples++;
  assert_false(orr_hash_equal(orr_record_digest(&orr_planner_record, &plan), first));
  orr_arena_destroy(arena);
}

int run_collect_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(collects_what_was_asked_for),
      cmocka_unit_test(factors_are_recorded),
      cmocka_unit_test(replays_stay_near),
      cmocka_unit_test(frames_lie_beside_the_rows),
      cmocka_unit_test(diverged_episodes_leave_no_frames),
      cmocka_unit_test(large_pictures_make_small_shards),
      cmocka_unit_test(other_pictures_are_drawn_anew),
      cmocka_unit_test(threads_do_not_change_a_byte),
      cmocka_unit_test(killed_runs_end_with_the_same_bytes),
      cmocka_unit_test(finished_shards_are_checked),
      cmocka_unit_test(cancel_stops),
      cmocka_unit_test(later_settings_leave_the_digest_alone),
  };
  return cmocka_run_group_tests_name("collect", tests, NULL, NULL);
}
