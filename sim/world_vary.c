/* The variant that an episode runs on. */
#include "sim/world_private.h"

#include "base/memory.h"

#include <string.h>

void orr_variant_share(orr_variant **to, orr_variant *from) {
  orr_variant *old = *to;
  if (old == from) return;
  if (from) from->users++;
  *to = from;
  if (!old || --old->users > 0) return;
  orr_scenario_destroy(old->scenario);
  orr_free(old);
}

void orr_world_bind(orr_world *world, orr_variant *variant) {
  if (world->variant == variant) return;
  const orr_scenario *scenario = variant ? variant->scenario : world->base;
  world->scenario = scenario;
  world->table->bind(world->engine, scenario); /* before the old one may go */
  orr_variant_share(&world->variant, variant);
}

static bool fits(const orr_world *world) {
  size_t bytes = world->base->factors.count * sizeof *world->factors;
  return world->variant && memcmp(world->variant->factors, world->factors, bytes) == 0;
}

orr_status orr_world_vary(orr_world *world, orr_error *err) {
  if (world->base->factors.count == 0 || fits(world)) return ORR_OK;
  orr_variant *made, *held = NULL;
  ORR_TRY(orr_new(&made, 1, sizeof *made, err));
  memcpy(made->factors, world->factors, world->base->factors.count * sizeof *made->factors);
  orr_status status = orr_sandbox_make(world->sandbox, made->factors, &made->scenario, err);
  if (status != ORR_OK) {
    orr_free(made);
    return status;
  }
  orr_variant_share(&held, made);
  orr_world_bind(world, made);
  orr_variant_share(&held, NULL);
  return ORR_OK;
}
