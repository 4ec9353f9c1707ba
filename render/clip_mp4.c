/* MP4: raw pictures go down a socket to an ffmpeg process, which writes the temporary file. */
#include "base/memory.h"
#include "render/clip_private.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define COMPLAINT 400 /* bytes of what ffmpeg said that are shown */

typedef struct mp4_state {
  pid_t process; /* 0: none */
  int pictures;  /* our end of its standard input; -1: closed */
  int said;      /* a file without a name that takes its messages, so that it never waits for us */
  uint8_t *even; /* a picture of even sides: H.264 halves its colours' */
  int width, height;
} mp4_state;

/* Its last words. */
static void read_complaint(const mp4_state *state, char out[COMPLAINT + 1]) {
  off_t size = lseek(state->said, 0, SEEK_END);
  ssize_t got = pread(state->said, out, COMPLAINT, size > COMPLAINT ? size - COMPLAINT : 0);
  size_t length = got > 0 ? (size_t)got : 0;
  while (length && (out[length - 1] == '\n' || out[length - 1] == ' ')) length--;
  out[length] = '\0';
  for (char *c = out; *c; c++)
    if ((unsigned char)*c < 32) *c = ' ';
}

/* Closes its input and waits for it. True when all was well. */
static bool wait_for(mp4_state *state) {
  int how = 0;
  if (state->pictures >= 0) close(state->pictures);
  state->pictures = -1;
  while (waitpid(state->process, &how, 0) < 0)
    if (errno != EINTR) break;
  state->process = 0;
  return WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static orr_status refuse(const orr_clip *clip, orr_error *err) {
  char said[COMPLAINT + 1];
  read_complaint(clip->state, said);
  orr_fail(err, ORR_ERR_SYSTEM, "ffmpeg could not write '%s'%s%s", clip->path, *said ? ": " : "",
           said);
  orr_hint(err, "A .webp or a .gif needs no ffmpeg.");
  return ORR_ERR_SYSTEM;
}

static orr_status missing(int error, orr_error *err) {
  orr_fail(err, ORR_ERR_SYSTEM, "MP4 needs the program ffmpeg, which cannot be started: %s",
           strerror(error));
  orr_hint(err, "Install ffmpeg (Debian: apt-get install ffmpeg), or write a .webp or a .gif.");
  return ORR_ERR_SYSTEM;
}

/* Starts it with `input` and `state->said` as its standard streams; 0 or an error number. It is in
 * a group of its own, so that Ctrl-C is ours alone. */
static int start(mp4_state *state, char *const arguments[], int input) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t how;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, state->said, 1);
  posix_spawn_file_actions_adddup2(&actions, state->said, 2);
  posix_spawnattr_init(&how);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&how, 0);
  int error = posix_spawnp(&state->process, "ffmpeg", &actions, &how, arguments, environ);
  if (error) state->process = 0;
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* Its command line: H.264 for any player. One thread and no version numbers in the file, so that
 * the same pictures give the same bytes. */
static int run(const orr_clip *clip, int input) {
  mp4_state *state = clip->state;
  char size[32], rate[32], factor[16], out[ORR_PATH + 8], line[1024];
  snprintf(size, sizeof size, "%dx%d", state->width, state->height);
  snprintf(rate, sizeof rate, "%.9g", clip->frames_per_second);
  snprintf(factor, sizeof factor, "%.1f", 38.0 - 0.25 * clip->options.quality);
  snprintf(out, sizeof out, "file:%s", orr_file_temporary(clip->file));
  snprintf(line, sizeof line,
           "ffmpeg -hide_banner -loglevel error -nostdin -f rawvideo -pix_fmt rgb24 -s %s -r %s "
           "-i pipe:0 -an "
           "-vf scale=out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int,format=yuv420p "
           "-colorspace bt709 -color_primaries bt709 -color_trc bt709 "
           "-c:v libx264 -preset medium -tune animation -crf %s -threads 1 "
           "-map_metadata -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart -f mp4 -y",
           size, rate, factor);
  char *arguments[64], *rest = line;
  size_t count = 0;
  for (char *word; (word = strsep(&rest, " ")) != NULL;) arguments[count++] = word;
  arguments[count++] = out; /* may hold spaces */
  arguments[count] = NULL;
  ORR_ASSERT(count < sizeof arguments / sizeof *arguments);
  return start(state, arguments, input);
}

static orr_status begin(orr_clip *clip, orr_error *err) {
  mp4_state *state;
  int ends[2];
  ORR_TRY(orr_new(&state, 1, sizeof *state, err));
  clip->state = state;
  state->pictures = state->said = -1;
  state->width = clip->width + clip->width % 2;
  state->height = clip->height + clip->height % 2;
  ORR_TRY(orr_new(&state->even, (size_t)state->width * (size_t)state->height, 3, err));
  state->said = memfd_create("ffmpeg", MFD_CLOEXEC);
  if (state->said < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
    return orr_fail(err, ORR_ERR_SYSTEM, "cannot talk to ffmpeg: %s", strerror(errno));
  state->pictures = ends[0];
  int error = run(clip, ends[1]);
  close(ends[1]);
  return error ? missing(error, err) : ORR_OK;
}

/* Repeats the last column and row where a side is odd. */
static void make_even(const mp4_state *state, const orr_image *image) {
  size_t from = 3 * (size_t)image->width, to = 3 * (size_t)state->width;
  for (int y = 0; y < state->height; y++) {
    int row = y < image->height ? y : image->height - 1;
    uint8_t *out = state->even + (size_t)y * to;
    memcpy(out, image->pixels + (size_t)row * from, from);
    if (to > from) memcpy(out + from, out + from - 3, 3);
  }
}

static orr_status add(orr_clip *clip, const orr_image *image, orr_error *err) {
  mp4_state *state = clip->state;
  make_even(state, image);
  size_t left = 3 * (size_t)state->width * (size_t)state->height;
  for (const uint8_t *at = state->even; left;) {
    ssize_t sent = send(state->pictures, at, left, MSG_NOSIGNAL); /* no SIGPIPE when it has died */
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      wait_for(state);
      return refuse(clip, err);
    }
    at += sent;
    left -= (size_t)sent;
  }
  return ORR_OK;
}

static orr_status finish(orr_clip *clip, orr_error *err) {
  mp4_state *state = clip->state;
  /* Some versions say that the disk is full, and then that all is well. */
  bool good = wait_for(state) && lseek(state->said, 0, SEEK_END) == 0;
  return good && orr_file_size(orr_file_temporary(clip->file)) > 0 ? ORR_OK : refuse(clip, err);
}

static void end(orr_clip *clip) {
  mp4_state *state = clip->state;
  if (!state) return;
  if (state->process) kill(state->process, SIGKILL), wait_for(state);
  if (state->pictures >= 0) close(state->pictures);
  if (state->said >= 0) close(state->said);
  orr_free(state->even);
  orr_free(state);
}

const orr_clip_writer orr_clip_mp4 = {".mp4", 16384, 240.0, begin, add, finish, end};
