/* The event log, and worlds that follow each other by it. */
#include "sim/world_private.h"

#include "base/random.h"

#include <string.h>

orr_event *orr_world_event(const orr_world *world, size_t index) {
  return (orr_event *)(void *)(world->log.bytes + index * world->event_size);
}

/* The next entry, zeroed; NULL when the log is full. */
static orr_event *next_event(orr_world *world, orr_event_kind kind) {
  if (world->core->event_count == world->event_capacity) {
    world->core->log_full = true;
    return NULL;
  }
  orr_event *event = orr_world_event(world, world->core->event_count++);
  memset(event, 0, world->event_size);
  event->kind = kind;
  return event;
}

static void link_event(orr_world *world, orr_event *event) {
  size_t after = sizeof event->chain;
  orr_hash hash = orr_hash_bytes((unsigned char *)event + after, world->event_size - after);
  event->chain = orr_mix64(world->core->chain, hash.low);
  world->core->chain = event->chain;
}

void orr_log_action(orr_world *world, const float *action) {
  orr_event *event = next_event(world, ORR_EVENT_ACTION);
  if (!event) return;
  size_t bytes = world->scenario->action_count * sizeof *action;
  if (bytes) memcpy((unsigned char *)event + offsetof(orr_event, data), action, bytes);
  link_event(world, event);
}

void orr_log_intervention(orr_world *world, const orr_intervention *intervention) {
  orr_event *event = next_event(world, ORR_EVENT_INTERVENTION);
  if (!event) return;
  event->what = (int32_t)intervention->kind;
  event->body = intervention->body;
  memcpy(event->data.value, intervention->value, sizeof event->data.value);
  link_event(world, event);
}

/* Whether what has happened in `dst` is the beginning of what has happened in `src`. */
static bool is_prefix(const orr_world *dst, const orr_world *src) {
  size_t count = dst->core->event_count;
  size_t bytes = src->scenario->parts->start_count * sizeof *src->starts;
  if (!dst->core->begun || dst->core->log_full || count > src->core->event_count) return false;
  if (dst->core->seed != src->core->seed || dst->core->episode != src->core->episode) return false;
  if (memcmp(dst->starts, src->starts, bytes) != 0) return false;
  bytes = src->base->factors.count * sizeof *src->factors;
  if (bytes && memcmp(dst->factors, src->factors, bytes) != 0) return false;
  return count == 0 || orr_world_event(src, count - 1)->chain == dst->core->chain;
}

static void replay(orr_world *dst, const orr_event *event) {
  if (event->kind == ORR_EVENT_ACTION) {
    orr_world_step(dst, (const float *)(const void *)((const unsigned char *)event +
                                                      offsetof(orr_event, data)));
    return;
  }
  orr_intervention what = {(orr_intervention_kind)event->what, event->body, {0}};
  memcpy(what.value, event->data.value, sizeof what.value);
  orr_world_intervene(dst, &what, NULL); /* what broke the source breaks the copy as well */
}

orr_status orr_world_sync(orr_world *dst, const orr_world *src, orr_error *err) {
  if (dst == src) return ORR_OK;
  if (!orr_hash_equal(dst->scenario->identity, src->scenario->identity))
    return orr_fail(err, ORR_ERR_MISMATCH, "a world cannot follow one of another scenario");
  ORR_ASSERT(src->core->begun);
  if (src->core->log_full) {
    orr_fail(err, ORR_ERR_SYSTEM, "the event log is full after %zu events", src->event_capacity);
    orr_hint(err, "set task.time_limit, or begin a new episode earlier");
    return ORR_ERR_SYSTEM;
  }
  if (!is_prefix(dst, src)) {
    size_t factors = src->base->factors.count;
    if (factors) memcpy(dst->factors, src->factors, factors * sizeof *src->factors);
    ORR_TRY(orr_world_prepare(dst, src->core->seed, src->core->episode, err));
    memcpy(dst->starts, src->starts, src->scenario->parts->start_count * sizeof *src->starts);
    ORR_TRY(orr_world_begin(dst, err));
  }
  for (size_t i = dst->core->event_count; i < src->core->event_count; i++)
    replay(dst, orr_world_event(src, i));
  return ORR_OK;
}
