#include "agents/planner_fields.h"

#include "base/maths.h"
#include "base/memory.h"

#include <string.h>

const char *const orr_planner_kinds[] = {"cem", "icem", NULL};

static const orr_field planner_fields[] = {ORR_PLANNER_FIELDS("64", "5", "8", "0", "{}")};
const orr_record orr_planner_record = {ORR_RECORD("plan", orr_planner_def, planner_fields),
                                       .help = "How an agent searches for actions"};

#define DRAW_CHUNK 16 /* samples per pool task */

/* A plan is searched as `free` numbers, one action per hold, and rolled out as `full` numbers, one
 * action per control step. */
struct orr_planner {
  orr_planner_def def;
  size_t actions, free, full, shift; /* shift: free numbers between two decisions */
  size_t samples, most_elites, most_kept;
  bool restricted, own[ORR_MAX_FIELDS];
  float given[ORR_MAX_FIELDS]; /* what the others do */
  double low[ORR_MAX_FIELDS], high[ORR_MAX_FIELDS], middle[ORR_MAX_FIELDS];
  double *mean, *deviation; /* free */
  float *candidates;        /* samples x free */
  float *plans;             /* samples x full */
  double *costs;            /* samples */
  size_t *elites;           /* numbers of the best candidates, best first */
  size_t elite_count;
  float *kept; /* most_kept x free */
  size_t kept_count;
  float *best, *best_full;
  double best_cost;
  bool warm, decided;
  uint64_t seed;
  uint32_t episode, decision, iteration;
};

/* ---- creation ---- */

static orr_status check(const orr_planner_def *def, size_t actions, size_t block, orr_error *err) {
  if (def->hold < 1 || block % (size_t)def->hold != 0) {
    orr_fail(err, ORR_ERR_CONFIG, "plan.hold is %lld, which does not divide a block of %zu steps",
             (long long)def->hold, block);
    orr_hint(err, "1 or %zu always fits", block);
    return ORR_ERR_CONFIG;
  }
  if (def->horizon < 1 || def->horizon > ORR_MAX_PLAN)
    return orr_fail(err, ORR_ERR_CONFIG, "plan.horizon is %lld; it must lie in 1..%d",
                    (long long)def->horizon, ORR_MAX_PLAN);
  if (def->replan < 1 || def->replan > def->horizon)
    return orr_fail(err, ORR_ERR_CONFIG, "plan.replan is %lld; it must lie in 1..%lld",
                    (long long)def->replan, (long long)def->horizon);
  if (def->samples < 1 || def->iterations < 1 || def->elites < 1 || def->elites > def->samples)
    return orr_fail(err, ORR_ERR_CONFIG, "a planner needs an iteration and 1 <= elites <= samples");
  size_t free = (size_t)def->horizon * (block / (size_t)def->hold) * actions;
  if (free > 100000 || (size_t)def->samples > (size_t)100000000 / (free * (size_t)def->hold))
    return orr_fail(err, ORR_ERR_CONFIG, "%lld samples of plans of %zu numbers are too many",
                    (long long)def->samples, free);
  return ORR_OK;
}

static orr_status create_arrays(orr_planner *planner, orr_error *err) {
  size_t free = planner->free, full = planner->full, samples = planner->samples;
  ORR_TRY(orr_new(&planner->mean, free, sizeof(double), err));
  ORR_TRY(orr_new(&planner->deviation, free, sizeof(double), err));
  ORR_TRY(orr_new(&planner->candidates, samples * free, sizeof(float), err));
  ORR_TRY(orr_new(&planner->plans, samples * full, sizeof(float), err));
  ORR_TRY(orr_new(&planner->costs, samples, sizeof(double), err));
  ORR_TRY(orr_new(&planner->elites, planner->most_elites, sizeof(size_t), err));
  ORR_TRY(orr_new(&planner->kept, planner->most_kept * free + 1, sizeof(float), err));
  ORR_TRY(orr_new(&planner->best, free, sizeof(float), err));
  return orr_new(&planner->best_full, full, sizeof(float), err);
}

orr_status orr_planner_create(const orr_planner_def *def, const orr_space *action, size_t block,
                              orr_planner **out, orr_error *err) {
  orr_planner *planner;
  *out = NULL;
  if (action->count == 0) return orr_fail(err, ORR_ERR_CONFIG, "this world takes no actions");
  ORR_TRY(check(def, action->count, block, err));
  ORR_TRY(orr_new(&planner, 1, sizeof *planner, err));
  planner->def = *def;
  planner->actions = action->count;
  planner->full = (size_t)def->horizon * block * action->count;
  planner->free = planner->full / (size_t)def->hold;
  planner->shift = planner->free / (size_t)def->horizon * (size_t)def->replan;
  planner->samples = (size_t)def->samples;
  planner->most_elites = (size_t)def->elites;
  planner->most_kept = (size_t)(def->keep < def->elites ? def->keep : def->elites);
  if (planner->most_kept > planner->samples - 1) planner->most_kept = planner->samples - 1;
  for (size_t a = 0; a < action->count; a++) {
    double low = action->fields[a].low, high = action->fields[a].high;
    planner->low[a] = low;
    planner->high[a] = high;
    planner->middle[a] = isfinite(low) && isfinite(high) ? 0.5 * (low + high) : 0.0;
  }
  orr_status status = create_arrays(planner, err);
  if (status == ORR_OK)
    *out = planner;
  else
    orr_planner_destroy(planner);
  return status;
}

void orr_planner_destroy(orr_planner *planner) {
  if (!planner) return;
  orr_free(planner->mean);
  orr_free(planner->deviation);
  orr_free(planner->candidates);
  orr_free(planner->plans);
  orr_free(planner->costs);
  orr_free(planner->elites);
  orr_free(planner->kept);
  orr_free(planner->best);
  orr_free(planner->best_full);
  orr_free(planner);
}

void orr_planner_restrict(orr_planner *planner, const bool *own) {
  planner->restricted = true;
  memcpy(planner->own, own, planner->actions * sizeof *own);
}

void orr_planner_give(orr_planner *planner, const float *action) {
  memcpy(planner->given, action, planner->actions * sizeof *action);
}

void orr_planner_reset(orr_planner *planner, uint64_t seed, uint32_t episode) {
  planner->seed = seed;
  planner->episode = episode;
  planner->decision = 0;
  planner->warm = planner->decided = false;
  planner->kept_count = 0;
  planner->elite_count = 0;
}

/* ---- candidates ---- */

static float settled(const orr_planner *planner, size_t number, double value) {
  size_t a = number % planner->actions;
  if (planner->def.clip) value = orr_clamp(value, planner->low[a], planner->high[a]);
  return (float)value;
}

/* One action for each control step; numbers of the others are given. */
static void expand(const orr_planner *planner, const float *from, float *to) {
  size_t bytes = planner->actions * sizeof *to;
  float action[ORR_MAX_FIELDS];
  for (size_t k = 0; k < planner->free; k += planner->actions) {
    memcpy(action, from + k, bytes);
    for (size_t a = 0; planner->restricted && a < planner->actions; a++)
      if (!planner->own[a]) action[a] = planner->given[a];
    for (int64_t step = 0; step < planner->def.hold; step++, to += planner->actions)
      memcpy(to, action, bytes);
  }
}

/* Fills numbers [first, free) with mean + deviation x noise, the noise AR(1) along the plan. */
static void draw(const orr_planner *planner, uint32_t iteration, uint32_t sample, size_t first,
                 float *out) {
  double noise[ORR_MAX_FIELDS] = {0}, rho = planner->def.correlation;
  double fresh = sqrt(1.0 - rho * rho);
  orr_random random = orr_random_at(planner->seed, ORR_PURPOSE_PLAN, planner->episode,
                                    planner->decision, sample, iteration << 16);
  for (size_t k = first; k < planner->free; k++) {
    size_t a = k % planner->actions;
    double normal = orr_random_normal(&random);
    noise[a] = k < first + planner->actions ? normal : rho * noise[a] + fresh * normal;
    out[k] = settled(planner, k, planner->mean[k] + planner->deviation[k] * noise[a]);
  }
}

/* Candidate 0 is the mean, then come the elites kept, then samples. */
static void propose_one(orr_planner *planner, size_t sample) {
  float *candidate = planner->candidates + sample * planner->free;
  if (sample == 0)
    for (size_t k = 0; k < planner->free; k++) candidate[k] = settled(planner, k, planner->mean[k]);
  else if (sample <= planner->kept_count)
    memcpy(candidate, planner->kept + (sample - 1) * planner->free,
           planner->free * sizeof *candidate);
  else
    draw(planner, planner->iteration, (uint32_t)sample, 0, candidate);
  expand(planner, candidate, planner->plans + sample * planner->full);
}

static void propose_chunk(void *context, size_t index, size_t lane) {
  (void)lane;
  orr_planner *planner = context;
  size_t end = (index + 1) * DRAW_CHUNK;
  if (end > planner->samples) end = planner->samples;
  for (size_t s = index * DRAW_CHUNK; s < end; s++) propose_one(planner, s);
}

/* ---- selection and update ---- */

/* The candidates of least finite cost, in order of (cost, number). */
static void select_elites(orr_planner *planner) {
  size_t count = 0;
  for (size_t s = 0; s < planner->samples; s++) {
    double cost = planner->costs[s];
    if (!isfinite(cost)) continue;
    size_t at = count;
    while (at > 0 && planner->costs[planner->elites[at - 1]] > cost) at--;
    if (at == planner->most_elites) continue;
    if (count < planner->most_elites) count++;
    memmove(planner->elites + at + 1, planner->elites + at,
            (count - 1 - at) * sizeof *planner->elites);
    planner->elites[at] = s;
  }
  planner->elite_count = count;
}

static void keep_elites(orr_planner *planner) {
  if (planner->def.kind != ORR_PLANNER_ICEM) return;
  size_t count = planner->elite_count;
  if (count > planner->most_kept) count = planner->most_kept;
  for (size_t i = 0; i < count; i++)
    memcpy(planner->kept + i * planner->free,
           planner->candidates + planner->elites[i] * planner->free,
           planner->free * sizeof *planner->kept);
  planner->kept_count = count;
}

static void remember_best(orr_planner *planner) {
  if (planner->elite_count == 0) return;
  size_t first = planner->elites[0];
  if (!(planner->costs[first] < planner->best_cost)) return;
  planner->best_cost = planner->costs[first];
  memcpy(planner->best, planner->candidates + first * planner->free,
         planner->free * sizeof *planner->best);
}

/* Mean and population deviation of the elites (DINO-WM divides by one less). */
static void refit(orr_planner *planner) {
  if (planner->elite_count == 0) return; /* all diverged: try again around the same mean */
  bool icem = planner->def.kind == ORR_PLANNER_ICEM;
  double old = icem ? planner->def.momentum : 0.0, count = (double)planner->elite_count;
  for (size_t k = 0; k < planner->free; k++) {
    double sum = 0.0, square = 0.0;
    for (size_t i = 0; i < planner->elite_count; i++)
      sum += (double)planner->candidates[planner->elites[i] * planner->free + k];
    double mean = sum / count;
    for (size_t i = 0; i < planner->elite_count; i++) {
      double d = (double)planner->candidates[planner->elites[i] * planner->free + k] - mean;
      square += d * d;
    }
    double deviation = sqrt(square / count);
    planner->mean[k] = old * planner->mean[k] + (1.0 - old) * mean;
    deviation = old * planner->deviation[k] + (1.0 - old) * deviation;
    planner->deviation[k] = orr_max(deviation, planner->def.floor);
  }
}

/* ---- decisions ---- */

static void begin_cold(orr_planner *planner) {
  for (size_t k = 0; k < planner->free; k++)
    planner->mean[k] = planner->middle[k % planner->actions];
  planner->kept_count = 0;
}

/* What was executed leaves; the mean's last action repeats, the kept plans' tails are drawn. */
static void begin_warm(orr_planner *planner) {
  size_t left = planner->free - planner->shift, actions = planner->actions;
  memmove(planner->mean, planner->mean + planner->shift, left * sizeof *planner->mean);
  for (size_t k = left; k < planner->free; k++) planner->mean[k] = planner->mean[k - actions];
  for (size_t i = 0; i < planner->kept_count; i++) {
    float *kept = planner->kept + i * planner->free;
    memmove(kept, kept + planner->shift, left * sizeof *kept);
    draw(planner, (uint32_t)planner->def.iterations, (uint32_t)i, left, kept);
  }
}

static void begin_decision(orr_planner *planner) {
  for (size_t k = 0; k < planner->free; k++) planner->deviation[k] = planner->def.sigma;
  if (planner->warm && planner->shift < planner->free)
    begin_warm(planner);
  else
    begin_cold(planner);
  planner->best_cost = INFINITY;
  for (size_t k = 0; k < planner->free; k++)
    planner->best[k] = settled(planner, k, planner->mean[k]);
}

/* CEM executes its last mean; iCEM the best plan that it has seen in this decision. */
static void choose(orr_planner *planner, orr_dynamics *dynamics) {
  if (planner->def.kind == ORR_PLANNER_CEM)
    for (size_t k = 0; k < planner->free; k++)
      planner->best[k] = settled(planner, k, planner->mean[k]);
  expand(planner, planner->best, planner->best_full);
  if (planner->def.kind == ORR_PLANNER_CEM)
    orr_dynamics_roll(dynamics, NULL, planner->best_full, 1, (size_t)planner->def.horizon,
                      &planner->best_cost);
}

const float *orr_planner_plan(orr_planner *planner, orr_dynamics *dynamics, orr_pool *pool,
                              double *out_cost) {
  size_t chunks = (planner->samples + DRAW_CHUNK - 1) / DRAW_CHUNK;
  begin_decision(planner);
  for (int64_t i = 0; i < planner->def.iterations; i++) {
    planner->iteration = (uint32_t)i;
    orr_pool_run(pool, chunks, propose_chunk, planner);
    orr_dynamics_roll(dynamics, pool, planner->plans, planner->samples,
                      (size_t)planner->def.horizon, planner->costs);
    select_elites(planner);
    remember_best(planner);
    keep_elites(planner);
    refit(planner);
  }
  choose(planner, dynamics);
  planner->warm = planner->decided = true;
  planner->decision++;
  if (out_cost) *out_cost = planner->best_cost;
  return planner->best_full;
}

size_t orr_planner_samples(const orr_planner *planner, const float **out_plans,
                           const double **out_costs) {
  if (out_plans) *out_plans = planner->plans;
  if (out_costs) *out_costs = planner->costs;
  return planner->decided ? planner->samples : 0;
}

const float *orr_planner_best(const orr_planner *planner) {
  return planner->decided ? planner->best_full : NULL;
}

double orr_planner_best_cost(const orr_planner *planner) { return planner->best_cost; }
