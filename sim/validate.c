/* The table of laws, and running them. The experiments themselves are in validate_motion.c,
 * validate_impact.c and validate_contact.c. */
#include "sim/validate.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/pool.h"
#include "sim/parts.h"
#include "sim/validate_lab.h"

#include <pthread.h>
#include <string.h>

const char *const orr_verdict_names[] = {"fine", "weak", "off", "not offered", NULL};

/* Bands: smooth motion is fine within 1 % and weak within 5 %, contact within 2 % and 10 %. */
static const orr_law laws[] = {
    {.name = "free_fall",
     .run = orr_lab_free_fall,
     .title = "Free fall",
     .formula = "y = g t^2 / 2",
     .source = "Galileo, Discorsi, third day (1638)",
     .x = "time / T",
     .y = "fallen / sizes",
     .measure = "largest difference / way fallen in 4 T",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "a semi-implicit Euler step is off by g t dt / 2; RK4 is exact"},
    {.name = "projectile",
     .run = orr_lab_projectile,
     .title = "Range of a throw",
     .formula = "R = v^2 sin(2 a) / g",
     .source = "Galileo, Discorsi, fourth day (1638)",
     .x = "angle of the throw / degrees",
     .y = "range / sizes",
     .measure = "largest |R / law - 1|",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "as of the fall"},
    {.name = "damping",
     .run = orr_lab_damping,
     .title = "Damped flight",
     .formula = "x = v0 (1 - exp(-k t)) / k, k = -ln(damping)",
     .source = "Landau and Lifshitz, Mechanics, 25",
     .x = "time / T",
     .y = "way / sizes",
     .measure = "largest difference / way in 6 T",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "damping enters once a substep, whatever the integrator"},
    {.name = "air",
     .run = orr_lab_air,
     .title = "A fall against the air",
     .formula = "v = sqrt(m g / k) tanh(t sqrt(k g / m)), resistance k v^2, k = m / size",
     .source = "Newton, Principia, book 2, proposition 9 (1687)",
     .x = "time / T",
     .y = "speed / sqrt(size g)",
     .measure = "largest difference / last speed",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "Chipmunk and Euler hold the forces of fields for a substep"},
    {.name = "orbit",
     .run = orr_lab_orbit,
     .title = "Kepler's ellipse",
     .formula = "r = a (1 - e cos(E)), E - e sin(E) = t sqrt(k / a^3), a = 2 sizes, e = 1/2",
     .source = "Kepler, Astronomia nova (1609); Landau and Lifshitz, Mechanics, 15",
     .x = "time / T",
     .y = "distance / sizes",
     .measure = "largest distance from the place of the law / a, in one period",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "Chipmunk and Euler hold the forces of fields for a substep"},
    {.name = "spring",
     .run = orr_lab_spring_law,
     .title = "Damped spring",
     .formula = "x = A exp(-z w t) (cos(b t) + z w / b sin(b t)), b = w sqrt(1 - z^2), w = 2 / T, "
                "z = 0.1",
     .source = "Landau and Lifshitz, Mechanics, 25",
     .x = "time / T",
     .y = "displacement / sizes",
     .measure = "largest difference / A",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = ""},
    {.name = "pendulum",
     .run = orr_lab_pendulum,
     .title = "Period of a pendulum",
     .formula = "P = 4 sqrt(I / (m g l)) K(sin(a / 2)), I = m (l^2 + r^2 / 2)",
     .source = "Landau and Lifshitz, Mechanics, 11, problem 1",
     .x = "amplitude a / degrees",
     .y = "period / T",
     .measure = "largest |P / law - 1|",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "Chipmunk: a joint that is an impulse loses energy, and with it amplitude"},
    {.name = "double_pendulum",
     .run = orr_lab_double_pendulum,
     .title = "Energy of a double pendulum",
     .formula = "E = E(0)",
     .source = "Landau and Lifshitz, Mechanics, 6",
     .x = "time / T",
     .y = "(E - E(0)) / 3 m g l",
     .measure = "largest |E - E(0)| / 3 m g l in 30 T",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "Chipmunk: joints that are impulses lose energy. MuJoCo: Euler steps of joint "
                 "angles do not keep it; RK4 does"},
    {.name = "cart_pole",
     .run = orr_lab_cart_pole,
     .title = "Period of a pole under a free cart",
     .formula = "P = 2 pi sqrt(((M + m) I - m^2 l^2) / ((M + m) m g l)), I = m (l^2 + r^2 / 2)",
     .source = "Landau and Lifshitz, Mechanics, 5 and 23, for small swings",
     .x = "mass of the cart / mass of the pole",
     .y = "period / T",
     .measure = "largest |P / law - 1|, amplitude 0.1 degrees",
     .fine = 0.01,
     .weak = 0.05,
     .order = 0,
     .weakness = ""},
    {.name = "jointed_spin",
     .run = orr_lab_jointed_spin,
     .title = "Momentum of two hinged bars",
     .formula = "L = L(0), p = p(0)",
     .source = "Landau and Lifshitz, Mechanics, 7 and 9",
     .x = "time / T",
     .y = "L / L(0)",
     .measure = "largest |L / L(0) - 1|, |p - p(0)| / |p(0)| in 30 T",
     .fine = 0.001,
     .weak = 0.01,
     .order = 1,
     .weakness = "Chipmunk: the impulses of a joint act at two anchors that lie slightly apart. "
                 "MuJoCo: Euler steps of joint angles do not keep L; RK4 does"},
    {.name = "tumbling",
     .run = orr_lab_tumbling,
     .title = "A tumbling solid",
     .formula = "E = E(0), L = L(0), p = p(0) of a box 1 x 0.7 x 0.4 thrown about its middle axis",
     .source = "Landau and Lifshitz, Mechanics, 37",
     .x = "time / T",
     .y = "E / E(0)",
     .measure = "largest relative difference of E, L and p in 30 T",
     .fine = 0.01,
     .weak = 0.05,
     .order = 1,
     .weakness = "Euler steps gain or lose energy where moments of inertia differ; RK4 keeps it"},
    {.name = "hanging_chain",
     .run = orr_lab_hanging_chain,
     .title = "Length of a chain under load",
     .formula = "length = 10 links",
     .source = "rigid links do not stretch",
     .x = "mass of the weight / mass of a link",
     .y = "length / 10 links",
     .measure = "largest |length / law - 1| in 15 T",
     .fine = 0.01,
     .weak = 0.05,
     .order = 0,
     .weakness =
         "Chipmunk: impulses are passed on link by link, and need as many iterations as links"},
    {.name = "bounce",
     .run = orr_lab_bounce,
     .title = "Height of a bounce",
     .formula = "h' / h = e^2",
     .source = "Newton, Principia, scholium to the laws of motion (1687)",
     .x = "restitution e",
     .y = "h' / h",
     .measure = "largest |h' / h - e^2|, the worst of 8 phases of a substep",
     .fine = 0.02,
     .weak = 0.1,
     .order = 1,
     .weakness = "Chipmunk: the speed of an impact is that of the end of a substep. MuJoCo: a "
                 "contact is a damped spring that lasts for a few substeps"},
    {.name = "elastic_bounces",
     .run = orr_lab_elastic_bounces,
     .title = "Energy of an elastic ball",
     .formula = "h(n) = h, e = 1",
     .source = "Newton, Principia, scholium to the laws of motion (1687)",
     .x = "bounce n",
     .y = "h(n) / h",
     .measure = "largest |h(n) / h - 1| in 20 bounces, the worst of 8 phases",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = "each bounce adds or takes what the substep missed"},
    {.name = "oblique",
     .run = orr_lab_oblique,
     .title = "Oblique collision of two discs",
     .formula = "the target leaves at asin(b / d) with v cos(asin(b / d)), the striker at a right "
                "angle to it",
     .source = "Landau and Lifshitz, Mechanics, 17",
     .x = "offset b / diameter d",
     .y = "direction of the target / degrees",
     .measure = "largest |v - law| / v0 of both, the worst of 8 phases of a substep",
     .fine = 0.02,
     .weak = 0.1,
     .order = 1,
     .weakness = "the discs overlap by up to v dt before they are noticed: the normal is turned. "
                 "MuJoCo: and turns on while the contact lasts"},
    {.name = "plastic",
     .run = orr_lab_plastic,
     .title = "Collision without restitution",
     .formula = "both go on with v0 / (1 + M / m)",
     .source = "Newton, Principia, corollary 3 of the laws of motion (1687)",
     .x = "mass of the target / mass of the striker",
     .y = "v / v0 of the target",
     .measure = "largest |v - law| / v0 of both, the worst of 8 phases of a substep",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = "MuJoCo: a contact is a damped spring, and pushes the two apart again"},
    {.name = "bar",
     .run = orr_lab_bar,
     .title = "A disc hits a bar beside its centre",
     .formula = "J = 2 v0 / (1 / m + 1 / M + b^2 / I), omega = -b J / I",
     .source = "momentum, angular momentum and restitution",
     .x = "offset b / sizes",
     .y = "omega of the bar T",
     .measure = "largest |v - law| / v0 of both and of the bar's end, the worst of 8 phases",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = ""},
    {.name = "chain_apart",
     .run = orr_lab_chain_apart,
     .title = "A row of discs, apart",
     .formula = "the last leaves with v0, the others rest",
     .source = "Herrmann and Schmaelzle, Am. J. Phys. 49 (1981) 761",
     .x = "disc",
     .y = "v / v0",
     .measure = "largest |v - law| / v0",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = "MuJoCo: contacts last for several substeps, so that neighbours overlap in time"},
    {.name = "chain_touching",
     .run = orr_lab_chain_touching,
     .title = "Newton's cradle: a row of discs that touch",
     .formula = "the last leaves with v0, the others rest",
     .source = "Herrmann and Schmaelzle, Am. J. Phys. 49 (1981) 761",
     .x = "disc",
     .y = "v / v0",
     .measure = "largest |v - law| / v0",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness =
         "contacts that are solved at the same time share the impulse instead of passing it on"},
    {.name = "tunnelling",
     .run = orr_lab_tunnelling,
     .title = "A fast disc and a thin wall",
     .formula = "no body passes a wall (here: of 0.1 sizes)",
     .source = "bodies are impenetrable",
     .x = "way in a substep / sizes",
     .y = "part that passes",
     .measure = "speed of a fall through 50 sizes / lowest speed that passes",
     .fine = 0.5,
     .weak = 1.0,
     .order = 1,
     .weakness = "contacts are looked for at the ends of substeps only"},
    {.name = "braking",
     .run = orr_lab_braking,
     .title = "Braking way of a box",
     .formula = "s = v^2 / (2 mu g)",
     .source = "Coulomb, Theorie des machines simples (1785)",
     .x = "friction mu",
     .y = "way / sizes",
     .measure = "largest |s / law - 1|",
     .fine = 0.02,
     .weak = 0.1,
     .order = 1,
     .weakness = ""},
    {.name = "slip_angle",
     .run = orr_lab_slip_angle,
     .title = "Slope at which a box slips",
     .formula = "tan(a) = mu",
     .source = "Coulomb, Theorie des machines simples (1785)",
     .x = "friction mu",
     .y = "angle of slipping / degrees",
     .measure = "largest |tan(a) / mu - 1|",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = "soft contacts creep below the angle"},
    {.name = "tipping",
     .run = orr_lab_tipping,
     .title = "Slope at which a box topples",
     .formula = "tan(a) = width / height",
     .source = "the centre of mass is above the edge",
     .x = "width / height",
     .y = "angle of toppling / degrees",
     .measure = "largest |tan(a) height / width - 1|",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = ""},
    {.name = "rolling",
     .run = orr_lab_rolling,
     .title = "A disc rolls down a slope",
     .formula = "a = 2/3 g sin(slope)",
     .source = "Landau and Lifshitz, Mechanics, 38",
     .x = "slope / degrees",
     .y = "acceleration / g",
     .measure = "largest |a / law - 1|",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness = ""},
    {.name = "sliding_to_rolling",
     .run = orr_lab_sliding_to_rolling,
     .title = "A sliding disc begins to roll",
     .formula = "v = 2/3 v0 from t = v0 / (3 mu g) on, after 5 v0^2 / (18 mu g)",
     .source = "Coriolis, Theorie mathematique des effets du jeu de billard (1835), for a disc",
     .x = "time / T",
     .y = "speed / sqrt(size g)",
     .measure = "largest difference of speed / v0, of way / way in 6 T",
     .fine = 0.02,
     .weak = 0.1,
     .order = 1,
     .weakness = ""},
    {.name = "tower",
     .run = orr_lab_tower,
     .title = "Drift of a tower of cubes",
     .formula = "x = 0",
     .source = "a straight tower is in balance",
     .x = "cubes",
     .y = "largest drift / sizes",
     .measure = "largest drift / size in 10 s",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness =
         "Chipmunk: impulses reach the top of a tower only after as many iterations as cubes"},
    {.name = "penetration",
     .run = orr_lab_penetration,
     .title = "Penetration in a tower of cubes",
     .formula = "height = cubes",
     .source = "bodies are impenetrable",
     .x = "cubes",
     .y = "penetration a contact / sizes",
     .measure = "largest mean penetration / size after 10 s",
     .fine = 0.02,
     .weak = 0.1,
     .order = 0,
     .weakness =
         "Chipmunk allows slop on purpose; MuJoCo's contacts are springs that give way under load"},
    {.name = "mass_ratio",
     .run = orr_lab_mass_ratio,
     .title = "A heavy cube on a light one",
     .formula = "height = 2",
     .source = "bodies are impenetrable",
     .x = "ratio of the masses",
     .y = "sinks by / sizes",
     .measure = "how far the upper cube sinks / size, after 15 T, ratio up to 100",
     .fine = 0.04,
     .weak = 0.2,
     .order = 0,
     .weakness = "Chipmunk: iterations converge slowly when masses differ"},
};
enum { LAWS = sizeof laws / sizeof *laws };

const orr_law *orr_laws(size_t *count) {
  *count = LAWS;
  return laws;
}

const orr_law *orr_law_find(const char *name) {
  for (size_t i = 0; i < LAWS; i++)
    if (!strcmp(laws[i].name, name)) return &laws[i];
  return NULL;
}

orr_verdict orr_verdict_of(const orr_law *law, double error) {
  return error <= law->fine   ? ORR_VERDICT_FINE
         : error <= law->weak ? ORR_VERDICT_WEAK
                              : ORR_VERDICT_OFF;
}

double orr_numerics_time(const orr_numerics *numerics) {
  return sqrt(numerics->size / numerics->gravity);
}

/* The name that an enum field of the world has; "" when there is no such field. */
static const char *choice(const orr_world_def *world, const char *key) {
  for (size_t i = 0; i < orr_world_record.count; i++) {
    const orr_field *field = &orr_world_record.fields[i];
    if (field->type != ORR_FIELD_ENUM || strcmp(field->name, key) != 0) continue;
    int value;
    memcpy(&value, (const char *)world + field->offset, sizeof value);
    return field->names[value];
  }
  return "";
}

/* Root of the median area of the bodies of one type (of solids: the edge of a cube of the same
 * reach); 0 when there is none. */
static double typical_size(const orr_scenario *scenario, int type) {
  const orr_parts *parts = scenario->parts;
  double areas[ORR_MAX_BODIES];
  size_t count = 0;
  for (size_t i = 0; i < parts->file_count && count < ORR_MAX_BODIES; i++) {
    if (orr_body_at(scenario, i)->type != type) continue;
    double area = 0.0;
    for (size_t s = parts->first_outline[i]; s < parts->first_outline[i + 1]; s++)
      area += parts->outlines[s].area;
    double edge = 2.0 * parts->reach[i] / sqrt(3.0);
    if (scenario->world.space.dimensions == 3) area = edge * edge;
    if (area > 0.0) areas[count++] = area;
  }
  return count ? sqrt(orr_median(areas, count)) : 0.0;
}

void orr_numerics_of(const orr_scenario *scenario, orr_numerics *out) {
  const orr_world_def *world = &scenario->world;
  double size = typical_size(scenario, ORR_BODY_DYNAMIC);
  if (!(size > 0.0)) size = typical_size(scenario, ORR_BODY_KINEMATIC);
  if (!(size > 0.0)) size = 0.1 * orr_min(world->space.size[0], world->space.size[1]);
  if (!(size > 0.0)) size = 1.0; /* an MJCF file without an extent */
  double gravity = hypot(hypot(world->gravity[0], world->gravity[1]), world->gravity[2]);
  bool metres = world->space.unit == 0, soft = world->engine != ORR_ENGINE_CHIPMUNK;
  *out = (orr_numerics){
      .engine = choice(world, "engine"),
      .integrator = soft ? choice(world, "integrator") : "",
      .unit = metres ? "m" : "px",
      .dt = world->dt,
      .iterations = world->iterations,
      .slop = world->slop,
      .bias = world->bias,
      .contact_time = soft ? world->contact_time : 0.0,
      .contact_damping = soft ? world->contact_damping : 0.0,
      .size = size,
      .gravity = gravity > 0.0 ? gravity : 9.81 * (metres ? 1.0 : size),
      .gravity_given = gravity > 0.0,
  };
}

orr_status orr_validate(const orr_law *law, const orr_numerics *numerics,
                        const orr_control *control, orr_validation *out, orr_error *err) {
  *out = (orr_validation){.law = law};
  orr_lab *lab;
  ORR_TRY(orr_new(&lab, 1, sizeof *lab, err));
  lab->numerics = numerics;
  lab->control = control;
  lab->out = out;
  lab->err = err;
  law->run(lab);
  orr_lab_close(lab);
  orr_status status = lab->status;
  orr_free(lab);
  if (orr_cancelled(control)) return orr_fail(err, ORR_ERR_CANCELLED, "stopped");
  ORR_TRY(status);
  if (out->verdict == ORR_VERDICT_NOT_OFFERED) {
    out->count = 0;
    return ORR_OK;
  }
  ORR_ASSERT(out->count > 0);
  out->verdict = orr_verdict_of(law, out->error);
  return ORR_OK;
}

typedef struct validation_call {
  const orr_numerics *numerics;
  const orr_control *control;
  orr_validation *out;
  orr_error *err;
  orr_status status; /* the first that is not OK */
  int64_t done;
  pthread_mutex_t lock; /* of the two above and of progress */
} validation_call;

static void validate_task(void *context, size_t index, size_t lane) {
  validation_call *call = context;
  (void)lane;
  orr_error err = {0};
  orr_status status =
      orr_validate(&laws[index], call->numerics, call->control, &call->out[index], &err);
  pthread_mutex_lock(&call->lock);
  if (status != ORR_OK && call->status == ORR_OK) {
    call->status = status;
    if (call->err) *call->err = err;
  }
  orr_report(call->control, "experiments", ++call->done, LAWS, laws[index].name);
  pthread_mutex_unlock(&call->lock);
}

orr_status orr_validate_all(const orr_numerics *numerics, const orr_control *control,
                            orr_validation *out, orr_error *err) {
  validation_call call = {.numerics = numerics,
                          .control = control,
                          .out = out,
                          .err = err,
                          .lock = PTHREAD_MUTEX_INITIALIZER};
  orr_report(control, "experiments", 0, LAWS, NULL);
  orr_pool_run(control ? control->pool : NULL, LAWS, validate_task, &call);
  return call.status;
}
