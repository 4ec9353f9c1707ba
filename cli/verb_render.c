/* orrery render: a picture of an episode. */
#include "base/file.h"
#include "cli/verbs.h"
#include "view/picture.h"
#include <string.h>

#define MOST_PIXELS 4096 /* along a side */

static const struct argp_option options[] = {
    {"episode", 0, "N", 0, "Which episode; default 0", 0},
    {"steps", 0, "N", 0, "Control steps before the picture is taken; default 0", 0},
    {"agent", 0, "AGENT", 0,
     "Who acts: rest (nobody), random, weak, cem (a planner), inverse or cloning (networks, with "
     "--model); default rest",
     0},
    {"size", 0, "WxH", 0, "Pixels; default 512 along the longer side", 0},
    {"from", 0, "VIEW", 0, "3D: camera, top, front or side; default camera", 0},
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

static bool read_size(const char *text, int *width, int *height) {
  char rest;
  if (!text) return true;
  if (sscanf(text, "%4dx%4d%c", width, height, &rest) == 2 && *width >= 16 && *height >= 16 &&
      *width <= MOST_PIXELS && *height <= MOST_PIXELS)
    return true;
  fprintf(stderr, "orrery render: '%s' is no size\n  hint: 640x480; 16 to %d pixels a side\n", text,
          MOST_PIXELS);
  return false;
}

static int write_picture(const orr_invocation *invocation, const orr_picture_def *def) {
  orr_session session;
  orr_error err = {0};
  int64_t steps = 0;
  orr_status status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) status = orr_picture_write(def, &session.control, &steps, &err);
  bool stopped = orr_cancelled(&session.control);
  orr_session_end(&session);
  if (stopped) return orr_exit_code(ORR_ERR_CANCELLED);
  if (status != ORR_OK) return orr_cli_fail(&err);
  printf("Wrote %s: step %lld of episode %u\n", def->path, (long long)steps, def->episode);
  return 0;
}

static int render(const orr_invocation *invocation, orr_picture_def *def) {
  char path[ORR_PATH];
  snprintf(path, sizeof path, "%s.png", def->play.experiment->id);
  def->path = invocation->out ? invocation->out : path;
  if (orr_file_exists(def->path) && !invocation->force) {
    fprintf(stderr, "orrery: %s is already there\n  hint: --force replaces it\n", def->path);
    return 2;
  }
  return write_picture(invocation, def);
}

static int run(const orr_invocation *invocation) {
  const char *agent = orr_cli_option(invocation, "agent"),
             *from = orr_cli_option(invocation, "from");
  int who = ORR_VIEW_REST, where = ORR_VIEWPOINT_CAMERA;
  orr_picture_def def = {.play = {.model = invocation->model,
                                  .seed = invocation->has_seed ? (uint64_t)invocation->seed : 0}};
  if (agent && !find_word("agent", agent, orr_view_agent_names, &who)) return 2;
  if (from && !find_word("view", from, orr_viewpoint_names, &where)) return 2;
  if (!read_size(orr_cli_option(invocation, "size"), &def.width, &def.height)) return 2;
  def.play.agent = (orr_view_agent)who;
  def.viewpoint = (orr_viewpoint)where;
  def.episode = (uint32_t)orr_cli_number(invocation, "episode", 0, 0, UINT32_MAX);
  def.steps = orr_cli_number(invocation, "steps", 0, 0, INT32_MAX);
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
    .summary = "Write a picture of an episode; needs no display",
    .arguments = "SCENARIO",
    .example = "orrery render scenarios/push_t.yaml -o push_t.png --steps 40 --agent random",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_OUTPUT | ORR_CLI_MODEL | ORR_CLI_WORK,
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
