/* Exact saves: copies of the world's block, its log and the engine's memory. */
#include "sim/world_private.h"

#include "base/memory.h"

#include <string.h>

static size_t events_at(const orr_world *world) { return (world->block_size + 63) / 64 * 64; }

static size_t image_at(const orr_world *world) {
  return (events_at(world) + world->event_size * world->event_capacity + 4095) / 4096 * 4096;
}

orr_status orr_snapshot_create(orr_world *world, orr_snapshot **out, orr_error *err) {
  orr_snapshot *snapshot;
  *out = NULL;
  ORR_TRY(orr_new(&snapshot, 1, sizeof *snapshot, err));
  snapshot->world = world;
  snapshot->event_count = SIZE_MAX;
  size_t size = image_at(world) + orr_world_image_limit(world);
  orr_status status = orr_reserve_create(size, &snapshot->memory, err);
  if (status == ORR_OK)
    *out = snapshot;
  else
    orr_free(snapshot);
  return status;
}

void orr_snapshot_destroy(orr_snapshot *snapshot) {
  if (!snapshot) return;
  orr_variant_share(&snapshot->variant, NULL);
  orr_reserve_destroy(&snapshot->memory);
  orr_free(snapshot);
}

static uint64_t chain_at(const unsigned char *events, size_t event_size, size_t index) {
  uint64_t chain;
  memcpy(&chain, events + index * event_size, sizeof chain);
  return chain;
}

/* Makes the first `count` entries of a log those of another. Entries that agree stay: chains agree
 * up to some entry and differ from there on, so a bisection finds the first that differs. */
static void copy_log(unsigned char *to, size_t to_count, const unsigned char *from, size_t count,
                     size_t event_size) {
  size_t low = 0, high = count < to_count ? count : to_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    bool same = chain_at(to, event_size, middle) == chain_at(from, event_size, middle);
    if (same)
      low = middle + 1;
    else
      high = middle;
  }
  memcpy(to + low * event_size, from + low * event_size, (count - low) * event_size);
}

void orr_world_save(orr_world *world, orr_snapshot *snapshot) {
  ORR_ASSERT(snapshot->world == world && world->core->begun);
  unsigned char *bytes = snapshot->memory.bytes;
  size_t known = snapshot->event_count == SIZE_MAX ? 0 : snapshot->event_count;
  memcpy(bytes, world->block, world->block_size);
  copy_log(bytes + events_at(world), known, world->log.bytes, world->core->event_count,
           world->event_size);
  snapshot->event_count = world->core->event_count;
  orr_variant_share(&snapshot->variant, world->variant);
  world->table->save(world->engine, bytes + image_at(world));
}

void orr_world_restore(orr_world *world, const orr_snapshot *snapshot) {
  ORR_ASSERT(snapshot->world == world && snapshot->event_count != SIZE_MAX);
  const unsigned char *bytes = snapshot->memory.bytes;
  copy_log(world->log.bytes, world->core->event_count, bytes + events_at(world),
           snapshot->event_count, world->event_size);
  memcpy(world->block, bytes, world->block_size);
  orr_world_bind(world, snapshot->variant);
  world->table->restore(world->engine, bytes + image_at(world));
}

/* Seed, episode and log tell where a state came from, not what comes next: they are left out. */
orr_hash orr_world_hash(const orr_world *world) {
  const orr_core *core = world->core;
  size_t after_core = (size_t)((unsigned char *)world->state - world->block);
  const struct {
    int64_t steps, held;
    uint32_t success, contact;
    int64_t end;
    double reward, coverage;
  } words = {core->steps, core->held,   core->success, core->contact,
             core->end,   core->reward, core->coverage};
  orr_hash hash = orr_hash_bytes(&words, sizeof words);
  orr_hash arrays = orr_hash_bytes(world->block + after_core, world->block_size - after_core);
  hash = orr_hash_join(hash, arrays);
  if (core->begun && core->end != ORR_DIVERGED)
    hash = orr_hash_join(hash, world->table->hash(world->engine));
  return hash;
}
