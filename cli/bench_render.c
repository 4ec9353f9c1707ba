/* orrery bench render: pictures a second, beside cairo and MuJoCo's own, in alternating rounds.
 *
 * Only drawing is measured: the instants of an episode are recorded before. MuJoCo's picture is
 * positions set, kinematics, mjv_updateScene, mjr_render and mjr_readPixels; cairo gets outlines
 * that are already turned and placed. By the clock, and by the processor's time alone, which does
 * not mind a busy machine. */
#include "base/file.h"
#include "base/maths.h"
#include "cli/bench.h"
#include "cli/bench_reel.h"
#include <string.h>

#define SOLIDS "tests/fixtures/pictures/ten_solids"
enum { INSTANTS = 64, LOOK = 20, MOST_RIVALS = 3, MOST_SIDES = 10 };

/* Programs beside us. MuJoCo twice: OpenGL paints with one thread or with two. */
typedef enum rival_name { CAIRO, MUJOCO, MUJOCO_TWO } rival_name;
typedef struct rival {
  orr_peer *peer;    /* NULL: there is none, or it died */
  json_t *said;      /* who it is */
  char problem[320]; /* "": none */
} rival;

/* One of those who draw a row's picture in turns; the first is ours, on one thread. */
typedef struct side {
  const char *name;
  orr_stand stand; /* ours */
  rival *rival;    /* or NULL */
  char question[64];
  double rates[ORR_BENCH_MAX_ROUNDS], cpu_rates[ORR_BENCH_MAX_ROUNDS]; /* pictures a second */
} side;

typedef struct row {
  const char *name;
  int width, height;
  double target; /* pictures a second of the first side; 0: none */
  side sides[MOST_SIDES];
  size_t count;
} row;

typedef struct contest {
  const orr_invocation *invocation;
  size_t rounds;
  double seconds;
  const char *look; /* a folder for pictures, or NULL */
  atomic_bool *cancel;
  orr_pool *two;
  orr_reel flat, solid, mirrors;
  rival rivals[MOST_RIVALS];
  row row; /* the one at work */
  json_t *results;
} contest;

/* --- one row ---------------------------------------------------------------------------------- */

static void begin_row(contest *c, const char *name, int width, int height, double target) {
  c->row = (row){.name = name, .width = width, .height = height, .target = target};
}

static side *add_side(contest *c, const char *name) {
  ORR_ASSERT(c->row.count < MOST_SIDES);
  side *s = &c->row.sides[c->row.count++];
  s->name = name;
  return s;
}

static orr_stand *add_ours(contest *c, const char *name, const orr_reel *reel,
                           const orr_painter_def *def, size_t painters) {
  orr_stand *stand = &add_side(c, name)->stand;
  *stand = (orr_stand){.reel = reel, .def = *def, .painter_count = painters};
  stand->def.width = c->row.width;
  stand->def.height = c->row.height;
  return stand;
}

/* `how`: what the rival's question says after width and height. */
static void add_rival(contest *c, const char *name, rival_name who, const char *how) {
  if (!c->rivals[who].peer) return;
  side *s = add_side(c, name);
  s->rival = &c->rivals[who];
  snprintf(s->question, sizeof s->question, "%d %d %s", c->row.width, c->row.height, how);
}

static void lose(rival *r) {
  orr_peer_end(r->peer);
  r->peer = NULL;
  snprintf(r->problem, sizeof r->problem, "stopped answering");
}

static double ask(rival *r, const char *question) {
  double answer = r->peer ? orr_peer_ask(r->peer, question) : 0.0;
  if (r->peer && !(answer > 0.0)) lose(r);
  return answer;
}

static orr_status measure_side(contest *c, side *s, size_t round, orr_error *err) {
  char question[128];
  if (!s->rival)
    return orr_stand_rate(&s->stand, c->two, c->seconds, &s->rates[round], &s->cpu_rates[round],
                          err);
  snprintf(question, sizeof question, "draw %s %g", s->question, c->seconds);
  s->rates[round] = ask(s->rival, question);
  s->cpu_rates[round] = ask(s->rival, "cpu");
  return ORR_OK;
}

/* The name of a picture in the folder: words and numbers alone. */
static void look_path(const contest *c, const side *s, char *out, size_t size) {
  char name[ORR_PATH], *to = name;
  snprintf(name, sizeof name, "%s-%dx%d-%s.png", c->row.name, c->row.width, c->row.height, s->name);
  for (const char *from = name; *from; from++)
    if (*from != ',') *to++ = *from == ' ' ? '_' : *from;
  *to = '\0';
  orr_path_join(out, size, c->look, name);
}

/* One picture of each side: more threads make no other. */
static orr_status look_at(contest *c, side *s, orr_error *err) {
  char path[ORR_PATH], question[2 * ORR_PATH];
  bool same = s->stand.painter_count > 1 || s->stand.tiles || s->stand.copies;
  if (!c->look || same || s->rival == &c->rivals[MUJOCO_TWO]) return ORR_OK;
  look_path(c, s, path, sizeof path);
  if (!s->rival) {
    ORR_TRY(orr_stand_draw(&s->stand, LOOK, err));
    return orr_image_write_png(&s->stand.images[0], path, err);
  }
  snprintf(question, sizeof question, "write %s %d %s", s->question, LOOK, path);
  ask(s->rival, question);
  return ORR_OK;
}

static orr_status measure_row(contest *c, orr_error *err) {
  row *r = &c->row;
  for (size_t i = 0; i < r->count; i++) {
    if (!r->sides[i].rival) ORR_TRY(orr_stand_set_up(&r->sides[i].stand, err));
    ORR_TRY(look_at(c, &r->sides[i], err));
  }
  for (size_t round = 0; round < c->rounds; round++)
    for (size_t i = 0; i < r->count; i++) {
      if (c->cancel && atomic_load(c->cancel))
        return orr_fail(err, ORR_ERR_CANCELLED, "interrupted");
      ORR_TRY(measure_side(c, &r->sides[i], round, err));
    }
  return ORR_OK;
}

/* --- what comes out --------------------------------------------------------------------------- */

static double best(const double *values, size_t count) {
  double most = 0.0;
  for (size_t i = 0; i < count; i++) most = orr_max(most, values[i]);
  return most;
}

static double median_of(const double *values, size_t count) {
  double copy[ORR_BENCH_MAX_ROUNDS];
  memcpy(copy, values, count * sizeof *copy);
  return orr_median(copy, count);
}

/* Median over the rounds; 0 when a side did not answer in all. */
static double ratio(const double *a, const double *b, size_t count) {
  double ratios[ORR_BENCH_MAX_ROUNDS];
  for (size_t i = 0; i < count; i++) {
    if (!(a[i] > 0.0 && b[i] > 0.0)) return 0.0;
    ratios[i] = a[i] / b[i];
  }
  return orr_median(ratios, count);
}

static void add(json_t *json, const char *key, double value) {
  json_object_set_new(json, key, value > 0.0 ? json_real(value) : json_null());
}

/* Ours are held against our own single thread, others against it the other way round. */
static json_t *side_json(const contest *c, const side *s) {
  const side *first = &c->row.sides[0];
  json_t *json = json_pack("{s:s}", "who", s->name);
  add(json, "pictures_per_second", median_of(s->rates, c->rounds));
  add(json, "best", best(s->rates, c->rounds));
  add(json, "pictures_per_cpu_second", median_of(s->cpu_rates, c->rounds));
  if (s->rival) {
    add(json, "ratio", ratio(first->rates, s->rates, c->rounds));
    add(json, "cpu_ratio", ratio(first->cpu_rates, s->cpu_rates, c->rounds));
  } else if (s != first) {
    add(json, "of_one_thread", ratio(s->rates, first->rates, c->rounds));
  }
  return json;
}

static double number(const json_t *json, const char *key) {
  return json_real_value(json_object_get(json, key));
}

static void print_number(const char *words, double value) {
  printf("%s%*.*f", words, 10, value < 100.0 ? 1 : 0, value);
}

static void print_side(const json_t *json) {
  printf("  %-30s", json_string_value(json_object_get(json, "who")));
  print_number(" ", number(json, "pictures_per_second"));
  print_number("/s, best ", number(json, "best"));
  print_number(", by CPU time ", number(json, "pictures_per_cpu_second"));
  if (json_object_get(json, "of_one_thread"))
    printf("   %.2f of one thread", number(json, "of_one_thread"));
  if (json_object_get(json, "ratio"))
    printf("   orrery: %.3g x, by CPU time %.3g x", number(json, "ratio"),
           number(json, "cpu_ratio"));
  putchar('\n');
}

static void report_row(contest *c) {
  const row *r = &c->row;
  json_t *sides = json_array();
  for (size_t i = 0; i < r->count; i++) json_array_append_new(sides, side_json(c, &r->sides[i]));
  json_t *json = json_pack("{s:s, s:i, s:i, s:o}", "picture", r->name, "width", r->width, "height",
                           r->height, "sides", sides);
  if (r->target > 0.0) json_object_set_new(json, "target", json_real(r->target));
  json_array_append_new(c->results, json);
  if (c->invocation->json) return;
  printf("%s, %d x %d", r->name, r->width, r->height);
  if (r->target > 0.0) printf(" (target %.0f/s)", r->target);
  putchar('\n');
  for (size_t i = 0; i < r->count; i++) print_side(json_array_get(sides, i));
  fflush(stdout);
}

static orr_status run_row(contest *c, orr_error *err) {
  orr_status status = measure_row(c, err);
  if (status == ORR_OK) report_row(c);
  for (size_t i = 0; i < c->row.count; i++) orr_stand_clear(&c->row.sides[i].stand);
  return status;
}

/* --- the rows --------------------------------------------------------------------------------- */

static void add_flat(contest *c, const orr_reel *reel, const orr_painter_def *def) {
  add_ours(c, "orrery", reel, def, 1);
  add_ours(c, "two painters on two threads", reel, def, 2);
}

static void add_solid(contest *c, const orr_reel *reel, const orr_painter_def *def) {
  orr_painter_def careful = *def;
  careful.quality = orr_quality_picture;
  add_flat(c, reel, def);
  add_ours(c, "tiles on two threads", reel, def, 1)->tiles = c->two;
  add_ours(c, "depth and labels copied out", reel, def, 1)->copies = true;
  add_ours(c, "picture quality", reel, &careful, 1);
}

static orr_status run_flat(contest *c, int length, double target, orr_error *err) {
  const orr_painter_def def = {.quality = orr_quality_observation};
  begin_row(c, "push_t", length, length, target);
  add_flat(c, &c->flat, &def);
  add_rival(c, "cairo", CAIRO, "0");
  add_rival(c, "cairo, what stands still kept", CAIRO, "1");
  return run_row(c, err);
}

/* MuJoCo as it is (shadows of 4096^2, 4 samples a pixel) and as fast as it goes with shadows that
 * one would keep at this size (1024^2, 1 sample). */
static orr_status run_solid(contest *c, bool mirrors, int length, double target, orr_error *err) {
  const orr_painter_def def = {.quality = orr_quality_observation};
  begin_row(c, mirrors ? "ten_solids with mirrors" : "ten_solids", length, length, target);
  add_solid(c, mirrors ? &c->mirrors : &c->solid, &def);
  const char *usual = mirrors ? "-1 -1 1" : "-1 -1 0", *tuned = mirrors ? "1024 0 1" : "1024 0 0";
  add_rival(c, "mujoco", MUJOCO, usual);
  add_rival(c, "mujoco, tuned", MUJOCO, tuned);
  add_rival(c, "mujoco on two threads", MUJOCO_TWO, usual);
  add_rival(c, "mujoco, tuned, on two threads", MUJOCO_TWO, tuned);
  return run_row(c, err);
}

static orr_status run_rows(contest *c, orr_error *err) {
  static const struct {
    enum { FLAT, SOLID, MIRRORS } what;
    int length;
    double target;
  } rows[] = {{FLAT, 64, 0},     {FLAT, 96, 100000},  {FLAT, 224, 0},   {SOLID, 64, 10000},
              {SOLID, 224, 800}, {MIRRORS, 64, 5000}, {MIRRORS, 224, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].what == FLAT)
      ORR_TRY(run_flat(c, rows[i].length, rows[i].target, err));
    else
      ORR_TRY(run_solid(c, rows[i].what == MIRRORS, rows[i].length, rows[i].target, err));
  }
  return ORR_OK;
}

/* --- the rivals ------------------------------------------------------------------------------- */

static const char *const programs[MOST_RIVALS] = {"peer_cairo", "peer_osmesa", "peer_osmesa"};

static void start_rival(rival *r, const char *folder, const char *program, const char *a,
                        const char *b, const char *threads) {
  char path[ORR_PATH];
  orr_error err = {0};
  orr_path_join(path, sizeof path, folder, program);
  const char *command[] = {path, a, b, threads, NULL};
  if (!orr_file_exists(path))
    snprintf(r->problem, sizeof r->problem, "is not there: scripts/peers --pictures, then build");
  else if (orr_peer_start(command, &r->peer, &err) != ORR_OK)
    snprintf(r->problem, sizeof r->problem, "%.300s", err.message);
  else
    r->said = json_incref((json_t *)(uintptr_t)orr_peer_identity(r->peer));
}

static orr_status start_rivals(contest *c, const char *folder, const char *scratch,
                               orr_error *err) {
  char outlines[ORR_PATH], poses[ORR_PATH];
  const char *model = SOLIDS ".xml";
  orr_path_join(outlines, sizeof outlines, scratch, "outlines.json");
  orr_path_join(poses, sizeof poses, scratch, "poses.json");
  ORR_TRY(orr_reel_write_outlines(&c->flat, outlines, err));
  ORR_TRY(orr_reel_write_poses(&c->solid, poses, err));
  start_rival(&c->rivals[CAIRO], folder, programs[CAIRO], outlines, NULL, NULL);
  start_rival(&c->rivals[MUJOCO], folder, programs[MUJOCO], model, poses, "1");
  start_rival(&c->rivals[MUJOCO_TWO], folder, programs[MUJOCO_TWO], model, poses, "2");
  for (size_t i = 0; i < MOST_RIVALS; i++)
    if (c->rivals[i].peer) return ORR_OK;
  orr_fail(err, ORR_ERR_SYSTEM, "'%.200s' has no peer that answers: %s %.80s", folder,
           programs[CAIRO], c->rivals[CAIRO].problem);
  orr_hint(err, "run scripts/peers --pictures, build, and give --peer build/release/tests/render");
  return ORR_ERR_SYSTEM;
}

/* Says what is missing, and returns whether a rival died. */
static bool add_rivals(const contest *c, json_t *json) {
  static const char *const keys[MOST_RIVALS] = {"cairo", "mujoco", "mujoco_two_threads"};
  json_t *all = json_object();
  bool died = false;
  for (size_t i = 0; i < MOST_RIVALS; i++) {
    const rival *r = &c->rivals[i];
    json_t *one = r->said ? json_incref(r->said) : json_object();
    const char *problem = r->problem;
    if (!*problem && !r->peer) problem = "not asked: --peer build/release/tests/render";
    if (*problem) json_object_set_new(one, "missing", json_string(problem));
    if (*r->problem) fprintf(stderr, "orrery bench: %s %s\n", programs[i], r->problem);
    died = died || (*r->problem && r->said);
    json_object_set_new(all, keys[i], one);
  }
  json_object_set_new(json, "peers", all);
  return died;
}

static void end_rivals(contest *c) {
  for (size_t i = 0; i < MOST_RIVALS; i++) {
    orr_peer_end(c->rivals[i].peer);
    json_decref(c->rivals[i].said);
  }
}

/* --- the set-up ------------------------------------------------------------------------------- */

static int load_solids(const orr_invocation *invocation, orr_experiment **out) {
  orr_invocation own = {
      .verb = invocation->verb, .arguments = {SOLIDS ".yaml"}, .argument_count = 1};
  if (orr_file_exists(own.arguments[0])) return orr_cli_load(&own, out);
  fprintf(stderr,
          "orrery bench: %s is not there\n  hint: stand in the project's folder, or name a "
          "scenario\n",
          own.arguments[0]);
  return 2;
}

static orr_status run_with_rivals(contest *c, orr_error *err) {
  char scratch[ORR_PATH];
  const char *folder = orr_cli_option(c->invocation, "peer");
  if (!folder) return run_rows(c, err);
  ORR_TRY(orr_folder_temporary("orrery-bench", scratch, err));
  orr_status status = start_rivals(c, folder, scratch, err);
  orr_folder_remove(scratch, NULL); /* they have read it */
  return status == ORR_OK ? run_rows(c, err) : status;
}

static orr_status run_contest(contest *c, const orr_experiment *flat, const orr_experiment *solids,
                              orr_error *err) {
  ORR_TRY(orr_reel_record(flat, INSTANTS, &c->flat, err));
  ORR_TRY(orr_reel_record(solids, INSTANTS, &c->solid, err));
  ORR_TRY(orr_reel_record(solids, INSTANTS, &c->mirrors, err));
  orr_reel_take_mirrors(&c->solid);
  return run_with_rivals(c, err);
}

/* A scenario that says nothing about pictures is seen as the defaults say. */
static orr_status run_scenario(contest *c, const orr_experiment *experiment, int width, int height,
                               orr_error *err) {
  orr_pixels_def pixels = {0};
  orr_arena *arena = orr_arena_create(4096);
  if (!arena) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_record_default(&orr_pixels_record, arena, &pixels);
  if (experiment->observe.pixels) pixels = *experiment->observe.pixels;
  orr_painter_def def = orr_pixels_painter(&pixels);
  orr_arena_destroy(arena);
  ORR_TRY(orr_reel_record(experiment, INSTANTS, &c->flat, err));
  begin_row(c, experiment->id, width ? width : def.width, height ? height : def.height, 0.0);
  if (c->flat.scenes[0].dimensions == 3 || def.relief)
    add_solid(c, &c->flat, &def);
  else
    add_flat(c, &c->flat, &def);
  return run_row(c, err);
}

static bool read_size(const char *text, int *width, int *height) {
  char rest;
  *width = *height = 0;
  if (!text) return true;
  if (sscanf(text, "%5d%c", width, &rest) == 1)
    *height = *width;
  else if (sscanf(text, "%5dx%5d%c", width, height, &rest) != 2)
    *height = 0;
  if (orr_min(*width, *height) >= ORR_LEAST_PIXELS &&
      orr_max(*width, *height) <= ORR_MAX_PICTURE_SIDE)
    return true;
  fprintf(stderr, "orrery bench: '%s' is no size\n  hint: 96 or 128x96; %d to %d pixels a side\n",
          text, ORR_LEAST_PIXELS, ORR_MAX_PICTURE_SIDE);
  return false;
}

/* What would do nothing, or harm. */
static bool check(const orr_invocation *invocation, bool one) {
  const char *wrong = one && orr_cli_option(invocation, "peer")    ? "peers draw no SCENARIO"
                      : !one && orr_cli_option(invocation, "size") ? "--size is for a SCENARIO"
                                                                   : NULL;
  const char *out = orr_cli_option(invocation, "out");
  if (wrong) fprintf(stderr, "orrery bench: %s\n  hint: leave one of them out\n", wrong);
  if (wrong || !out || !orr_file_exists(out)) return !wrong;
  fprintf(stderr, "orrery bench: %s is already there\n  hint: --out another folder\n", out);
  return false;
}

static int finish(contest *c, orr_status status, const orr_error *err) {
  json_t *json =
      json_pack("{s:I, s:f, s:i, s:f}", "rounds", (json_int_t)c->rounds, "seconds", c->seconds,
                "instants", INSTANTS, "scene_microseconds", 1e6 * c->flat.scene_seconds);
  bool one = c->invocation->argument_count > 1, died = false;
  if (status == ORR_OK && !one) died = add_rivals(c, json);
  if (!one) add(json, "solid_scene_microseconds", 1e6 * c->solid.scene_seconds);
  if (c->invocation->json) json_object_set(json, "results", c->results);
  if (status == ORR_OK) orr_bench_print(c->invocation, json);
  json_decref(json);
  return status != ORR_OK ? orr_cli_fail(err) : died;
}

int orr_bench_render_verb(const orr_invocation *invocation, const orr_experiment *experiment) {
  static contest c; /* large */
  bool one = invocation->argument_count > 1;
  int width, height, code;
  orr_session session = {0}; /* for Ctrl-C: nothing is left behind */
  orr_experiment *solids = NULL;
  orr_error err = {0};
  if (!check(invocation, one) || !read_size(orr_cli_option(invocation, "size"), &width, &height))
    return 2;
  if (!one && (code = load_solids(invocation, &solids)) != 0) return code;
  c = (contest){.invocation = invocation, .look = orr_cli_option(invocation, "out")};
  c.rounds = (size_t)orr_cli_number(invocation, "rounds", 5, 1, ORR_BENCH_MAX_ROUNDS);
  c.seconds = (double)orr_cli_number(invocation, "seconds", 1, 0, 600);
  c.results = json_array();
  orr_status status = orr_session_begin(invocation, &session, &err);
  c.cancel = session.control.cancel;
  if (status == ORR_OK) status = orr_pool_create(2, &c.two, &err);
  if (status == ORR_OK && c.look) status = orr_folder_make(c.look, &err);
  if (status == ORR_OK)
    status = one ? run_scenario(&c, experiment, width, height, &err)
                 : run_contest(&c, experiment, solids, &err);
  code = finish(&c, status, &err);
  end_rivals(&c);
  orr_reel_clear(&c.flat);
  orr_reel_clear(&c.solid);
  orr_reel_clear(&c.mirrors);
  orr_pool_destroy(c.two);
  orr_session_end(&session);
  orr_experiment_destroy(solids);
  json_decref(c.results);
  return code;
}
