/* Packets of rays through a scene; compiled once per instruction set, ORR_CAST names the table.
 *
 * A ray sees the nearest solid, lit by lamps that shadow rays look for; mirrors and glass send
 * rays on with the lanes that need them (Whitted, An Improved Illumination Model for Shaded
 * Display, CACM 1980). Rays that begin at the eye try the solids in their tile's list; those that
 * begin elsewhere try what a cone around their packet touches. A pattern is averaged in closed
 * form over the width of a pixel where the ray gets to (Amanatides, Ray Tracing with Cones,
 * SIGGRAPH 1984). */
#include "render/cast_lanes.h"
#include "render/cast_private.h"

#ifndef ORR_CAST
#define ORR_CAST orr_cast_baseline
#endif
#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

#include "render/cast_solids.inc"
#include "render/cast_surface.inc"

#include "render/cast_light.inc"

/* Where the solids are listed that a packet from the eye may meet. */
typedef struct listed {
  const uint64_t *tiles[PACKET];
  int count;
} listed;

/* ---- the nearest solid and the nearest goal ---- */

/* Of the listed solids from `first` to `end`. */
INLINE void meet_listed(const orr_cast_scene *scene, const listed *list, int first, int end,
                        const ray *r, form how, hit *h) {
  for (int word = first / 64; word * 64 < end; word++) {
    uint64_t bits = list->tiles[0][word];
    for (int i = 1; i < list->count; i++) bits |= list->tiles[i][word];
    if (first > word * 64) bits &= ~UINT64_C(0) << (first - word * 64);
    if (end < word * 64 + 64) bits &= (UINT64_C(1) << (end - word * 64)) - 1;
    for (; bits; bits &= bits - 1) meet(scene, word * 64 + __builtin_ctzll(bits), r, how, h);
  }
}

INLINE beam beam_of(const ray *r, mask m) {
  extent e = extent_of(r->from, m);
  beam b = {.far = FAR};
  int lane = __builtin_ctz(bits_of(m));
  float x[LANES], y[LANES], z[LANES], square = 0.0f;
  store(x, r->along.x);
  store(y, r->along.y);
  store(z, r->along.z);
  b.axis[0] = x[lane], b.axis[1] = y[lane], b.axis[2] = z[lane];
  for (int k = 0; k < 3; k++) {
    float half = 0.5f * (e.high[k] - e.low[k]);
    b.from[k] = 0.5f * (e.high[k] + e.low[k]);
    square += half * half;
  }
  b.size = 1.001f * __builtin_sqrtf(square);
  /* A little wider than it is: what rounds must not be left out. */
  float cosine = least(pick(m, dot3(r->along, all3(b.axis)), all(1.0f))) - 1e-5f;
  b.cosine = cosine > 0.0f ? cosine : 0.0f;
  b.sine = cosine > 0.0f ? __builtin_sqrtf(1.0f - cosine * cosine) : 1.0f;
  if (cosine <= 0.0f) b.size = FAR;
  return b;
}

INLINE void meet_in_beam(const orr_cast_scene *scene, const beam *b, int first, int end,
                         const ray *r, hit *h) {
  for (int i = first / LANES * LANES; i < end; i += LANES) {
    unsigned bits = in_beam(scene, i, b);
    if (i < first) bits &= ~0u << (first - i);
    if (i + LANES > end) bits &= (1u << (end - i)) - 1u;
    for (; bits; bits &= bits - 1) meet(scene, i + __builtin_ctz(bits), r, FROM_ANYWHERE, h);
  }
}

/* ---- what a ray sees ---- */

/* Of a packet: how often rays may still be sent on, and what turns the shadow rays. */
typedef struct state {
  int left;
  ivec hash;
} state;

static vec3s follow(const orr_cast_scene *scene, const ray *r, state now, mask m);

/* What a ray that leaves a surface along `along` sees. */
INLINE vec3s send(const orr_cast_scene *scene, const surface *at, const ray *r, vec distance,
                  vec3s along, vec side, state now, mask m) {
  ray next = {.from = add3(at->point, scale3(side * at->bias, at->normal)),
              .along = along,
              .near = all(0.0f),
              .width = r->width + r->growth * distance,
              .growth = r->growth};
  if (now.left == 0) return sky_along(scene, along);
  now.left--;
  return follow(scene, &next, now, m);
}

INLINE vec3s reflected(const orr_cast_scene *scene, const surface *at, const ray *r, vec distance,
                       state now, mask m) {
  vec twice = 2.0f * dot3(r->along, at->normal);
  vec3s along = unit3(sub3(r->along, scale3(twice, at->normal)));
  return send(scene, at, r, distance, along, all(1.0f), now, m);
}

/* F L(reflected) + (1 - F) a L(refracted) */
INLINE vec3s through_glass(const orr_cast_scene *scene, const surface *at, const ray *r,
                           vec distance, state now, mask m) {
  vec ratio = pick(at->inside, at->index, 1.0f / at->index);
  vec cosine = -dot3(r->along, at->normal);
  vec square = 1.0f - ratio * ratio * (1.0f - cosine * cosine);
  mask bent = both(m, below(all(0.0f), square));
  vec beyond = root(keep(bent, square)), head_on = (at->index - 1.0f) / (at->index + 1.0f);
  vec less = 1.0f - lesser(cosine, beyond), fifth = less * less * (less * less) * less;
  head_on = head_on * head_on;
  vec part = pick(bent, head_on + (1.0f - head_on) * fifth, all(1.0f));
  vec3s sum = scale3(part, reflected(scene, at, r, distance, now, m));
  if (!any(bent)) return sum;
  vec3s along = add3(scale3(ratio, r->along), scale3(ratio * cosine - beyond, at->normal));
  along = pick3(bent, unit3(along), r->along);
  vec3s other = send(scene, at, r, distance, along, all(-1.0f), now, bent);
  vec3s white = {all(1.0f), all(1.0f), all(1.0f)}, tint = pick3(at->inside, white, at->albedo);
  other = (vec3s){tint.x * other.x, tint.y * other.y, tint.z * other.z};
  vec3s both_ways = add3(sum, scale3(1.0f - part, other));
  return pick3(bent, both_ways, sum);
}

INLINE vec3s faded(const orr_cast_scene *scene, const surface *at, vec3s colour) {
  vec3s horizon = all3(scene->horizon);
  return add3(colour, scale3(at->haze, sub3(horizon, colour)));
}

INLINE vec3s colour_of(const orr_cast_scene *scene, const ray *r, const hit *h, state now, mask m) {
  vec none = all(0.0f);
  surface at = surface_at(scene, r, h, m);
  vec rest = 1.0f - at.mirror - at.glass;
  mask solid = both(m, below(none, rest)), mirror = both(m, below(none, at.mirror));
  mask glass = both(m, below(none, at.glass));
  vec3s sum = {none, none, none};
  if (any(solid)) sum = scale3(keep(solid, rest), lit(scene, &at, r->along, now.hash, solid));
  if (any(mirror)) {
    vec3s seen = reflected(scene, &at, r, h->distance, now, mirror);
    sum = pick3(mirror, add3(sum, scale3(at.mirror, seen)), sum);
  }
  if (any(glass)) {
    vec3s seen = through_glass(scene, &at, r, h->distance, now, glass);
    sum = pick3(glass, add3(sum, scale3(at.glass, seen)), sum);
  }
  return faded(scene, &at, sum);
}

/* Half of what is there and half of a goal before it. */
INLINE vec3s with_goal(const orr_cast_scene *scene, const ray *r, const hit *goal, state now,
                       vec3s behind) {
  mask m = below(all(-0.5f), to_float(goal->solid));
  if (!any(m)) return behind;
  surface at = surface_at(scene, r, goal, m);
  vec3s own = faded(scene, &at, lit(scene, &at, r->along, now.hash, m));
  return pick3(m, scale3(all(0.5f), add3(own, behind)), behind);
}

INLINE vec3s seen(const orr_cast_scene *scene, const ray *r, const hit *h, const hit *goal,
                  state now) {
  mask m = below(all(-0.5f), to_float(h->solid));
  vec3s colour = sky_along(scene, r->along);
  if (any(m)) colour = pick3(m, colour_of(scene, r, h, now, m), colour);
  return scene->count > scene->first_goal ? with_goal(scene, r, goal, now, colour) : colour;
}

static __attribute__((noinline)) vec3s follow(const orr_cast_scene *scene, const ray *r, state now,
                                              mask m) {
  beam b = beam_of(r, m);
  hit h = nothing(m, all(FAR));
  meet_in_beam(scene, &b, 0, scene->first_goal, r, &h);
  hit goal = nothing(m, h.distance);
  meet_in_beam(scene, &b, scene->first_goal, scene->count, r, &goal);
  return seen(scene, r, &h, &goal, now);
}

INLINE vec3s look(const orr_cast_scene *scene, const listed *list, const ray *r, form how,
                  state now, mask m, hit *h) {
  *h = nothing(m, all(FAR));
  meet_listed(scene, list, 0, scene->first_goal, r, how, h);
  hit goal = nothing(m, h->distance);
  meet_listed(scene, list, scene->first_goal, scene->count, r, how, &goal);
  return seen(scene, r, h, &goal, now);
}

/* ---- pixels ---- */

/* Rays through points of the picture; `length`: of the way on which depth grows by 1. */
INLINE ray ray_through(const orr_cast_scene *scene, vec x, vec y, float part, vec *length) {
  vec right = x - scene->centre[0], down = y - scene->centre[1];
  vec3s across = add3(scale3(right, all3(scene->right)), scale3(down, all3(scene->down)));
  vec3s forward = all3(scene->forward);
  float wide = part * scene->pixel;
  if (scene->parallel) {
    *length = all(1.0f);
    return (ray){.from = add3(across, scale3(all(scene->start), forward)),
                 .along = forward,
                 .near = all(scene->near - scene->start),
                 .width = all(wide),
                 .growth = all(0.0f)};
  }
  vec3s way = add3(forward, across), none = {all(0.0f), all(0.0f), all(0.0f)};
  *length = root(dot3(way, way));
  vec inverse = 1.0f / *length;
  return (ray){.from = none,
               .along = scale3(inverse, way),
               .near = scene->near * *length,
               .width = none.x,
               .growth = wide * inverse};
}

/* Thomas Wang's 32-bit mix (public domain, 2007), of a pixel's and a sample's number. */
INLINE ivec mixed(ivec pixel, ivec sample) {
  uvec h = (uvec)pixel * 16u + (uvec)sample;
  h = (h ^ 61u) ^ (h >> 16);
  h *= 9u;
  h ^= h >> 4;
  h *= 0x27d4eb2du;
  h ^= h >> 15;
  return (ivec)h;
}

static __attribute__((noinline)) vec3s look_from_eye(const orr_cast_scene *scene,
                                                     const listed *list, const ray *r, state now,
                                                     mask m, hit *h) {
  return look(scene, list, r, FROM_EYE, now, m, h);
}

static __attribute__((noinline)) vec3s look_in_parallel(const orr_cast_scene *scene,
                                                        const listed *list, const ray *r, state now,
                                                        mask m, hit *h) {
  return look(scene, list, r, FROM_ANYWHERE, now, m, h);
}

INLINE vec3s look_through(const orr_cast_scene *scene, const listed *list, const ray *r, state now,
                          mask m, hit *h) {
  return scene->parallel ? look_in_parallel(scene, list, r, now, m, h)
                         : look_from_eye(scene, list, r, now, m, h);
}

/* To entries of the sRGB table; not-a-number becomes black. */
INLINE ivec code_of(vec linear) {
  vec cut = lesser(greater(linear, all(0.0f)), all(1.0f));
  return truncate(root(cut) * (float)(ORR_CAST_CODES - 1) + 0.5f);
}

INLINE void encode(const orr_cast_scene *scene, vec3s colour, uint8_t out[LANES][3]) {
  int32_t codes[3][LANES];
  istore(codes[0], code_of(colour.x));
  istore(codes[1], code_of(colour.y));
  istore(codes[2], code_of(colour.z));
  for (int i = 0; i < LANES; i++)
    for (int k = 0; k < 3; k++) out[i][k] = scene->codes[codes[k][i]];
}

/* `wide` of the four pixels of a tile's row. */
INLINE void put_row(const orr_cast_scene *scene, int x, int row, int wide,
                    const uint8_t (*bytes)[3], const float *depth, const int32_t *solids) {
  size_t at = (size_t)row * (size_t)scene->width + (size_t)x;
  memcpy(scene->pixels + (size_t)row * scene->stride + 3 * (size_t)x, bytes, 3 * (size_t)wide);
  memcpy(scene->depth + at, depth, (size_t)wide * sizeof *depth);
  memcpy(scene->seen + at, solids, (size_t)wide * sizeof *solids);
  for (int k = 0; k < wide; k++) scene->labels[at + (size_t)k] = scene->known[1 + solids[k]];
}

/* A part of a tile to the pictures. */
INLINE void put(const orr_cast_scene *scene, int x, int y, vec3s colour, const hit *h, vec length) {
  uint8_t bytes[LANES][3];
  float depth[LANES];
  int32_t solids[LANES];
  int wide = scene->width - x;
  encode(scene, colour, bytes);
  mask there = below(all(-0.5f), to_float(h->solid));
  store(depth, pick(there, h->distance / length + scene->start, all(FAR)));
  istore(solids, h->solid);
  for (int i = 0; i < LANES; i += ORR_CAST_TILE, y++) {
    if (y >= scene->height) return;
    if (wide >= ORR_CAST_TILE)
      put_row(scene, x, y, ORR_CAST_TILE, (const uint8_t(*)[3])bytes + i, depth + i, solids + i);
    else
      put_row(scene, x, y, wide, (const uint8_t(*)[3])bytes + i, depth + i, solids + i);
  }
}

static void cast_row(const orr_cast_scene *scene, int tile_row) {
  static const float columns[PACKET] = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
  static const float rows[PACKET] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
  for (int tile = 0; tile < scene->across; tile++) {
    size_t index = (size_t)tile_row * (size_t)scene->across + (size_t)tile;
    listed list = {.tiles = {scene->tiles + index * (size_t)scene->words}, .count = 1};
    int x = tile * ORR_CAST_TILE, y = tile_row * ORR_CAST_TILE;
    for (int p = 0; p < PARTS; p++) {
      int first = p * LANES;
      vec column = load(columns + first) + (float)x, row = load(rows + first) + (float)y, length;
      mask m = both(below(column, all((float)scene->width)), below(row, all((float)scene->height)));
      if (!any(m)) break;
      ray r = ray_through(scene, column + 0.5f, row + 0.5f, 1.0f, &length);
      ivec pixel = truncate(row) * scene->width + truncate(column);
      state now = {scene->quality.bounces, mixed(pixel, iall(0))};
      hit h;
      vec3s colour = look_through(scene, &list, &r, now, m, &h);
      put(scene, x, y + first / ORR_CAST_TILE, colour, &h, length);
    }
  }
}

/* ---- pixels of many samples ---- */

/* Sample i of n: in its own cell of the pixel, and in its own row and column of n. */
INLINE void sample_place(int i, int n, float *x, float *y) {
  int side = n == 16 ? 4 : 2, column = i % side, row = i / side;
  *x = ((float)column + ((float)row + 0.5f) / (float)side) / (float)side;
  *y = ((float)row + ((float)(side - 1 - column) + 0.5f) / (float)side) / (float)side;
}

/* 16 samples from number `first` on of all the samples of the pixels. */
static void cast_samples(const orr_cast_scene *scene, const int32_t *pixels, int count, int first,
                         float out[3][PACKET]) {
  int n = scene->quality.samples;
  float x[PACKET], y[PACKET];
  int32_t pixel[PACKET], sample[PACKET];
  listed list = {.count = PACKET / n};
  for (int i = 0; i < PACKET; i++) {
    int which = (first + i) / n;
    pixel[i] = pixels[which < count ? which : count - 1];
    sample[i] = (first + i) % n;
    int column = pixel[i] % scene->width, row = pixel[i] / scene->width;
    sample_place(sample[i], n, &x[i], &y[i]);
    x[i] += (float)column;
    y[i] += (float)row;
    int tile = row / ORR_CAST_TILE * scene->across + column / ORR_CAST_TILE;
    list.tiles[i / n] = scene->tiles + (size_t)tile * (size_t)scene->words;
  }
  for (int p = 0; p < PARTS; p++) {
    int lane = p * LANES;
    vec length;
    hit h;
    ray r = ray_through(scene, load(x + lane), load(y + lane), n == 16 ? 0.25f : 0.5f, &length);
    state now = {scene->quality.bounces, mixed(iload(pixel + lane), iload(sample + lane))};
    vec3s colour = look_through(scene, &list, &r, now, from_bits((1u << LANES) - 1u), &h);
    store(out[0] + lane, colour.x);
    store(out[1] + lane, colour.y);
    store(out[2] + lane, colour.z);
  }
}

static void cast_refined(const orr_cast_scene *scene, const int32_t *pixels, int count,
                         uint8_t *out) {
  int n = scene->quality.samples;
  float mean[3][LANES] = {{0.0f}};
  for (int first = 0; first < n * count; first += PACKET) {
    float samples[3][PACKET];
    uint8_t bytes[LANES][3];
    cast_samples(scene, pixels, count, first, samples);
    int whole_pixels = PACKET / n;
    for (int i = 0; i < whole_pixels; i++)
      for (int k = 0; k < 3; k++) {
        float sum = 0.0f;
        for (int s = 0; s < n; s++) sum += samples[k][i * n + s];
        mean[k][i] = sum / (float)n;
      }
    vec3s colour = {load(mean[0]), load(mean[1]), load(mean[2])};
    encode(scene, colour, bytes);
    for (int i = 0; i < whole_pixels && first / n + i < count; i++)
      memcpy(out + 3 * (size_t)(first / n + i), bytes[i], 3);
  }
}

const orr_cast_kernels ORR_CAST = {TEXT(ORR_CAST), cast_row, cast_refined};
