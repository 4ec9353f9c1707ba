#include "sim/engine.h"

/* By orr_engine_kind. */
static const orr_engine_table *const engines[] = {&orr_engine_chipmunk, &orr_engine_mujoco};

const orr_engine_table *orr_engine_of(const orr_scenario *scenario) {
  return engines[scenario->world.engine];
}

const char *orr_engine_library(orr_engine_kind engine) { return engines[engine]->library(); }
