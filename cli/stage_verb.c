#include "cli/stage_verb.h"
#include "base/memory.h"
#include <string.h>

static void show_stage(void *user, const char *name, bool skipped) {
  orr_session *session = user;
  char title[96];
  snprintf(title, sizeof title, "%s%s", name, skipped ? " (done before)" : "");
  if (session->progress) orr_progress_stage(session->progress, title);
}

static void say_how_to_go_on(const orr_invocation *invocation, const char *folder,
                             const char *manifest) {
  fprintf(stderr, "orrery: stopped; nothing is lost. Go on with\n  orrery %s %s",
          invocation->verb->name, invocation->arguments[0]);
  if (invocation->profile) fprintf(stderr, " --profile %s", invocation->profile);
  for (size_t i = 0; i < invocation->assignment_count; i++)
    fprintf(stderr, " --set '%s'", invocation->assignments[i]);
  if (invocation->has_seed) fprintf(stderr, " --seed %lld", (long long)invocation->seed);
  if (invocation->model) fprintf(stderr, " --model %s", invocation->model);
  if (invocation->out) fprintf(stderr, " --out %s", folder);
  if (manifest) fprintf(stderr, " --write-manifest %s", manifest);
  fputc('\n', stderr);
}

static int dry_run(const orr_experiment *experiment, const orr_run_options *options) {
  char *text = orr_experiment_plan_text(experiment, options);
  if (!text) {
    fputs("orrery: the plan cannot be shown: the name of --out is too long, or memory is short\n",
          stderr);
    return 1;
  }
  fputs(text, stdout);
  orr_free(text);
  return 0;
}

static int run_stage(const orr_invocation *invocation, orr_stage_fn *stage,
                     orr_experiment *experiment, orr_run_options *options) {
  orr_session session;
  orr_error err = {0};
  orr_status status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) {
    options->user = &session;
    status = stage(experiment, options, &session.control, &err);
  }
  orr_session_end(&session);
  if (status == ORR_ERR_CANCELLED) {
    say_how_to_go_on(invocation, options->out, options->manifest);
    return orr_exit_code(status);
  }
  return status == ORR_OK ? 0 : orr_cli_fail(&err);
}

int orr_stage_verb(const orr_invocation *invocation, orr_stage_fn *stage, orr_run_place *out) {
  orr_experiment *experiment = NULL;
  int code = orr_cli_load(invocation, &experiment);
  if (code) return code;
  char *folder = out->folder;
  orr_cli_folder(invocation, experiment, folder, sizeof out->folder);
  orr_experiment_checkpoint(experiment, out->checkpoint, sizeof out->checkpoint);
  orr_run_options options = {
      .out = folder, .force = invocation->force, .model = invocation->model, .stage = show_stage};
  if (stage == orr_experiment_freeze)
    options.manifest = orr_cli_option(invocation, "write-manifest");
  if (invocation->dry_run) {
    code = dry_run(experiment, &options);
    *folder = 0;
  } else {
    code = run_stage(invocation, stage, experiment, &options);
  }
  orr_experiment_destroy(experiment);
  return code;
}
