/* What a ray sees: light.h, term by term. */
#include "base/maths.h"
#include "base/random.h"
#include "render/reference_private.h"

#define ROULETTE 0.02 /* of a branch's part in the pixel: lesser ones are followed at random */

/* ---- samples ---- */

/* A permutation of the numbers below 2^bits that `keys` chooses. */
static uint32_t shuffled(uint32_t i, int bits, const uint32_t keys[4]) {
  uint32_t mask = (uint32_t)((UINT64_C(1) << bits) - 1);
  for (int round = 0; round < 4; round++) {
    i = (i * (keys[round] | 1u) + keys[(round + 1) % 4]) & mask;
    i ^= i >> (bits / 2 + 1);
  }
  return i;
}

void orr_reference_draw(orr_reference_sampler *sampler, double out[2]) {
  uint32_t lane = sampler->area++;
  orr_random keys =
      orr_random_at(sampler->seed, ORR_PURPOSE_LIGHT, sampler->y, sampler->x, UINT32_MAX, lane);
  orr_random own = orr_random_at(sampler->seed, ORR_PURPOSE_LIGHT, sampler->y, sampler->x,
                                 sampler->sample, lane);
  uint32_t key[4], side = 1u << (sampler->bits / 2);
  for (int i = 0; i < 4; i++) key[i] = orr_random_u32(&keys);
  uint32_t cell = shuffled(sampler->sample, sampler->bits, key);
  double x = orr_random_unit(&own), y = orr_random_unit(&own);
  out[0] = (cell % side + x) / side;
  out[1] = (cell / side + y) / side;
}

/* Two unit vectors across a unit vector. */
static void across(vec3 axis, vec3 out[2]) {
  vec3 other = fabs(axis.z) < 0.7 ? (vec3){0.0, 0.0, 1.0} : (vec3){1.0, 0.0, 0.0};
  out[0] = unit(cross(axis, other));
  out[1] = cross(axis, out[0]);
}

/* An evenly drawn point of the disc of radius 1 about the origin, across `axis`. */
static vec3 on_disc(orr_reference_sampler *sampler, vec3 axis) {
  double u[2];
  vec3 sides[2];
  orr_reference_draw(sampler, u);
  across(axis, sides);
  double radius = sqrt(u[0]), angle = 2.0 * ORR_PI * u[1];
  return plus(times(radius * cos(angle), sides[0]), times(radius * sin(angle), sides[1]));
}

/* ---- colours ---- */

static vec3 linear(const uint8_t colour[3]) {
  return (vec3){orr_light_linear(colour[0]), orr_light_linear(colour[1]),
                orr_light_linear(colour[2])};
}

static vec3 sky_colour(const orr_reference_stage *stage, double z) {
  double colour[3];
  orr_light_sky_colour(&stage->sky, z, colour);
  return vec3_of(colour);
}

static double fraction(double x) { return x - floor(x); }

static vec3 texel(const orr_scene_texture *texture, double u, double v) {
  int column = (int)(fraction(u) * texture->width), row = (int)(fraction(-v) * texture->height);
  column = column < texture->width ? column : texture->width - 1;
  row = row < texture->height ? row : texture->height - 1;
  size_t index = (size_t)row * (size_t)texture->width + (size_t)column;
  return linear(texture->pixels + 3 * index);
}

/* Where on its pattern a point of a solid lies; `radius`: of the solid. */
static void pattern_place(const orr_reference_hit *hit, vec3 point, double radius, double out[2]) {
  const orr_scene_shape *shape = hit->solid->shape;
  vec3 place = orr_reference_local(hit->solid, point);
  if (shape->kind == ORR_SCENE_SPHERE || shape->kind == ORR_SCENE_ELLIPSOID) {
    bool round = shape->kind == ORR_SCENE_SPHERE;
    vec3 size = round ? (vec3){radius, radius, radius} : vec3_of(shape->size);
    vec3 ball = unit((vec3){place.x / size.x, place.y / size.y, place.z / size.z});
    out[0] = radius * atan2(ball.y, ball.x);
    out[1] = radius * asin(orr_clamp(ball.z, -1.0, 1.0));
    return;
  }
  double x = fabs(dot(hit->normal, hit->solid->axes[0]));
  double y = fabs(dot(hit->normal, hit->solid->axes[1]));
  double z = fabs(dot(hit->normal, hit->solid->axes[2]));
  bool along_x = x > y && x > z, along_y = !along_x && y > z;
  out[0] = along_x ? place.y : place.x;
  out[1] = along_x || along_y ? place.z : place.y;
}

/* The darker squares of a plane that says no second colour. */
static vec3 darker(const uint8_t colour[3]) {
  uint8_t dark[3];
  for (int k = 0; k < 3; k++) dark[k] = (uint8_t)lround(0.9 * colour[k]);
  return linear(dark);
}

vec3 orr_reference_albedo(const orr_reference_stage *stage, const orr_reference_hit *hit,
                          vec3 point) {
  const orr_scene_shape *shape = hit->solid->shape;
  const orr_scene_material *material = &shape->material;
  orr_scene_pattern pattern = material->pattern;
  bool plane = shape->kind == ORR_SCENE_PLANE, automatic = pattern == ORR_PATTERN_AUTO;
  if (automatic) pattern = plane ? ORR_PATTERN_CHECKER : ORR_PATTERN_PLAIN;
  vec3 own = linear(shape->colour);
  if (pattern == ORR_PATTERN_PLAIN) return own;
  if (pattern == ORR_PATTERN_IMAGE && !material->texture) return own;
  double place[2], tile = material->tile;
  if (!(tile > 0.0)) tile = orr_light_tile(plane ? stage->radius : hit->solid->radius);
  pattern_place(hit, point, hit->solid->radius, place);
  double u = place[0] / tile, v = place[1] / tile;
  if (pattern == ORR_PATTERN_IMAGE) return product(own, texel(material->texture, u, v));
  if (fraction(0.5 * (floor(u) + floor(v))) == 0.0) return own;
  return automatic ? darker(shape->colour) : linear(material->second);
}

/* ---- lamps ---- */

typedef struct shine {
  vec3 towards;  /* the middle of what shines, unit */
  vec3 part;     /* a point of what shines from here: direction, unit */
  double length; /* and distance of that point */
  double fall;
} shine;

static double spot_fall(const orr_scene_light *lamp, double cosine) {
  double angle = acos(orr_clamp(cosine, -1.0, 1.0));
  double s = orr_clamp((lamp->angle - angle) / (ORR_LIGHT_SOFTNESS * lamp->angle), 0.0, 1.0);
  return s * s * (3.0 - 2.0 * s);
}

static shine shine_of_sun(const orr_scene_light *lamp, orr_reference_sampler *sampler) {
  shine s = {.towards = times(-1.0, vec3_of(lamp->direction)), .length = INFINITY, .fall = 1.0};
  s.part = s.towards;
  if (lamp->radius > 0.0)
    s.part = unit(plus(s.towards, times(lamp->radius, on_disc(sampler, s.towards))));
  return s;
}

/* Nothing falls on a point that is where the lamp is. */
static shine shine_of(const orr_scene_light *lamp, vec3 point, orr_reference_sampler *sampler) {
  if (lamp->kind == ORR_SCENE_LIGHT_SUN) return shine_of_sun(lamp, sampler);
  vec3 away = minus(vec3_of(lamp->position), point), aim = vec3_of(lamp->direction);
  double distance = norm(away);
  if (!(distance > 0.0)) return (shine){0};
  shine s = {.towards = times(1.0 / distance, away), .length = distance, .fall = 1.0};
  if (lamp->reach > 0.0) s.fall = lamp->reach / distance * (lamp->reach / distance);
  double cosine = -dot(s.towards, aim);
  if (lamp->kind == ORR_SCENE_LIGHT_SPOT) s.fall *= spot_fall(lamp, cosine);
  if (lamp->kind == ORR_SCENE_LIGHT_AREA) s.fall *= orr_max(cosine, 0.0);
  s.part = s.towards;
  if (!(lamp->radius > 0.0)) return s;
  bool area = lamp->kind == ORR_SCENE_LIGHT_AREA;
  vec3 target = plus(away, times(lamp->radius, on_disc(sampler, area ? aim : s.towards)));
  s.length = norm(target);
  s.part = unit(target);
  return s;
}

/* ---- rays ---- */

typedef struct walk {
  const orr_reference_stage *stage;
  orr_reference_sampler *sampler;
  bool global;
} walk;

/* How a ray came to be. */
typedef struct branch {
  int left;      /* how often it may still be followed */
  double weight; /* its part in the pixel */
  double sky;    /* as how much the sky counts */
} branch;

static vec3 seen(const walk *w, ray r, double near, branch b);

/* What a ray that leaves a surface sees. */
static vec3 follow(const walk *w, ray r, branch b) {
  if (b.left == 0) return times(b.sky, sky_colour(w->stage, r.along.z));
  double chance = orr_min(b.weight / ROULETTE, 1.0);
  if (chance < 1.0) {
    double u[2];
    orr_reference_draw(w->sampler, u);
    if (u[0] >= chance) return (vec3){0.0, 0.0, 0.0};
    b.weight /= chance;
  }
  b.left--;
  return times(1.0 / chance, seen(w, r, 0.0, b));
}

/* A point of a surface as a ray sees it. */
typedef struct facet {
  vec3 point, normal; /* turned to the viewer */
  vec3 along;         /* of the ray */
  vec3 albedo;
  const orr_reference_solid *solid;
  bool enters;
} facet;

/* A new ray, that starts on the side to which it goes. */
static ray leaving(const walk *w, const facet *s, vec3 along) {
  double side = dot(along, s->normal) < 0.0 ? -1.0 : 1.0;
  return (ray){plus(s->point, times(side * w->stage->step, s->normal)), along};
}

/* From the lamps: sum of E V (a max(n.l, 0) + gloss max(n.h, 0)^64). */
static vec3 from_lamps(const walk *w, const facet *s) {
  vec3 sum = {0.0, 0.0, 0.0};
  double gloss = s->solid->shape->material.gloss;
  vec3 lit = plus(s->point, times(w->stage->step, s->normal));
  for (size_t i = 0; i < w->stage->lamp_count; i++) {
    const orr_scene_light *lamp = &w->stage->lamps[i];
    shine light = shine_of(lamp, s->point, w->sampler);
    double cosine = dot(s->normal, light.towards);
    if (cosine <= 0.0 || light.fall <= 0.0) continue;
    double energy = lamp->power * light.fall;
    energy *= orr_reference_passes(w->stage, (ray){lit, light.part}, light.length);
    if (energy <= 0.0) continue;
    vec3 half = unit(minus(light.towards, s->along));
    double shiny = gloss * pow(orr_max(dot(s->normal, half), 0.0), ORR_LIGHT_GLOSS);
    vec3 answer = plus(times(cosine, s->albedo), (vec3){shiny, shiny, shiny});
    sum = plus(sum, times(energy, product(linear(lamp->colour), answer)));
  }
  return sum;
}

/* From everything else: A(n), or what a ray sees that is drawn by its cosine. */
static vec3 from_around(const walk *w, const facet *s, branch b) {
  const orr_reference_stage *stage = w->stage;
  if (!w->global)
    return times(stage->sky.ambient * b.sky, sky_colour(stage, 0.5 * (1.0 + s->normal.z)));
  vec3 flat = on_disc(w->sampler, s->normal);
  double up = sqrt(orr_max(1.0 - dot(flat, flat), 0.0));
  vec3 along = unit(plus(flat, times(up, s->normal)));
  b.weight *= orr_max(s->albedo.x, orr_max(s->albedo.y, s->albedo.z));
  b.sky = stage->sky.ambient;
  return follow(w, leaving(w, s, along), b);
}

static vec3 diffuse(const walk *w, const facet *s, branch b) {
  return plus(from_lamps(w, s), product(s->albedo, from_around(w, s, b)));
}

static vec3 reflected(const walk *w, const facet *s, branch b) {
  vec3 along = minus(s->along, times(2.0 * dot(s->along, s->normal), s->normal));
  return follow(w, leaving(w, s, along), b);
}

/* F L(reflected) + (1 - F) a L(refracted). */
static vec3 through_glass(const walk *w, const facet *s, branch b) {
  double index = s->solid->index, ratio = s->enters ? 1.0 / index : index;
  double cosine = -dot(s->along, s->normal);
  double square = 1.0 - ratio * ratio * (1.0 - cosine * cosine); /* of the cosine beyond */
  if (square <= 0.0) return reflected(w, s, b);
  double beyond = sqrt(square), head_on = (index - 1.0) / (index + 1.0);
  head_on *= head_on;
  double part = head_on + (1.0 - head_on) * pow(1.0 - orr_min(cosine, beyond), 5.0);
  vec3 along = plus(times(ratio, s->along), times(ratio * cosine - beyond, s->normal));
  branch bounced = b, passed = b;
  bounced.weight *= part;
  passed.weight *= 1.0 - part;
  vec3 sum = times(part, reflected(w, s, bounced));
  vec3 other = times(1.0 - part, follow(w, leaving(w, s, unit(along)), passed));
  return plus(sum, s->enters ? product(s->albedo, other) : other);
}

/* A goal is neither a mirror nor glass. */
static vec3 surface(const walk *w, const facet *s, branch b) {
  bool goal = s->solid->shape->layer == ORR_LAYER_GOAL;
  double mirror = goal ? 0.0 : s->solid->mirror, glass = goal ? 0.0 : s->solid->glass;
  double rest = 1.0 - mirror - glass;
  vec3 sum = {0.0, 0.0, 0.0};
  branch part = b;
  if (rest > 0.0) {
    part.weight = rest * b.weight;
    sum = times(rest, diffuse(w, s, part));
  }
  if (mirror > 0.0) {
    part.weight = mirror * b.weight;
    sum = plus(sum, times(mirror, reflected(w, s, part)));
  }
  if (glass > 0.0) {
    part.weight = glass * b.weight;
    sum = plus(sum, times(glass, through_glass(w, s, part)));
  }
  return sum;
}

/* The colour of what is hit, which an endless plane changes into the horizon's. */
static vec3 colour_of(const walk *w, ray r, const orr_reference_hit *hit, branch b) {
  const orr_reference_stage *stage = w->stage;
  facet s = {.point = at(r, hit->distance), .along = r.along, .solid = hit->solid};
  double haze = hit->solid->endless
                    ? orr_light_haze(norm(minus(s.point, stage->centre)), stage->radius)
                    : 0.0;
  vec3 horizon = times(haze * b.sky, sky_colour(stage, 0.0));
  if (haze >= 1.0) return horizon;
  s.enters = dot(r.along, hit->normal) < 0.0;
  s.normal = times(s.enters ? 1.0 : -1.0, hit->normal);
  s.albedo = orr_reference_albedo(stage, hit, s.point);
  b.weight *= 1.0 - haze;
  return plus(horizon, times(1.0 - haze, surface(w, &s, b)));
}

static vec3 seen(const walk *w, ray r, double near, branch b) {
  const orr_reference_stage *stage = w->stage;
  orr_reference_hit hit = {.distance = INFINITY};
  bool any = orr_reference_nearest(stage, r, near, false, &hit);
  orr_reference_hit goal = {.distance = hit.distance};
  bool half = orr_reference_nearest(stage, r, near, true, &goal);
  if (half) b.weight *= 0.5;
  vec3 sum = any ? colour_of(w, r, &hit, b) : times(b.sky, sky_colour(stage, r.along.z));
  return half ? times(0.5, plus(sum, colour_of(w, r, &goal, b))) : sum;
}

vec3 orr_reference_radiance(const orr_reference_stage *stage, const orr_reference_def *def,
                            orr_reference_sampler *sampler, ray r, double near) {
  walk w = {stage, sampler, def->global};
  return seen(&w, r, near, (branch){.left = def->bounces, .weight = 1.0, .sky = 1.0});
}
