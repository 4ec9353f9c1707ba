/* The table and the JSON of `orrery validate --physics`. */
#include "cli/physics.h"
#include "base/memory.h"
#include "sim/validate.h"
#include "sim/world.h"
#include <math.h>

static void say_numbers(const char *path, const orr_numerics *n) {
  double time = orr_numerics_time(n);
  printf("%s: %s%s%s, dt %g s, %lld iterations, ", path, n->engine, n->integrator[0] ? " " : "",
         n->integrator, n->dt, (long long)n->iterations);
  if (n->contact_time > 0.0)
    printf("contacts of %g s and damping ratio %g\n", n->contact_time, n->contact_damping);
  else
    printf("slop %g %s, bias %.3g\n", n->slop, n->unit, n->bias);
  printf("  a typical body measures %.4g %s (root of the median area): `size`\n", n->size, n->unit);
  if (n->gravity_given)
    printf("  gravity is %.4g %s/s^2", n->gravity, n->unit);
  else
    printf("  the file has no gravity: taken as %.4g %s/s^2%s", n->gravity, n->unit,
           n->unit[0] == 'p' ? ", as if `size` were 1 m" : "");
  printf("; unit of time T = sqrt(size / gravity) = %.3g s = %.3g dt\n\n", time, time / n->dt);
}

/* "-" where no number came out. */
static void number(char *out, size_t size, double value) {
  if (isfinite(value))
    snprintf(out, size, "%.3g", value);
  else
    snprintf(out, size, "-");
}

static void say_verdict(char *out, size_t size, const orr_validation *v) {
  if (v->verdict != ORR_VERDICT_OFF)
    snprintf(out, size, "%s", orr_verdict_names[v->verdict]);
  else if (!isfinite(v->error))
    snprintf(out, size, "off: no number");
  else
    snprintf(out, size, "off by %.3g", v->error);
}

static void say_results(const orr_validation *results, size_t count) {
  printf("%-19s %10s %10s %10s %9s %6s %6s  %s\n", "experiment", "at", "measured", "law", "error",
         "fine", "weak", "verdict");
  for (size_t i = 0; i < count; i++) {
    const orr_validation *v = &results[i];
    char cells[4][24], verdict[40];
    say_verdict(verdict, sizeof verdict, v);
    if (v->verdict == ORR_VERDICT_NOT_OFFERED) {
      printf("%-19s %48s %6s %6s  %s\n", v->law->name, "", "", "", verdict);
    } else {
      const orr_law_point *worst = &v->points[v->worst];
      number(cells[0], sizeof cells[0], worst->x);
      number(cells[1], sizeof cells[1], worst->measured);
      number(cells[2], sizeof cells[2], worst->law);
      number(cells[3], sizeof cells[3], v->error);
      printf("%-19s %10s %10s %10s %9s %6g %6g  %s\n", v->law->name, cells[0], cells[1], cells[2],
             cells[3], v->law->fine, v->law->weak, verdict);
    }
    if (v->note[0]) printf("%-19s   %s\n", "", v->note);
  }
}

/* The tally, and of all that is not fine what its columns are and what is known to be behind it. */
static void say_laws(const orr_validation *results, size_t count) {
  size_t tally[4] = {0};
  for (size_t i = 0; i < count; i++) tally[results[i].verdict]++;
  printf("\n%zu fine, %zu weak, %zu off, %zu not offered; shown is the worst point of each.\n",
         tally[ORR_VERDICT_FINE], tally[ORR_VERDICT_WEAK], tally[ORR_VERDICT_OFF],
         tally[ORR_VERDICT_NOT_OFFERED]);
  for (size_t i = 0; i < count; i++) {
    const orr_validation *v = &results[i];
    if (v->verdict == ORR_VERDICT_FINE || v->verdict == ORR_VERDICT_NOT_OFFERED) continue;
    printf("\n%s: %s\n  law      %s  [%s]\n  at       %s\n  measured %s\n  error    %s\n",
           v->law->name, v->law->title, v->law->formula, v->law->source, v->law->x, v->law->y,
           v->law->measure);
    if (v->law->weakness[0]) printf("  because  %s\n", v->law->weakness);
  }
}

static json_t *real_or_null(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *points_json(const orr_validation *v) {
  json_t *points = json_array();
  for (size_t i = 0; i < v->count; i++) {
    const orr_law_point *p = &v->points[i];
    json_array_append_new(points,
                          json_pack("[o, o, o, o]", real_or_null(p->x), real_or_null(p->measured),
                                    real_or_null(p->law), real_or_null(p->error)));
  }
  return points;
}

static json_t *result_json(const orr_validation *v) {
  const orr_law *law = v->law;
  bool offered = v->verdict != ORR_VERDICT_NOT_OFFERED;
  json_t *json =
      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "name", law->name, "title",
                law->title, "formula", law->formula, "source", law->source, "x", law->x, "y",
                law->y, "measure", law->measure, "order", law->order, "weakness", law->weakness);
  json_object_set_new(json, "fine", json_real(law->fine));
  json_object_set_new(json, "weak", json_real(law->weak));
  json_object_set_new(json, "verdict", json_string(orr_verdict_names[v->verdict]));
  json_object_set_new(json, "error", offered ? real_or_null(v->error) : json_null());
  json_object_set_new(json, "worst", offered ? json_integer((json_int_t)v->worst) : json_null());
  json_object_set_new(json, "note", json_string(v->note));
  json_object_set_new(json, "points", points_json(v)); /* x, measured, law, error */
  return json;
}

static void fill_json(json_t *json, const orr_numerics *n, const orr_validation *results,
                      size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(list, result_json(&results[i]));
  json_t *numerics = json_pack("{s:s, s:s, s:s, s:f, s:I, s:f, s:f, s:f, s:f, s:b, s:f}", "engine",
                               n->engine, "integrator", n->integrator, "unit", n->unit, "dt", n->dt,
                               "iterations", (json_int_t)n->iterations, "slop", n->slop, "bias",
                               n->bias, "size", n->size, "gravity", n->gravity, "gravity_given",
                               n->gravity_given, "time", orr_numerics_time(n));
  json_object_set_new(numerics, "contact_time", json_real(n->contact_time));
  json_object_set_new(numerics, "contact_damping", json_real(n->contact_damping));
  json_object_set_new(json, "physics",
                      json_pack("{s:o, s:o}", "numerics", numerics, "experiments", list));
}

int orr_cli_physics(const orr_invocation *invocation, const char *path,
                    const orr_scenario *scenario, json_t *json) {
  size_t count;
  orr_laws(&count);
  orr_numerics numerics;
  orr_numerics_of(scenario, &numerics);
  orr_validation *results = NULL;
  orr_session session = {0};
  orr_error err = {0};
  orr_status status = orr_new(&results, count, sizeof *results, &err);
  if (status == ORR_OK) status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) {
    if (session.progress) orr_progress_stage(session.progress, "physics");
    status = orr_validate_all(&numerics, &session.control, results, &err);
  }
  orr_session_end(&session);
  if (status == ORR_OK && invocation->json) {
    fill_json(json, &numerics, results, count);
  } else if (status == ORR_OK) {
    say_numbers(path, &numerics);
    if (scenario->world.mjcf)
      printf(
          "  of the MJCF file dt alone is taken over: not its integrator, gravity, contacts\n\n");
    say_results(results, count);
    say_laws(results, count);
  }
  orr_free(results);
  return status == ORR_OK ? 0 : orr_cli_fail(&err);
}
