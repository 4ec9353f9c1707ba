/* A peer of a benchmark: a child process and two pipes. */
#include "base/memory.h"
#include "cli/bench.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct orr_peer {
  pid_t child;
  FILE *to, *from;
  json_t *identity;
};

static void run_child(const char *const *command, const int in[2], const int out[2]) {
  dup2(in[0], STDIN_FILENO);
  dup2(out[1], STDOUT_FILENO);
  execvp(command[0], (char *const *)command);
  _exit(127);
}

static orr_status start(orr_peer *peer, const char *const *command, orr_error *err) {
  int in[2], out[2]; /* closed in other peers, or this one would not see the end of its input */
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || (peer->child = fork()) < 0) {
    return orr_fail(err, ORR_ERR_SYSTEM, "cannot start '%s': %s", command[0], strerror(errno));
  }
  if (peer->child == 0) run_child(command, in, out);
  close(in[0]);
  close(out[1]);
  peer->to = fdopen(in[1], "w");
  peer->from = fdopen(out[0], "r");
  char line[4096];
  if (peer->to && peer->from && fgets(line, sizeof line, peer->from)) {
    peer->identity = json_loads(line, 0, NULL);
  }
  if (peer->identity) return ORR_OK;
  return orr_fail(err, ORR_ERR_SYSTEM, "'%s %s' does not answer", command[0], command[1]);
}

orr_status orr_peer_start(const char *const *command, orr_peer **out, orr_error *err) {
  orr_peer *peer;
  *out = NULL;
  ORR_TRY(orr_new(&peer, 1, sizeof *peer, err));
  signal(SIGPIPE, SIG_IGN); /* a peer that dies is an answer of 0 */
  orr_status status = start(peer, command, err);
  if (status == ORR_OK)
    *out = peer;
  else
    orr_peer_end(peer);
  return status;
}

void orr_peer_end(orr_peer *peer) {
  if (!peer) return;
  if (peer->to) fclose(peer->to); /* the peer reads the end of its input and leaves */
  if (peer->from) fclose(peer->from);
  if (peer->child > 0) waitpid(peer->child, NULL, 0);
  json_decref(peer->identity);
  orr_free(peer);
}

const json_t *orr_peer_identity(const orr_peer *peer) { return peer->identity; }

double orr_peer_ask(orr_peer *peer, const char *question) {
  double answer = 0.0;
  if (fprintf(peer->to, "%s\n", question) < 0 || fflush(peer->to) != 0) return 0.0;
  return fscanf(peer->from, "%lf", &answer) == 1 ? answer : 0.0;
}
