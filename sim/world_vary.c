/* The variant that an episode runs on. */
#include "sim/world_private.h"

#include "base/memory.h"

#include <string.h>

static void destroy(orr_variant *variant) {
  variant->table->destroy(variant->engine);
  orr_scenario_destroy(variant->scenario);
  orr_free(variant);
}

void orr_variant_share(orr_variant **to, orr_variant *from) {
  orr_variant *old = *to;
  if (old == from) return;
  if (from) from->users++;
  *to = from;
  if (old && --old->users == 0) destroy(old);
}

void orr_world_bind(orr_world *world, orr_variant *variant) {
  world->scenario = variant ? variant->scenario : world->base;
  world->engine = variant ? variant->engine : world->base_engine;
  orr_variant_share(&world->variant, variant);
}

static bool fits(const orr_world *world) {
  size_t bytes = world->base->factors.count * sizeof *world->factors;
  return world->variant && memcmp(world->variant->factors, world->factors, bytes) == 0;
}

size_t orr_world_image_limit(const orr_world *world) {
  const orr_variation *variation = world->base->variation;
  return variation ? 2 * variation->save_limit : world->table->save_limit(world->base_engine);
}

/* What an engine saves may depend on sizes: a snapshot has room for twice what the ends need. */
static orr_status check_image(const orr_world *world, const orr_variant *made, orr_error *err) {
  size_t most = orr_world_image_limit(world), size = world->table->save_limit(made->engine);
  if (size <= most) return ORR_OK;
  return orr_fail(err, ORR_ERR_CONFIG, "this world needs %zu bytes to be saved, at most %zu fit",
                  size, most);
}

static orr_status make(const orr_world *world, orr_variant *out, orr_error *err) {
  out->table = world->table;
  memcpy(out->factors, world->factors, world->base->factors.count * sizeof *out->factors);
  ORR_TRY(orr_sandbox_make(world->sandbox, out->factors, &out->scenario, err));
  ORR_TRY(world->table->create(out->scenario, &out->engine, err));
  return check_image(world, out, err);
}

orr_status orr_world_vary(orr_world *world, orr_error *err) {
  if (world->base->factors.count == 0 || fits(world)) return ORR_OK;
  orr_variant *made;
  ORR_TRY(orr_new(&made, 1, sizeof *made, err));
  orr_status status = make(world, made, err);
  if (status == ORR_OK)
    orr_world_bind(world, made);
  else
    destroy(made);
  return status;
}
