/* What every verb needs around its work: errors, threads, progress, Ctrl-C, the scenario. */
#include "cli/cli.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

int orr_cli_fail(const orr_error *err) {
  char text[2048];
  orr_error_text(err, text, sizeof text);
  fprintf(stderr, "orrery: %s\n", text);
  return orr_exit_code(err->status);
}

/* The one mutable global of the program: a signal handler can reach nothing else. */
static atomic_bool cancel_requested;

static void on_interrupt(int signal_number) {
  (void)signal_number;
  if (atomic_exchange(&cancel_requested, true)) _exit(130);
}

static void catch_interrupts(void) {
  struct sigaction action = {.sa_handler = on_interrupt};
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

orr_status orr_session_begin(const orr_invocation *invocation, orr_session *session,
                             orr_error *err) {
  *session = (orr_session){0};
  ORR_TRY(orr_pool_create(invocation->threads, &session->pool, err));
  session->progress = orr_progress_create(stderr, invocation->style);
  session->control = (orr_control){.cancel = &cancel_requested,
                                   .progress = session->progress ? orr_progress_update : NULL,
                                   .user = session->progress,
                                   .pool = session->pool};
  catch_interrupts();
  return ORR_OK;
}

void orr_session_end(orr_session *session) {
  orr_progress_destroy(session->progress);
  orr_pool_destroy(session->pool);
  *session = (orr_session){0};
}

int orr_cli_load(const orr_invocation *invocation, orr_experiment **out) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_experiment_options options = {.profile = invocation->profile,
                                    .assignments = invocation->assignments,
                                    .assignment_count = invocation->assignment_count,
                                    .seed = invocation->has_seed ? &invocation->seed : NULL};
  orr_status status = orr_experiment_load(invocation->arguments[0], &options, out, diagnostics);
  if (status != ORR_OK) orr_diagnostics_print(diagnostics, stderr, isatty(STDERR_FILENO) != 0);
  orr_diagnostics_destroy(diagnostics);
  return orr_exit_code(status);
}

void orr_cli_folder(const orr_invocation *invocation, const orr_experiment *experiment, char *out,
                    size_t size) {
  if (invocation->out)
    snprintf(out, size, "%s", invocation->out);
  else if (*experiment->profile)
    snprintf(out, size, "out/%s-%s", experiment->id, experiment->profile);
  else
    snprintf(out, size, "out/%s", experiment->id);
}
