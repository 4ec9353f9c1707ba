/* Counting down to an injected failure; private to base/. */
#ifndef ORR_BASE_INJECT_H
#define ORR_BASE_INJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* `counter` is 0 (never), n > 0 (the n-th call from now, once) or -n (the n-th and all after it).
 * True when this call has to fail. Thread-safe; exactly one caller sees the n-th. */
static inline bool orr_inject(atomic_int_fast64_t *counter) {
  int_fast64_t now = atomic_load_explicit(counter, memory_order_relaxed);
  while (now != 0) {
    if (now == -1) return true;
    int_fast64_t next = now > 0 ? now - 1 : now + 1;
    if (atomic_compare_exchange_weak(counter, &now, next)) return now == 1;
  }
  return false;
}

#endif
