#include "sim/reserve.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

orr_status orr_reserve_create(size_t size, orr_reserve *out, orr_error *err) {
  *out = (orr_reserve){0};
  void *bytes =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED) {
    orr_fail(err, ORR_ERR_MEMORY, "cannot reserve %zu MB of address space for a world: %s",
             size >> 20, strerror(errno));
    orr_hint(err, "raise the limit on virtual memory (ulimit -v) or run fewer worlds at once");
    return ORR_ERR_MEMORY;
  }
  *out = (orr_reserve){bytes, size};
  return ORR_OK;
}

void orr_reserve_destroy(orr_reserve *reserve) {
  if (reserve->bytes) munmap(reserve->bytes, reserve->size);
  *reserve = (orr_reserve){0};
}
