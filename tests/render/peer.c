#include "peer.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double cpu_rate;

double peer_rate(peer_draw_fn *draw, void *context, double seconds) {
  size_t count = 0;
  draw(context, 0);
  double cpu = orr_cpu_seconds(), begun = orr_seconds(), passed;
  do {
    draw(context, count++);
    passed = orr_seconds() - begun;
  } while (passed < seconds);
  cpu_rate = (double)count / (orr_cpu_seconds() - cpu);
  return (double)count / passed;
}

int peer_run(json_t *identity, peer_answer_fn *answer, void *context) {
  char question[8192];
  json_dumpf(identity, stdout, JSON_COMPACT);
  json_decref(identity);
  putchar('\n');
  fflush(stdout);
  while (fgets(question, sizeof question, stdin)) {
    question[strcspn(question, "\n")] = '\0';
    printf("%.17g\n", strcmp(question, "cpu") == 0 ? cpu_rate : answer(context, question));
    fflush(stdout);
  }
  return 0;
}

const json_t *peer_array(const char *path, const char *key, json_t **out_file) {
  json_error_t error;
  *out_file = json_load_file(path, 0, &error);
  const json_t *array = json_object_get(*out_file, key);
  if (json_array_size(array) > 0) return array;
  fprintf(stderr, "%s: no list '%s' %s\n", path, key, *out_file ? "in it" : error.text);
  exit(1);
}
