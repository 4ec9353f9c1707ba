/* orrery render: a picture or a clip of an episode. */
#include "base/file.h"
#include "base/maths.h"
#include "cli/verbs.h"
#include "render/clip.h"
#include "view/picture.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_PIXELS  4096  /* along a side of one panel */
#define MOST_SAMPLES 65536 /* of the reference, a pixel */

static const struct argp_option options[] = {
    {"agent", 0, "AGENT", 0,
     "Who acts: rest (nobody), random, weak, cem (a planner), inverse or cloning (networks, with "
     "--model); default cem with --model, else rest for a picture and random for a clip",
     0},
    {"episode", 0, "N", 0, "Which episode; default 0", 0},
    {"data", 0, "PATH", 0, "Show a recorded episode: of a shard, a folder of shards, or a run", 0},
    {"steps", 0, "N", 0,
     "Control steps before a picture, default 0; of a clip, default to the end of the episode", 0},
    {"fps", 0, "RATE", 0, "Clip: pictures a second; default 25", 0},
    {"speed", 0, "FACTOR", 0, "Clip: seconds of the world a second; default 1", 0},
    {"size", 0, "WxH", 0, "Pixels of each panel; default 512 along the longer side, 320 of several",
     0},
    {"panels", 0, "LIST", 0,
     "Side by side: camera, top, front, side, depth, segmentation, pixels (what a model sees)", 0},
    {"from", 0, "VIEW", 0, "Solids: camera, top, front or side; default camera", 0},
    {"relief", 0, NULL, 0, "2D: as solids that stand on a table", 0},
    {"theme", 0, "WORD", 0, "2D: plain, or pymunk (as the published Push-T draws); default plain",
     0},
    {"unlit", 0, NULL, 0, "2D: without the world's lamps", 0},
    {"orbit", 0, "DEGREES", 0, "Solids: the camera turns so far about the scene", 0},
    {"quality", 0, "WORD", 0,
     "Of solids: fast, good, best, or reference (slow); default best for a picture, good for a "
     "clip",
     0},
    {"samples", 0, "N", 0, "Rays a pixel, a power of 4; reference: default 256", 0},
    {"global", 0, NULL, 0, "Reference: with the light that surfaces throw at each other", 0},
    {"lossless", 0, NULL, 0, "WebP: every pixel as it is", 0},
    {0},
};

/* The position of a word in a NULL-terminated list. */
static bool find_word(const char *what, const char *word, const char *const *names, int *out) {
  for (int i = 0; names[i]; i++)
    if (!strcmp(word, names[i])) return *out = i, true;
  fprintf(stderr, "orrery render: there is no %s '%s'\n  hint: ", what, word);
  for (int i = 0; names[i]; i++)
    fprintf(stderr, "%s%s", !i ? "" : names[i + 1] ? ", " : " or ", names[i]);
  fputc('\n', stderr);
  return false;
}

static bool complain(const char *message, const char *hint) {
  fprintf(stderr, "orrery render: %s\n  hint: %s\n", message, hint);
  return false;
}

static bool read_size(const char *text, int *width, int *height) {
  char rest;
  if (!text) return true;
  if (sscanf(text, "%5dx%5d%c", width, height, &rest) == 2 && *width >= 16 && *height >= 16 &&
      *width <= MOST_PIXELS && *height <= MOST_PIXELS)
    return true;
  fprintf(stderr, "orrery render: '%s' is no size\n  hint: 640x480; 16 to %d pixels a side\n", text,
          MOST_PIXELS);
  return false;
}

static bool read_number(const orr_invocation *invocation, const char *name, double low, double high,
                        double *out) {
  const char *text = orr_cli_option(invocation, name);
  char *end;
  if (!text) return true;
  double value = strtod(text, &end);
  if (end != text && !*end && value >= low && value <= high) return *out = value, true;
  fprintf(stderr, "orrery render: --%s: '%s' is not a number from %g to %g\n", name, text, low,
          high);
  return false;
}

static bool has_panel(const orr_easel_def *def, orr_easel_panel panel) {
  for (size_t i = 0; i < def->panel_count; i++)
    if (def->panels[i] == panel) return true;
  return false;
}

static bool read_panels(const char *text, orr_easel_def *out) {
  char word[32];
  out->panel_count = 1; /* the camera's */
  if (!text) return true;
  for (out->panel_count = 0;; text++) {
    int length = (int)strcspn(text, ","), panel;
    snprintf(word, sizeof word, "%.*s", length, text);
    if (!find_word("panel", word, orr_easel_panel_names, &panel)) return false;
    if (has_panel(out, (orr_easel_panel)panel))
      return complain("--panels: one of them stands there twice", "each one once");
    out->panels[out->panel_count++] = (orr_easel_panel)panel;
    text += length;
    if (!*text) return true;
  }
}

/* The words of --quality, and what --samples makes of them. */
static bool read_quality(const orr_invocation *invocation, bool clip, orr_quality *out) {
  static const char *const names[] = {"fast", "good", "best", "reference", NULL};
  enum { FAST, GOOD, BEST, REFERENCE };
  const char *word = orr_cli_option(invocation, "quality");
  int which = clip ? GOOD : BEST;
  if (word && !find_word("quality", word, names, &which)) return false;
  bool reference = which == REFERENCE;
  int64_t samples = orr_cli_number(invocation, "samples", 0, 1, MOST_SAMPLES);
  *out = which == FAST   ? (orr_quality){.samples = 1, .shadow_rays = 1, .bounces = 2}
         : which == GOOD ? (orr_quality){.samples = 4, .shadow_rays = 4, .bounces = 2}
                         : orr_quality_picture;
  if (samples && !(reference && samples > 1) && samples != 1 && samples != 4 && samples != 16)
    return complain("--samples: 1, 4 or 16 rays are cast",
                    "--quality reference takes any power of 4");
  if (samples & (samples - 1) || samples & 0xAAAAAAAA)
    return complain("--samples: not a power of 4", "4, 16, 64, 256, 1024, ...");
  if (samples && !reference) out->samples = (int)samples;
  if (reference) out->reference = samples ? (int)samples : 256;
  out->global = orr_cli_option(invocation, "global") != NULL;
  if (out->global && !reference)
    return complain("--global is for the reference", "add --quality reference");
  return true;
}

/* ---- where it goes ---- */

static bool ends_in_png(const char *path) {
  size_t length = strlen(path);
  return length > 4 && !strcasecmp(path + length - 4, ".png");
}

/* Said before minutes of painting, not after. */
static bool check_folder(const char *path) {
  char folder[ORR_PATH];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  if (orr_folder_exists(folder)) return true;
  fprintf(stderr, "orrery render: there is no folder %s\n  hint: mkdir -p %s\n", folder, folder);
  return false;
}

static bool check_path(const orr_invocation *invocation, const char *path) {
  orr_clip_kind kind = orr_clip_kind_of(path);
  if (kind == ORR_CLIP_NONE && !ends_in_png(path)) {
    fprintf(stderr, "orrery render: '%s' is no kind of picture\n", path);
    fputs("  hint: .png is one picture; .webp, .gif, .mp4 or a folder/ is a clip\n", stderr);
    return false;
  }
  if (kind == ORR_CLIP_NONE) {
    static const char *const of_clips[] = {"fps", "speed", "lossless"};
    for (int i = 0; i < 3; i++) {
      if (!orr_cli_option(invocation, of_clips[i])) continue;
      fprintf(stderr, "orrery render: --%s is for clips\n  hint: -o clip.webp\n", of_clips[i]);
      return false;
    }
  }
  if (kind == ORR_CLIP_FOLDER) return true;
  if (!check_folder(path)) return false;
  if (!orr_file_exists(path) || invocation->force) return true;
  fprintf(stderr, "orrery: %s is already there\n  hint: --force replaces it\n", path);
  return false;
}

static void say(const orr_picture_def *def, const orr_picture_result *result) {
  if (orr_clip_kind_of(def->path) == ORR_CLIP_NONE) {
    printf("Wrote %s: step %lld of episode %lld\n", def->path, (long long)result->steps,
           (long long)def->episode);
    return;
  }
  printf("Wrote %s: %lld pictures, %.1f s, of %lld steps of episode %lld", def->path,
         (long long)result->pictures, result->seconds, (long long)result->steps,
         (long long)def->episode);
  if (orr_clip_kind_of(def->path) != ORR_CLIP_FOLDER)
    printf(" (%.0f kB)", (double)orr_file_size(def->path) / 1000.0);
  putchar('\n');
}

static int write_picture(const orr_invocation *invocation, const orr_picture_def *def) {
  orr_session session;
  orr_error err = {0};
  orr_picture_result result = {0};
  orr_status status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) status = orr_picture_write(def, &session.control, &result, &err);
  orr_session_end(&session);
  if (status == ORR_ERR_CANCELLED) return orr_exit_code(status);
  if (status != ORR_OK) return orr_cli_fail(&err);
  say(def, &result);
  return 0;
}

static int render(const orr_invocation *invocation, orr_picture_def *def) {
  char path[ORR_PATH];
  snprintf(path, sizeof path, "%s.png", def->play.experiment->id);
  if (!def->path) def->path = path;
  return check_path(invocation, def->path) ? write_picture(invocation, def) : 2;
}

static bool read_agent(const orr_invocation *invocation, bool clip, orr_picture_def *def) {
  const char *agent = orr_cli_option(invocation, "agent");
  int who = invocation->model ? ORR_VIEW_CEM : clip ? ORR_VIEW_RANDOM : ORR_VIEW_REST;
  if (agent && !find_word("agent", agent, orr_view_agent_names, &who)) return false;
  if (def->data && (agent || invocation->model))
    return complain("--data shows what was recorded: no agent acts",
                    "leave out --agent and --model");
  def->play.agent = (orr_view_agent)who;
  return true;
}

static bool read_options(const orr_invocation *invocation, orr_picture_def *def) {
  const char *from = orr_cli_option(invocation, "from");
  bool clip = def->path && orr_clip_kind_of(def->path) != ORR_CLIP_NONE;
  orr_painter_def *paint = &def->draw.paint;
  double degrees = 0.0;
  const char *theme = orr_cli_option(invocation, "theme");
  int where = ORR_VIEWPOINT_CAMERA, look = ORR_THEME_PLAIN;
  if (!read_agent(invocation, clip, def)) return false;
  if (from && !find_word("view", from, orr_viewpoint_names, &where)) return false;
  if (theme && !find_word("theme", theme, orr_theme_names, &look)) return false;
  if (!read_size(orr_cli_option(invocation, "size"), &paint->width, &paint->height)) return false;
  if (!read_panels(orr_cli_option(invocation, "panels"), &def->draw)) return false;
  if (!read_quality(invocation, clip, &paint->quality)) return false;
  if (!read_number(invocation, "fps", 0.1, 240.0, &def->frames_per_second)) return false;
  if (!read_number(invocation, "speed", 0.001, 1000.0, &def->speed)) return false;
  if (!read_number(invocation, "orbit", -3600.0, 3600.0, &degrees)) return false;
  def->turn = degrees * ORR_PI / 180.0;
  def->lossless = orr_cli_option(invocation, "lossless") != NULL;
  paint->viewpoint = (orr_viewpoint)where;
  paint->theme = (orr_theme)look;
  paint->relief = orr_cli_option(invocation, "relief") != NULL;
  paint->unlit = orr_cli_option(invocation, "unlit") != NULL;
  def->episode = orr_cli_number(invocation, "episode", 0, 0, def->data ? INT64_MAX : UINT32_MAX);
  def->steps = orr_cli_number(invocation, "steps", -1, 0, INT32_MAX);
  return true;
}

static int run(const orr_invocation *invocation) {
  orr_picture_def def = {.play = {.model = invocation->model,
                                  .seed = invocation->has_seed ? (uint64_t)invocation->seed : 0},
                         .data = orr_cli_option(invocation, "data"),
                         .path = invocation->out,
                         .frames_per_second = 25.0,
                         .speed = 1.0};
  if (!read_options(invocation, &def)) return 2;
  orr_experiment *experiment = NULL;
  int code = orr_cli_load(invocation, &experiment);
  if (code) return code;
  def.play.experiment = experiment;
  code = render(invocation, &def);
  orr_experiment_destroy(experiment);
  return code;
}

const orr_verb orr_verb_render = {
    .name = "render",
    .summary = "Write a picture or a clip of an episode; needs no display",
    .arguments = "SCENARIO",
    .example = "orrery render scenarios/push_t.yaml -o push_t.png --steps 40 --agent random\n"
               "orrery render scenarios/push_t.yaml -o push_t.webp --agent cem\n"
               "orrery render scenarios/mirror_room.yaml -o room.mp4 --orbit 360 --quality best\n"
               "orrery render scenarios/push_cube.yaml -o cube.gif --panels camera,depth,pixels\n"
               "orrery render scenarios/push_t.yaml -o seen.webp --data out/push_t --episode 12",
    .details =
        "The ending of --out says what is written: .png one picture; .webp, .gif, .mp4 (needs\n"
        "ffmpeg) or a folder/ of PNGs a clip, whose last picture stays for half a second.\n"
        "Without --out: SCENARIO.png. Between two control steps everything moves evenly.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_OUTPUT | ORR_CLI_MODEL | ORR_CLI_WORK,
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
