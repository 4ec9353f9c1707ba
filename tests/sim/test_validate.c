/* Physics validation: laws are right, verdicts react, nothing depends on threads or units. */
#include "sim_test.h"

#include "base/maths.h"
#include "base/pool.h"
#include "sim/validate.h"

#include <stdlib.h>
#include <string.h>

/* A body of a metre, in fine substeps, and in usual ones. */
static const orr_numerics metre = {.engine = "chipmunk",
                                   .integrator = "",
                                   .unit = "m",
                                   .dt = 0.002,
                                   .iterations = 10,
                                   .slop = 0.005,
                                   .bias = 0.0017970074436457143,
                                   .size = 1.0,
                                   .gravity = 9.81,
                                   .gravity_given = true};

static const orr_numerics usual = {.engine = "chipmunk",
                                   .integrator = "",
                                   .unit = "m",
                                   .dt = 0.01,
                                   .iterations = 10,
                                   .slop = 0.005,
                                   .bias = 0.0017970074436457143,
                                   .size = 1.0,
                                   .gravity = 9.81,
                                   .gravity_given = true};

static orr_validation validate(const char *name, const orr_numerics *numerics) {
  orr_validation out;
  const orr_law *law = orr_law_find(name);
  assert_non_null(law);
  assert_int_equal(orr_validate(law, numerics, NULL, &out, NULL), ORR_OK);
  return out;
}

static const orr_law_point *point_at(const orr_validation *v, double x) {
  for (size_t i = 0; i < v->count; i++)
    if (fabs(v->points[i].x - x) < 1e-9) return &v->points[i];
  fail_msg("%s has no point at %g", v->law->name, x);
  return NULL;
}

/* Numbers from elsewhere: tables of elliptic integrals, of sines, by hand. */
static void laws_give_the_numbers_of_the_books(void **context) {
  (void)context;
  static const struct {
    const char *name;
    double x, law;
  } known[] = {
      {"projectile", 45, 9.0},
      {"projectile", 60, 7.794228634},
      {"pendulum", 5, 9.0235379 * 1.000476},   /* of 1 + a^2 / 16 + .. */
      {"pendulum", 90, 9.0235379 * 1.1803406}, /* 2 K(sin 45 deg) / pi, K = 1.8540747 */
      {"pendulum", 120, 9.0235379 * 1.3728805},
      {"pendulum", 150, 9.0235379 * 1.7622037},
      {"cart_pole", 1.0, 6.4765592}, /* 2 pi sqrt(4.25 / 4) */
      {"bounce", 0.5, 0.25},
      {"bounce", 1.0, 1.0},
      {"oblique", 0.5, 30.0},
      {"oblique", 0.8, 53.130102},
      {"braking", 0.4, 5.0},
      {"slip_angle", 0.5, 26.565051},
      {"tipping", 1.0, 45.0},
      {"rolling", 45, 0.47140452},
      {"rolling", 15, 0.17254603},
      {"plastic", 3.0, 0.25},
      {"bar", 0.0, 0.0},
      {"bar", 0.8, -2.4365482}, /* J = 4 / (2 + 0.64 / 0.33666667) = 1.0253807 */
      {"chain_touching", 5, 1.0},
      {"chain_apart", 0, 0.0},
      {"tower", 10, 0.0},
      {"hanging_chain", 100, 1.0},
      {"elastic_bounces", 20, 1.0},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    orr_validation v = validate(known[i].name, &usual);
    double law = point_at(&v, known[i].x)->law;
    if (fabs(law - known[i].law) > 1e-6 * (1.0 + fabs(law)))
      fail_msg("%s at %g: %.9g, not %.9g", known[i].name, known[i].x, law, known[i].law);
  }
}

typedef void slope_fn(const double *y, double *out);

/* y' = f(y) in `size` numbers, classical Runge-Kutta, 4,000 steps. */
static void integrate(slope_fn *f, size_t size, double *y, double until) {
  double h = until / 4000.0, k[4][4], z[4];
  for (int step = 0; step < 4000; step++) {
    f(y, k[0]);
    for (int s = 1; s < 4; s++) {
      double part = s == 3 ? h : 0.5 * h;
      for (size_t i = 0; i < size; i++) z[i] = y[i] + part * k[s - 1][i];
      f(z, k[s]);
    }
    for (size_t i = 0; i < size; i++)
      y[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
  }
}

static void falling(const double *y, double *out) {
  out[0] = y[1];
  out[1] = 1.0;
}
static void dragged(const double *y, double *out) {
  out[0] = y[1];
  out[1] = -0.5 * y[1];
}
/* Frequency 2, a tenth of the critical damping. */
static void sprung(const double *y, double *out) {
  out[0] = y[1];
  out[1] = -4.0 * y[0] - 0.4 * y[1];
}
/* Speed first: a fall against resistance v^2. */
static void resisted(const double *y, double *out) {
  out[0] = 1.0 - y[0] * fabs(y[0]);
  out[1] = 0.0;
}
/* Place and velocity in the plane, pulled to the origin with 1 / r^2. */
static void attracted(const double *y, double *out) {
  double r = hypot(y[0], y[1]);
  out[0] = y[2];
  out[1] = y[3];
  out[2] = -y[0] / (r * r * r);
  out[3] = -y[1] / (r * r * r);
}
/* Speed and rim speed of a disc: friction 0.2 slows the one and drives the other twice as fast. */
static void rubbed(const double *y, double *out) {
  bool slides = y[0] > y[1];
  out[0] = slides ? -0.2 : 0.0;
  out[1] = slides ? 0.4 : 0.0;
}

static void laws_solve_their_equations(void **context) {
  (void)context;
  static const struct {
    const char *name;
    slope_fn *f;
    double start[2], tolerance;
  } known[] = {{"free_fall", falling, {0.0, 0.0}, 1e-9},
               {"damping", dragged, {0.0, 1.0}, 1e-9},
               {"spring", sprung, {1.0, 0.0}, 1e-9},
               {"air", resisted, {0.0, 0.0}, 1e-9},
               {"sliding_to_rolling", rubbed, {2.0, 0.0}, 2e-3}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    orr_validation v = validate(known[i].name, &usual);
    assert_true(v.count >= 15);
    for (size_t p = 0; p < v.count; p++) {
      double y[2] = {known[i].start[0], known[i].start[1]};
      integrate(known[i].f, 2, y, v.points[p].x);
      assert_float_equal(v.points[p].law, y[0], known[i].tolerance);
    }
  }
}

static void the_orbit_solves_its_equation(void **context) {
  (void)context;
  orr_validation v = validate("orbit", &usual);
  assert_true(v.count >= 30);
  for (size_t p = 0; p < v.count; p++) {
    double y[4] = {1.0, 0.0, 0.0, sqrt(1.5)};
    integrate(attracted, 4, y, v.points[p].x);
    assert_float_equal(v.points[p].law, hypot(y[0], y[1]), 1e-8);
  }
}

/* Positions first, then velocities: after n substeps a body fell dt^2 n (n - 1) / 2, not n^2. */
static void a_fall_shows_the_integrator(void **context) {
  (void)context;
  double dt = metre.dt / orr_numerics_time(&metre);
  orr_validation v = validate("free_fall", &metre);
  for (size_t i = 0; i < v.count; i++) {
    double n = round(v.points[i].x / dt);
    assert_float_equal(v.points[i].measured, 0.5 * dt * dt * n * (n - 1.0), 1e-9);
  }
  assert_float_equal(v.error, dt / 4.0, 0.01 * dt);
}

/* Errors that are of an order fall with dt by that power. */
static void errors_follow_their_order(void **context) {
  (void)context;
  static const char *const smooth[] = {"free_fall", "projectile", "damping",
                                       "spring",    "braking",    "oblique"};
  orr_numerics half = metre;
  half.dt *= 0.5;
  for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
    orr_validation coarse = validate(smooth[i], &metre), fine = validate(smooth[i], &half);
    double order = log2(coarse.error / fine.error);
    if (fabs(order - coarse.law->order) > 0.2)
      fail_msg("%s: order %.3g, not %d", smooth[i], order, coarse.law->order);
  }
}

static void verdicts_react(void **context) {
  (void)context;
  static const char *const sound[] = {"free_fall", "projectile", "spring",  "bounce", "braking",
                                      "tower",     "tunnelling", "tipping", "oblique"};
  orr_numerics coarse = metre;
  coarse.dt = 0.12;
  for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
    orr_validation good = validate(sound[i], &metre), bad = validate(sound[i], &coarse);
    assert_int_equal(good.verdict, ORR_VERDICT_FINE);
    if (bad.verdict == ORR_VERDICT_FINE || bad.error < 10.0 * good.error)
      fail_msg("%s: a coarse step is not noticed (%g)", sound[i], bad.error);
  }
  const orr_law *law = orr_law_find("bounce");
  assert_int_equal(orr_verdict_of(law, 0.02), ORR_VERDICT_FINE);
  assert_int_equal(orr_verdict_of(law, 0.0201), ORR_VERDICT_WEAK);
  assert_int_equal(orr_verdict_of(law, 0.1001), ORR_VERDICT_OFF);
  assert_int_equal(orr_verdict_of(law, INFINITY), ORR_VERDICT_OFF);
  assert_int_equal(orr_verdict_of(law, (double)NAN), ORR_VERDICT_OFF);
}

/* With short substeps the engine comes near every law but that of the cradle. */
static void short_substeps_come_near_the_law(void **context) {
  (void)context;
  static const struct {
    const char *name;
    double error;
  } most[] = {{"free_fall", 1e-3},       {"projectile", 2e-3},
              {"damping", 1e-3},         {"air", 1e-3},
              {"orbit", 0.01},           {"spring", 4e-3},
              {"pendulum", 0.015},       {"double_pendulum", 0.03},
              {"cart_pole", 2e-3},       {"jointed_spin", 0.015},
              {"hanging_chain", 1e-3},   {"bounce", 3e-3},
              {"elastic_bounces", 1e-3}, {"oblique", 6e-3},
              {"plastic", 1e-9},         {"bar", 1e-9},
              {"chain_apart", 1e-9},     {"chain_touching", 0.7},
              {"tunnelling", 0.05},      {"braking", 2e-3},
              {"slip_angle", 4e-3},      {"tipping", 0.01},
              {"rolling", 1e-9},         {"sliding_to_rolling", 1e-3},
              {"tower", 1e-3},           {"penetration", 1e-4},
              {"mass_ratio", 1e-3}};
  orr_numerics fine = metre;
  fine.dt = 0.001;
  size_t count;
  orr_laws(&count);
  assert_int_equal(count, sizeof most / sizeof *most + 1); /* solids tumble on MuJoCo alone */
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    orr_validation v = validate(most[i].name, &fine);
    if (!(v.error <= most[i].error)) fail_msg("%s: %g", most[i].name, v.error);
  }
}

static const orr_numerics soft = {.engine = "mujoco",
                                  .integrator = "rk4",
                                  .unit = "m",
                                  .dt = 0.01,
                                  .iterations = 10,
                                  .slop = 0.1,
                                  .bias = 0.0018,
                                  .contact_time = 0.02,
                                  .contact_damping = 1.0,
                                  .size = 1.0,
                                  .gravity = 9.81,
                                  .gravity_given = true};

/* Fourth order where nothing touches, at the usual substep. */
static void runge_and_kutta_come_nearer(void **context) {
  (void)context;
  static const struct {
    const char *name;
    double error;
  } most[] = {{"free_fall", 1e-12},   {"pendulum", 1e-6},    {"spring", 1e-6},
              {"projectile", 1e-4},   {"cart_pole", 2e-3},   {"double_pendulum", 1e-6},
              {"jointed_spin", 1e-5}, {"tumbling", 1e-3},    {"hanging_chain", 1e-9},
              {"rolling", 1e-3},      {"penetration", 2e-3}, {"tower", 1e-9},
              {"slip_angle", 0.02},   {"tipping", 0.02},     {"braking", 0.02}};
  orr_numerics euler = soft;
  euler.integrator = "euler";
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    orr_validation v = validate(most[i].name, &soft);
    if (!(v.error <= most[i].error)) fail_msg("%s: %g %s", most[i].name, v.error, v.note);
    assert_int_equal(v.verdict, ORR_VERDICT_FINE);
  }
  assert_true(validate("free_fall", &euler).error > 1e-3);
  assert_int_equal(validate("tumbling", &euler).verdict, ORR_VERDICT_OFF);
  assert_int_equal(validate("jointed_spin", &euler).verdict, ORR_VERDICT_OFF);
  assert_int_equal(validate("chain_touching", &soft).verdict, ORR_VERDICT_OFF);
}

/* A solid turns about its middle axis as Euler's equations say: it flips, its energy stays. */
static void solids_tumble(void **context) {
  (void)context;
  orr_numerics fine = soft;
  fine.dt = 0.001;
  orr_validation v = validate("tumbling", &fine);
  assert_true(v.error < 1e-5);
  assert_non_null(strstr(v.note, "energy off by"));
  orr_validation flat = validate("tumbling", &usual);
  assert_int_equal(flat.verdict, ORR_VERDICT_NOT_OFFERED);
  assert_non_null(strstr(flat.note, "two dimensions"));
}

/* What each number of the file does shows where it must. */
static void settings_matter(void **context) {
  (void)context;
  orr_numerics few = usual, many = usual, deep = usual;
  few.iterations = 1;
  many.iterations = 100;
  deep.slop = 0.15;
  assert_int_equal(validate("tower", &few).verdict, ORR_VERDICT_OFF);
  assert_int_equal(validate("tower", &many).verdict, ORR_VERDICT_FINE);
  assert_true(validate("hanging_chain", &many).error <
              0.1 * validate("hanging_chain", &usual).error);
  assert_true(validate("mass_ratio", &deep).error > 2.0 * validate("mass_ratio", &usual).error);
}

/* The known weaknesses of sequential impulses appear. */
static void weaknesses_appear(void **context) {
  (void)context;
  assert_int_equal(validate("chain_touching", &usual).verdict, ORR_VERDICT_OFF);
  assert_int_equal(validate("chain_apart", &usual).verdict, ORR_VERDICT_FINE);
  assert_int_equal(validate("double_pendulum", &usual).verdict, ORR_VERDICT_OFF);
  orr_validation wall = validate("tunnelling", &usual);
  assert_float_equal(point_at(&wall, 0.1)->measured, 0.0, 0.0);
  assert_float_equal(wall.points[wall.count - 1].measured, 13.0 / 16.0, 0.2); /* 1 - 1.1 / 6.4 */
  assert_non_null(strstr(wall.note, "m/s"));
}

static void units_do_not_matter(void **context) {
  (void)context;
  orr_numerics pixels = metre;
  pixels.unit = "px";
  pixels.size = 64.0;
  pixels.gravity = 64.0 * metre.gravity;
  pixels.slop = 64.0 * metre.slop;
  size_t count;
  const orr_law *laws = orr_laws(&count);
  for (size_t i = 0; i < count; i++) {
    if (laws[i].order == 0) continue; /* towers and chains may be chaotic */
    orr_validation a = validate(laws[i].name, &metre), b = validate(laws[i].name, &pixels);
    if (!(fabs(a.error - b.error) <= 0.01 * a.error + 1e-6))
      fail_msg("%s: %g in m, %g in px", laws[i].name, a.error, b.error);
  }
}

static orr_validation *validate_all(const orr_numerics *numerics, const orr_control *control) {
  size_t count;
  orr_laws(&count);
  orr_validation *out = calloc(count, sizeof *out);
  assert_non_null(out);
  assert_int_equal(orr_validate_all(numerics, control, out, NULL), ORR_OK);
  return out;
}

static void the_same_numbers_come_out_every_time(void **context) {
  (void)context;
  size_t count;
  orr_laws(&count);
  orr_pool *pool;
  assert_int_equal(orr_pool_create(3, &pool, NULL), ORR_OK);
  orr_control control = {.pool = pool};
  orr_validation *one = validate_all(&usual, NULL), *three = validate_all(&usual, &control);
  for (size_t i = 0; i < count; i++) {
    assert_ptr_equal(one[i].law, three[i].law);
    assert_int_equal(one[i].count, three[i].count);
    assert_memory_equal(one[i].points, three[i].points, one[i].count * sizeof *one[i].points);
    assert_string_equal(one[i].note, three[i].note);
    if (one[i].verdict == ORR_VERDICT_NOT_OFFERED) continue;
    assert_int_equal(one[i].verdict, orr_verdict_of(one[i].law, one[i].error));
    assert_float_equal(one[i].points[one[i].worst].error, one[i].error, 0.0);
  }
  free(one);
  free(three);
  orr_pool_destroy(pool);
}

/* Nonsense in, verdicts out: no crash, no error, nothing that calls itself fine by accident. */
static void extreme_numbers_are_survived(void **context) {
  (void)context;
  orr_numerics numerics[] = {metre, metre, metre, metre};
  numerics[0].dt = 1.0;
  numerics[1].size = 1e-4;
  numerics[1].dt = 0.01;
  numerics[2].gravity = 1e5;
  numerics[2].dt = 0.01;
  numerics[3].slop = 10.0;
  numerics[3].bias = 1.0;
  numerics[3].iterations = 1;
  numerics[3].dt = 0.02;
  for (size_t i = 0; i < sizeof numerics / sizeof *numerics; i++) {
    orr_validation *all = validate_all(&numerics[i], NULL);
    size_t count, off = 0;
    orr_laws(&count);
    for (size_t k = 0; k < count; k++) off += all[k].verdict == ORR_VERDICT_OFF;
    assert_true(off >= 5);
    free(all);
  }
}

static void what_an_engine_refuses_is_not_offered(void **context) {
  (void)context;
  orr_numerics other = metre;
  other.integrator = "nonsense";
  orr_validation v = validate("bounce", &other);
  assert_int_equal(v.verdict, ORR_VERDICT_NOT_OFFERED);
  assert_non_null(strstr(v.note, "integrator"));
  assert_int_equal(v.count, 0);
}

static void validation_can_be_stopped(void **context) {
  (void)context;
  atomic_bool cancel = true;
  orr_control control = {.cancel = &cancel};
  size_t count;
  orr_laws(&count);
  orr_validation *out = calloc(count, sizeof *out);
  orr_error err = {0};
  assert_int_equal(orr_validate_all(&metre, &control, out, &err), ORR_ERR_CANCELLED);
  free(out);
}

static void numbers_are_those_of_the_file(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_numerics n;
  orr_numerics_of(scenario, &n);
  assert_string_equal(n.engine, "chipmunk");
  assert_string_equal(n.unit, "px");
  assert_float_equal(n.size, sqrt(120.0 * 30.0 + 30.0 * 90.0), 1e-9);
  assert_false(n.gravity_given);
  assert_float_equal(n.gravity, 9.81 * n.size, 1e-9);
  assert_float_equal(n.dt, 0.01, 0.0);
  assert_int_equal(n.iterations, 10);
  orr_scenario_destroy(scenario);
  orr_error err;
  scenario =
      parse_scenario("world:\n  space: {size: [4, 4]}\n  gravity: [3, -4]\n  bodies:\n"
                     "    - {name: a, mass: 1, shapes: [{geometry: {box: {size: [2, 2]}}}]}\n"
                     "    - {name: b, mass: 1, start: {position: [9, 0]}, shapes: [{geometry: "
                     "{box: {size: [1, 1]}}}]}\n"
                     "    - {name: c, mass: 1, start: {position: [0, 9]}, shapes: [{geometry: "
                     "{box: {size: [3, 3]}}}]}\n",
                     &err);
  assert_non_null(scenario);
  orr_numerics_of(scenario, &n);
  assert_string_equal(n.unit, "m");
  assert_true(n.gravity_given);
  assert_float_equal(n.gravity, 5.0, 1e-12);
  assert_float_equal(n.size, 2.0, 1e-12);
  assert_float_equal(orr_numerics_time(&n), sqrt(0.4), 1e-12);
  orr_scenario_destroy(scenario);
}

int run_validate_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(laws_give_the_numbers_of_the_books),
      cmocka_unit_test(laws_solve_their_equations),
      cmocka_unit_test(the_orbit_solves_its_equation),
      cmocka_unit_test(a_fall_shows_the_integrator),
      cmocka_unit_test(errors_follow_their_order),
      cmocka_unit_test(verdicts_react),
      cmocka_unit_test(short_substeps_come_near_the_law),
      cmocka_unit_test(runge_and_kutta_come_nearer),
      cmocka_unit_test(solids_tumble),
      cmocka_unit_test(settings_matter),
      cmocka_unit_test(weaknesses_appear),
      cmocka_unit_test(units_do_not_matter),
      cmocka_unit_test(the_same_numbers_come_out_every_time),
      cmocka_unit_test(extreme_numbers_are_survived),
      cmocka_unit_test(what_an_engine_refuses_is_not_offered),
      cmocka_unit_test(validation_can_be_stopped),
      cmocka_unit_test(numbers_are_those_of_the_file),
  };
  return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
