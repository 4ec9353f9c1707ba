/* Any bytes as a manifest of pairs: what the reader accepts is replayable to the last number and
 * can be cut. */
#include "base/memory.h"
#include "eval/protocol_private.h"
#include "tests/fuzz/sealed.h"
#include <math.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const orr_pairs *pairs) {
  require(pairs->count > 0 && pairs->removed <= pairs->considered);
  require(strlen(pairs->rule) + strlen(pairs->scenario) + strlen(pairs->definition) > 0);
  for (size_t i = 0; i < pairs->count; i++) {
    const orr_pair *p = &pairs->items[i];
    size_t numbers = (size_t)(p->start + pairs->goal_offset) * pairs->action_count;
    require(p->action_offset + numbers <= pairs->number_count);
    for (size_t k = 0; k < numbers; k++) require(isfinite(pairs->actions[p->action_offset + k]));
    require(isfinite(p->motion[0]) && isfinite(p->motion[1]));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  int fd = make_file(data, size);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  orr_pairs *pairs;
  orr_error err = {0};
  orr_status status = orr_pairs_read(path, &pairs, &err);
  if (status == ORR_OK) {
    read_all(pairs);
    orr_pairs_cut(pairs, pairs->count - 1);
    require(orr_hash_equal(pairs->hash, orr_pairs_hash(pairs)));
    orr_pairs_destroy(pairs);
  } else {
    require(err.status == status && err.message[0] && !pairs);
  }
  close(fd);
  return 0;
}
