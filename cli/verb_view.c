/* orrery view: the window. */
#include "cli/verbs.h"
#include "view/keys.h"
#include "view/view.h"
#include <string.h>

enum { LEAST = 64, MOST = 8192 }; /* pixels along a side of the window */

static const struct argp_option options[] = {
    {"agent", 0, "AGENT", 0,
     "human (the mouse), random, weak, rest (nobody), cem (a planner), inverse or cloning "
     "(networks, with --model); default human",
     0},
    {"frames", 0, "N", 0, "Stop after N frames", 0},
    {"screenshot", 0, "FILE", 0, "Write the last frame as PNG; works with no display", 0},
    {"size", 0, "WxH", 0, "Of the window, pixels; default 1000x720", 0},
    {"relief", 0, NULL, 0, "2D: as solids that stand on a table (key T)", 0},
    {"unlit", 0, NULL, 0, "2D: without the world's lamps (key L)", 0},
    {"quality", 0, "WORD", 0,
     "How carefully light is followed: auto (fast in motion, best in rest), fast, good or best", 0},
    {"scale", 0, "N", 0,
     "One painted pixel for NxN of the window, 1 to 4; default as time allows (keys + - 0)", 0},
    {0},
};

static bool find_agent(const char *name, orr_view_agent *out) {
  for (int i = 0; orr_view_agent_names[i]; i++)
    if (!strcmp(name, orr_view_agent_names[i])) return *out = (orr_view_agent)i, true;
  fprintf(stderr,
          "orrery view: there is no agent '%s'\n"
          "  hint: human, random, weak, rest, cem, inverse or cloning\n",
          name);
  return false;
}

static bool read_care(const char *word, orr_care *out) {
  for (int i = 0; word && orr_care_names[i]; i++)
    if (!strcmp(word, orr_care_names[i])) return *out = (orr_care)i, true;
  if (!word) return true;
  fprintf(stderr, "orrery view: there is no quality '%s'\n  hint: auto, fast, good or best\n",
          word);
  return false;
}

static bool read_size(const char *text, int *width, int *height) {
  char rest;
  if (!text) return true;
  if (sscanf(text, "%5dx%5d%c", width, height, &rest) == 2 && *width >= LEAST && *height >= LEAST &&
      *width <= MOST && *height <= MOST)
    return true;
  fprintf(stderr, "orrery view: '%s' is no size\n  hint: 1280x800; %d to %d pixels a side\n", text,
          LEAST, MOST);
  return false;
}

static int show(const orr_invocation *invocation, const orr_view_def *def) {
  orr_session session;
  orr_error err = {0};
  orr_status status = orr_session_begin(invocation, &session, &err);
  session.control.progress = NULL; /* the window is the progress */
  if (status == ORR_OK) status = orr_view_run(def, &session.control, &err);
  bool stopped = orr_cancelled(&session.control);
  orr_session_end(&session);
  if (status != ORR_OK) return orr_cli_fail(&err);
  if (stopped) return orr_exit_code(ORR_ERR_CANCELLED);
  if (def->screenshot) printf("Wrote %s\n", def->screenshot);
  return 0;
}

static int run(const orr_invocation *invocation) {
  orr_view_def def = {.model = invocation->model,
                      .seed = invocation->has_seed ? (uint64_t)invocation->seed : 0,
                      .screenshot = orr_cli_option(invocation, "screenshot")};
  const char *agent = orr_cli_option(invocation, "agent");
  if (!find_agent(agent ? agent : "human", &def.agent)) return 2;
  if (!read_care(orr_cli_option(invocation, "quality"), &def.care)) return 2;
  if (!read_size(orr_cli_option(invocation, "size"), &def.width, &def.height)) return 2;
  def.divisor = (int)orr_cli_number(invocation, "scale", 0, 1, ORR_PACE_COARSEST);
  def.relief = orr_cli_option(invocation, "relief") != NULL;
  def.unlit = orr_cli_option(invocation, "unlit") != NULL;
  def.frames = orr_cli_number(invocation, "frames", def.screenshot ? 60 : 0, 0, INT32_MAX);
  orr_experiment *experiment = NULL;
  int code = orr_cli_load(invocation, &experiment);
  if (code) return code;
  def.experiment = experiment;
  code = show(invocation, &def);
  orr_experiment_destroy(experiment);
  return code;
}

const orr_verb orr_verb_view = {
    .name = "view",
    .summary = "Watch a world and its agent in a window",
    .arguments = "SCENARIO",
    .example =
        "orrery view scenarios/push_t.yaml --agent human\n"
        "orrery view scenarios/push_t.yaml --agent cem --model "
        "out/push_t-quick/model/model.safetensors\n"
        "orrery view scenarios/mirror_room.yaml --agent random\n"
        "orrery view scenarios/push_t.yaml --agent random --relief\n"
        "orrery view scenarios/push_t.yaml --agent random --frames 100 --screenshot push_t.png",
    .details =
        "Keys and mouse (most of them need solids: a 3D world, or --relief):\n" ORR_VIEW_KEYS(
            ORR_KEYS_LINE),
    .groups = ORR_CLI_SCENARIO | ORR_CLI_MODEL | ORR_CLI_WORK,
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
