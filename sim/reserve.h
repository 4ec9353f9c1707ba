/* Reserved address space: large, private, zero; a page costs memory once it is touched.
 * The engine's arena, snapshots and event logs live in such ranges: they can grow inside a step
 * without a heap allocation and without moving. */
#ifndef ORR_SIM_RESERVE_H
#define ORR_SIM_RESERVE_H

#include "base/error.h"
#include <stddef.h>

typedef struct orr_reserve {
  unsigned char *bytes;
  size_t size;
} orr_reserve;

orr_status orr_reserve_create(size_t size, orr_reserve *out, orr_error *err);
void orr_reserve_destroy(orr_reserve *reserve); /* zeroes the struct */

#endif
