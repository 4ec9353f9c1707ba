#include "sim/vary.h"

#include "base/maths.h"
#include "base/memory.h"
#include "sim/condition.h"

#include <stdio.h>
#include <string.h>

/* --- draws ------------------------------------------------------------------------------------ */

/* Each factor has a stream of its own: one more leaves the others as they were. */
void orr_factors_draw(const orr_scenario *scenario, uint64_t seed, uint32_t episode, double *out) {
  for (size_t i = 0; i < scenario->factors.count; i++) {
    const orr_factor_def *def = orr_factor_at(scenario, i);
    orr_random random = orr_random_at(seed, ORR_PURPOSE_VARIATION, episode, 0, (uint32_t)i, 0);
    if (def->choice.count) {
      out[i] = (double)orr_random_integer(&random, 0, (int64_t)def->choice.count);
      continue;
    }
    out[i] = orr_range_draw(&def->value, &random);
    if (def->value.kind != ORR_RANGE_NORMAL) continue;
    double mean = def->value.values[0], most = ORR_FACTOR_STD * def->value.values[1];
    out[i] = orr_clamp(out[i], mean - most, mean + most);
  }
}

/* --- the sandbox ------------------------------------------------------------------------------ */

typedef struct slot {
  orr_node *node, original;
  char text[32]; /* of a number */
} slot;

struct orr_sandbox {
  const orr_scenario *base;
  orr_config *config;
  slot slots[ORR_MOST_FACTORS];
};

/* Diagnostics of a tree that no person wrote: their places say nothing. */
static orr_status tell(const orr_diagnostics *found, orr_status status, orr_error *err) {
  orr_error first = {0};
  orr_diagnostics_status(found, &first);
  first.message[strcspn(first.message, "\n")] = 0;
  orr_fail(err, status, "%.400s", first.message);
  if (*first.hint) orr_hint(err, "%s", first.hint);
  return status;
}

static orr_status fill(orr_sandbox *sandbox, orr_diagnostics *found) {
  const orr_variation *variation = sandbox->base->variation;
  ORR_TRY(orr_config_parse(variation->text, variation->length, variation->path, &sandbox->config,
                           found));
  for (size_t i = 0; i < sandbox->base->factors.count; i++) {
    const char *path = orr_factor_at(sandbox->base, i)->path;
    sandbox->slots[i].node = orr_node_find(orr_config_root(sandbox->config), path);
    ORR_ASSERT(sandbox->slots[i].node); /* vary_check.c has looked it up */
    sandbox->slots[i].original = *sandbox->slots[i].node;
  }
  return ORR_OK;
}

orr_status orr_sandbox_create(const orr_scenario *base, orr_sandbox **out, orr_error *err) {
  orr_sandbox *sandbox;
  *out = NULL;
  ORR_TRY(orr_new(&sandbox, 1, sizeof *sandbox, err));
  sandbox->base = base;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_status status = found ? fill(sandbox, found) : ORR_ERR_MEMORY;
  if (status == ORR_ERR_MEMORY) orr_fail(err, status, "out of memory");
  if (status == ORR_ERR_CONFIG) tell(found, status, err);
  orr_diagnostics_destroy(found);
  if (status == ORR_OK)
    *out = sandbox;
  else
    orr_sandbox_destroy(sandbox);
  return status;
}

void orr_sandbox_destroy(orr_sandbox *sandbox) {
  if (!sandbox) return;
  orr_config_destroy(sandbox->config);
  orr_free(sandbox);
}

static bool is_place(double value, size_t count) {
  return value >= 0.0 && value < (double)count && value == floor(value);
}

static orr_status set(orr_sandbox *sandbox, size_t index, double value, orr_error *err) {
  const orr_factor_def *def = orr_factor_at(sandbox->base, index);
  slot *to = &sandbox->slots[index];
  *to->node = to->original;
  if (isnan(value)) return ORR_OK;
  if (def->choice.count && !is_place(value, def->choice.count))
    return orr_fail(err, ORR_ERR_CONFIG, "vary.%s is %g, but it has %zu choices", def->name, value,
                    def->choice.count);
  to->node->kind = ORR_NODE_SCALAR;
  to->node->count = to->node->capacity = 0;
  to->node->quoted = def->choice.count > 0;
  snprintf(to->text, sizeof to->text, "%.17g", value);
  to->node->text =
      def->choice.count ? ((const char *const *)def->choice.items)[(size_t)value] : to->text;
  return ORR_OK;
}

/* --- layouts ---------------------------------------------------------------------------------- */

static bool same_fields(const orr_space *a, const orr_space *b) {
  if (a->count != b->count || a->body_count != b->body_count || a->meaning != b->meaning)
    return false;
  for (size_t i = 0; i < a->body_count; i++)
    if (a->bodies[i].role != b->bodies[i].role) return false;
  for (size_t i = 0; i < a->count; i++) {
    const orr_space_field *x = &a->fields[i], *y = &b->fields[i];
    bool same = strcmp(x->name, y->name) == 0 && strcmp(x->unit, y->unit) == 0 &&
                x->quantity == y->quantity && x->body == y->body;
    if (!same) return false;
  }
  return true;
}

static bool same_agents(const orr_parts *a, const orr_parts *b) {
  if (a->agent_count != b->agent_count) return false;
  for (size_t i = 0; i < a->agent_count; i++)
    if (strcmp(a->agents[i], b->agents[i]) != 0) return false;
  return true;
}

/* What a running world has arrays for; sizes, poses, masses and colours are free. */
static bool same_layout(const orr_scenario *a, const orr_scenario *b) {
  return a->world.engine == b->world.engine && a->stride == b->stride &&
         a->parts->file_count == b->parts->file_count &&
         a->parts->start_count == b->parts->start_count &&
         a->parts->outline_count == b->parts->outline_count &&
         a->parts->joint_count == b->parts->joint_count &&
         a->parts->actuator_count == b->parts->actuator_count &&
         a->parts->task->term_count == b->parts->task->term_count &&
         memcmp(a->parts->moving_of, b->parts->moving_of,
                a->parts->file_count * sizeof *a->parts->moving_of) == 0 &&
         same_agents(a->parts, b->parts) && same_fields(&a->state, &b->state) &&
         same_fields(&a->action, &b->action);
}

static orr_status read_variant(orr_sandbox *sandbox, orr_scenario **out, orr_error *err) {
  orr_diagnostics *found = orr_diagnostics_create();
  if (!found) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_status status = orr_scenario_read_variant(sandbox->config, sandbox->base, out, found);
  if (status != ORR_OK) tell(found, status, err);
  orr_diagnostics_destroy(found);
  ORR_TRY(status);
  if (same_layout(sandbox->base, *out)) return ORR_OK;
  orr_scenario_destroy(*out);
  *out = NULL;
  return orr_fail(err, ORR_ERR_CONFIG, "the state or the action would be another");
}

orr_status orr_sandbox_make(orr_sandbox *sandbox, const double *factors, orr_scenario **out,
                            orr_error *err) {
  *out = NULL;
  for (size_t i = 0; i < sandbox->base->factors.count; i++)
    ORR_TRY(set(sandbox, i, factors[i], err));
  return read_variant(sandbox, out, err);
}
