/* Lamps, their images behind mirrors, and the areas that outlines and mirrors cut out. */
#include "base/maths.h"
#include "base/memory.h"
#include "render/flatlight_private.h"
#include "render/light.h"
#include <string.h>

enum {
  ARC = 32,                                     /* sides of half a circle that a mirror cuts */
  CORNERS = ORR_RASTER_CORNERS + 2 * (ARC + 1), /* of what is left of an outline */
  DEEPEST = 8,                                  /* mirrors one after the other */
  MOST_BEAMS = 1 << 16                          /* halls of mirrors end here */
};
#define FAR_SUN 1e6  /* a sun's distance, in pictures */
#define TOUCH   1e-6 /* pixels: what is nearer to a mirror lies on it */
#define LEAST   2e-3 /* linear light that can be seen */

/* Opaque, convex: what lies within `radius` of the hull of the points. */
typedef struct blocker {
  double points[CORNERS][2];
  size_t count;
  double radius;
  int owner;
} blocker;

/* A side of a mirror, and the direction to which it looks. */
typedef struct mirror {
  double ends[2][2], normal[2];
  double part; /* of the light */
} mirror;

/* The directions seen between two points, the one on the left first; y is down. */
typedef struct wedge {
  double left[2], right[2];
} wedge;

/* Where light has come from: the mirrors that it met, first to last. */
typedef struct route {
  orr_flatlight_beam beam; /* the lamp's image behind the last of them */
  const mirror *mirrors[DEEPEST];
  int depth;
  wedge seen; /* from the image: all windows */
} route;

typedef struct finder {
  orr_flatlight_beams *beams;
  const orr_flatlight_stage *stage;
  blocker *blockers;
  mirror *mirrors;
  size_t blocker_count, mirror_count;
} finder;

static double cross(const double a[2], const double b[2]) { return a[0] * b[1] - a[1] * b[0]; }
static double dot(const double a[2], const double b[2]) { return a[0] * b[0] + a[1] * b[1]; }

static bool normalise(double v[2]) {
  double length = hypot(v[0], v[1]);
  if (!(length > 0.0)) return false;
  v[0] /= length;
  v[1] /= length;
  return true;
}

int orr_flatlight_owner(const orr_scene *scene, size_t shape) {
  const orr_scene_shape *s = &scene->shapes[shape];
  if (s->body >= 0) return s->body;
  if (s->label > 0) return (1 << 20) + s->label;
  size_t first = 0;
  for (size_t count; first < shape; first += count) {
    count = orr_raster_scene_group(scene, first);
    if (first + count > shape) break;
  }
  return (1 << 21) + (int)first;
}

/* ---- mirrors ---- */

static double height_over(const mirror *m, const double point[2]) {
  return (point[0] - m->ends[0][0]) * m->normal[0] + (point[1] - m->ends[0][1]) * m->normal[1];
}

static void reflect_point(const mirror *m, double point[2]) {
  double height = height_over(m, point);
  for (int k = 0; k < 2; k++) point[k] -= 2.0 * height * m->normal[k];
}

static void reflect_direction(const mirror *m, double v[2]) {
  double along = dot(v, m->normal);
  for (int k = 0; k < 2; k++) v[k] -= 2.0 * along * m->normal[k];
}

/* The part of a convex polygon at least TOUCH before the mirror. */
static void cut(blocker *b, const mirror *m) {
  double kept[CORNERS][2];
  size_t count = 0;
  for (size_t i = 0; i < b->count; i++) {
    const double *p = b->points[i], *q = b->points[(i + 1) % b->count];
    double hp = height_over(m, p) - TOUCH, hq = height_over(m, q) - TOUCH;
    if (hp >= 0.0 && count < CORNERS) memcpy(kept[count++], p, sizeof *kept);
    if ((hp < 0.0) == (hq < 0.0) || count == CORNERS) continue;
    for (int k = 0; k < 2; k++) kept[count][k] = p[k] + hp / (hp - hq) * (q[k] - p[k]);
    count++;
  }
  memcpy(b->points, kept, count * sizeof *kept);
  b->count = count;
}

/* A circle or a segment as a polygon of the same width and length. */
static void flatten(blocker *b) {
  double a[2] = {b->points[0][0], b->points[0][1]};
  double z[2] = {b->points[b->count - 1][0], b->points[b->count - 1][1]};
  double along[2] = {z[0] - a[0], z[1] - a[1]};
  if (!normalise(along)) along[0] = 1.0;
  for (int i = 0; i <= ARC; i++) {
    double angle = ORR_PI * i / ARC, ahead = b->radius * sin(angle), aside = b->radius * cos(angle);
    for (int k = 0; k < 2; k++) {
      double side = k == 0 ? -along[1] : along[0];
      b->points[i][k] = z[k] + ahead * along[k] - aside * side;
      b->points[ARC + 1 + i][k] = a[k] - ahead * along[k] + aside * side;
    }
  }
  b->count = 2 * (ARC + 1);
  b->radius = 0.0;
}

/* How far an outline reaches over the mirror's line. */
static void heights(const blocker *b, const mirror *m, double *low, double *high) {
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t i = 0; i < b->count; i++) {
    double height = height_over(m, b->points[i]);
    *low = orr_min(*low, height - b->radius);
    *high = orr_max(*high, height + b->radius);
  }
}

/* The part before the mirror; false: nothing is. */
static bool before(blocker *b, const mirror *m) {
  double low, high;
  heights(b, m, &low, &high);
  if (high <= TOUCH) return false;
  if (low >= TOUCH) return true;
  if (b->count <= 2) flatten(b);
  cut(b, m);
  return b->count > 2;
}

/* ---- wedges ---- */

/* Whether the apex lies in the outline. */
static bool inside(const blocker *b, const double apex[2]) {
  bool left = true, right = true;
  if (b->count <= 2) {
    const double *p = b->points[0], *q = b->points[b->count - 1];
    double along[2] = {q[0] - p[0], q[1] - p[1]}, away[2] = {apex[0] - p[0], apex[1] - p[1]};
    double length2 = dot(along, along);
    double t = length2 > 0.0 ? orr_clamp(dot(away, along) / length2, 0.0, 1.0) : 0.0;
    return hypot(away[0] - t * along[0], away[1] - t * along[1]) <= b->radius;
  }
  for (size_t i = 0; i < b->count; i++) {
    const double *p = b->points[i], *q = b->points[(i + 1) % b->count];
    double side = (q[0] - p[0]) * (apex[1] - p[1]) - (q[1] - p[1]) * (apex[0] - p[0]);
    left = left && side <= 0.0;
    right = right && side >= 0.0;
  }
  return left || right;
}

/* The tangents from the apex, which lies outside, and how far away they touch. */
static wedge tangents(const blocker *b, const double apex[2], double touch[2]) {
  wedge w = {{0.0, 0.0}, {0.0, 0.0}};
  for (size_t i = 0; i < b->count; i++) {
    double to[2] = {b->points[i][0] - apex[0], b->points[i][1] - apex[1]};
    double distance = hypot(to[0], to[1]), sine = b->radius / distance;
    double cosine = sqrt(orr_max(0.0, 1.0 - sine * sine));
    to[0] /= distance;
    to[1] /= distance;
    const double left[2] = {cosine * to[0] + sine * to[1], cosine * to[1] - sine * to[0]};
    const double right[2] = {cosine * to[0] - sine * to[1], cosine * to[1] + sine * to[0]};
    double at = cosine * distance;
    double l = cross(w.left, left), r = cross(w.right, right);
    /* Of several corners along one tangent the nearest casts the shadow. */
    if (i == 0 || l < 0.0 || (l == 0.0 && at < touch[0])) {
      memcpy(w.left, left, sizeof left);
      touch[0] = at;
    }
    if (i == 0 || r > 0.0 || (r == 0.0 && at < touch[1])) {
      memcpy(w.right, right, sizeof right);
      touch[1] = at;
    }
  }
  return w;
}

static wedge wedge_of(const double apex[2], const double ends[2][2]) {
  wedge w;
  for (int k = 0; k < 2; k++) {
    w.left[k] = ends[0][k] - apex[k];
    w.right[k] = ends[1][k] - apex[k];
  }
  normalise(w.left);
  normalise(w.right);
  if (cross(w.left, w.right) >= 0.0) return w;
  return (wedge){{w.right[0], w.right[1]}, {w.left[0], w.left[1]}};
}

/* Narrows a wedge to what lies in the other too; false: nothing does. Both are narrower than half a
 * turn; of opposite ones something may be left. */
static bool narrow(wedge *w, const wedge *other) {
  if (cross(w->right, other->left) >= 0.0 && dot(w->right, other->left) > 0.0) return false;
  if (cross(w->left, other->right) <= 0.0 && dot(w->left, other->right) > 0.0) return false;
  if (cross(w->left, other->left) > 0.0) memcpy(w->left, other->left, sizeof w->left);
  if (cross(w->right, other->right) < 0.0) memcpy(w->right, other->right, sizeof w->right);
  return cross(w->left, w->right) > 0.0;
}

static void find_box(orr_flatlight_area *area) {
  for (int k = 0; k < 2; k++) {
    area->low[k] = area->high[k] = area->points[0][k];
    for (int i = 1; i < ORR_FLATLIGHT_CORNERS; i++) {
      area->low[k] = orr_min(area->low[k], area->points[i][k]);
      area->high[k] = orr_max(area->high[k], area->points[i][k]);
    }
  }
}

/* From two points away from the apex, beyond the picture. */
static orr_flatlight_area area_behind(const finder *f, const double apex[2], const wedge *w,
                                      const double left[2], const double right[2]) {
  const orr_flatlight_stage *s = f->stage;
  double size = s->width + s->height;
  double away = 4.0 * (size + hypot(apex[0] - 0.5 * s->width, apex[1] - 0.5 * s->height));
  double middle[2] = {w->left[0] + w->right[0], w->left[1] + w->right[1]};
  if (!normalise(middle)) middle[0] = -w->left[1], middle[1] = w->left[0];
  orr_flatlight_area area = {.owner = -1};
  for (int k = 0; k < 2; k++) {
    area.points[0][k] = left[k];
    area.points[1][k] = right[k];
    area.points[2][k] = right[k] + away * w->right[k];
    area.points[3][k] = apex[k] + away * middle[k];
    area.points[4][k] = left[k] + away * w->left[k];
  }
  find_box(&area);
  return area;
}

/* ---- beams ---- */

static orr_status add_shadow(finder *f, const orr_flatlight_area *area, orr_error *err) {
  orr_flatlight_beams *all = f->beams;
  if (all->shadow_count == all->shadow_capacity) {
    size_t capacity = 2 * all->shadow_capacity + 64;
    orr_flatlight_area *grown = orr_realloc(all->shadows, capacity, sizeof *grown);
    if (!grown) return orr_fail(err, ORR_ERR_MEMORY, "no memory for %zu shadows", capacity);
    all->shadows = grown;
    all->shadow_capacity = capacity;
  }
  all->shadows[all->shadow_count++] = *area;
  return ORR_OK;
}

static orr_status add_beam(finder *f, const orr_flatlight_beam *beam, orr_error *err) {
  orr_flatlight_beams *all = f->beams;
  if (all->count == all->capacity) {
    size_t capacity = 2 * all->capacity + 16;
    orr_flatlight_beam *grown = orr_realloc(all->beams, capacity, sizeof *grown);
    if (!grown) return orr_fail(err, ORR_ERR_MEMORY, "no memory for %zu beams", capacity);
    all->beams = grown;
    all->capacity = capacity;
  }
  all->beams[all->count++] = *beam;
  return ORR_OK;
}

/* Which part of an outline can stop the light between the mirrors `leg` and `leg` + 1, and where it
 * is seen from behind the last mirror; false: none. */
static bool on_leg(blocker *b, const route *r, int leg) {
  if (leg > 0 && !before(b, r->mirrors[leg - 1])) return false;
  if (leg < r->depth && !before(b, r->mirrors[leg])) return false;
  for (int m = leg; m < r->depth; m++)
    for (size_t i = 0; i < b->count; i++) reflect_point(r->mirrors[m], b->points[i]);
  return true;
}

static blocker copy_of(const blocker *b) {
  blocker copy;
  copy.count = b->count;
  copy.radius = b->radius;
  copy.owner = b->owner;
  memcpy(copy.points, b->points, b->count * sizeof *b->points);
  return copy;
}

/* The shadow of an outline, from the image; false: none where the light goes. */
static bool shadow_of(const finder *f, const route *r, const blocker *b, orr_flatlight_area *out) {
  const double *apex = r->beam.apex;
  double touch[2] = {0.0, 0.0}, left[2], right[2];
  wedge w = tangents(b, apex, touch), common = w;
  if (r->depth > 0 && !narrow(&common, &r->seen)) return false;
  for (int k = 0; k < 2; k++) {
    left[k] = apex[k] + touch[0] * w.left[k];
    right[k] = apex[k] + touch[1] * w.right[k];
  }
  *out = area_behind(f, apex, &w, left, right);
  return true;
}

/* The shadows of all outlines on one leg; `blocked`: nothing comes through. */
static orr_status add_leg(finder *f, const route *r, int leg, bool *blocked, orr_error *err) {
  const double all = 8.0 * (f->stage->width + f->stage->height);
  for (size_t i = 0; i < f->blocker_count; i++) {
    blocker b = copy_of(&f->blockers[i]);
    bool last = leg == r->depth;
    orr_flatlight_area area = {
        .points = {{-all, -all}, {all, -all}, {all, all}, {0.0, all}, {-all, all}}};
    find_box(&area);
    if (!on_leg(&b, r, leg)) continue;
    if (inside(&b, r->beam.apex))
      *blocked = *blocked || !last;
    else if (!shadow_of(f, r, &b, &area))
      continue;
    area.owner = last ? b.owner : -1;
    ORR_TRY(add_shadow(f, &area, err));
  }
  return ORR_OK;
}

static orr_status finish_beam(finder *f, route *r, orr_error *err) {
  bool blocked = false;
  orr_flatlight_beams *all = f->beams;
  r->beam.first_shadow = all->shadow_count;
  for (int leg = 0; leg <= r->depth; leg++) ORR_TRY(add_leg(f, r, leg, &blocked, err));
  r->beam.shadow_count = all->shadow_count - r->beam.first_shadow;
  if (!blocked) return add_beam(f, &r->beam, err);
  all->shadow_count = r->beam.first_shadow;
  return ORR_OK;
}

/* Where the line from the apex along `direction` meets the mirror's line. */
static void meet(const mirror *m, const double apex[2], const double direction[2], double out[2]) {
  double t = -height_over(m, apex) / dot(direction, m->normal);
  for (int k = 0; k < 2; k++) out[k] = apex[k] + t * direction[k];
}

/* What of the next mirror lies before the last one; false: nothing. */
static bool window_of(const route *from, const mirror *next, double ends[2][2]) {
  memcpy(ends, next->ends, sizeof next->ends);
  if (from->depth == 0) return true;
  const mirror *last = from->mirrors[from->depth - 1];
  const double h[2] = {height_over(last, next->ends[0]), height_over(last, next->ends[1])};
  if (h[0] <= TOUCH && h[1] <= TOUCH) return false;
  for (int i = 0; i < 2; i++) {
    if (h[i] >= TOUCH) continue;
    double share = (TOUCH - h[i]) / (h[1 - i] - h[i]);
    for (int k = 0; k < 2; k++) ends[i][k] += share * (next->ends[1 - i][k] - next->ends[i][k]);
  }
  return true;
}

/* The route thrown on by one more mirror; false: no light gets there. */
static bool extend(const finder *f, const route *from, const mirror *next, route *r) {
  double ends[2][2], left[2], right[2];
  if (height_over(next, from->beam.apex) <= TOUCH || !window_of(from, next, ends)) return false;
  *r = *from;
  r->mirrors[r->depth++] = next;
  reflect_point(next, r->beam.apex);
  reflect_direction(next, r->beam.direction);
  for (int c = 0; c < 3; c++) r->beam.colour[c] *= next->part;
  r->seen = wedge_of(r->beam.apex, (const double(*)[2])ends);
  if (from->depth > 0) {
    wedge before_last = from->seen;
    reflect_direction(next, before_last.left);
    reflect_direction(next, before_last.right);
    const wedge turned = {{before_last.right[0], before_last.right[1]},
                          {before_last.left[0], before_last.left[1]}};
    if (!narrow(&r->seen, &turned)) return false;
  }
  meet(next, r->beam.apex, r->seen.left, left);
  meet(next, r->beam.apex, r->seen.right, right);
  r->beam.mirrored = true;
  r->beam.lit = area_behind(f, r->beam.apex, &r->seen, left, right);
  return true;
}

static bool faint(const double colour[3]) {
  return colour[0] < LEAST && colour[1] < LEAST && colour[2] < LEAST;
}

static orr_status follow(finder *f, const route *from, orr_error *err) {
  for (size_t i = 0; i < f->mirror_count; i++) {
    route r;
    if (f->beams->count >= MOST_BEAMS) return ORR_OK;
    if (!extend(f, from, &f->mirrors[i], &r)) continue;
    ORR_TRY(finish_beam(f, &r, err));
    if (r.depth < f->stage->bounces && r.depth < DEEPEST && !faint(r.beam.colour))
      ORR_TRY(follow(f, &r, err));
  }
  return ORR_OK;
}

/* ---- lamps ---- */

/* As orr_light_disc, with the middle of all points in the disc's: the middle of a soft edge is the
 * hard one. */
static void disc_point(int index, int count, double out[2]) {
  double other[2];
  orr_light_disc(index, count, out);
  for (int i = 0; i < count; i++) {
    orr_light_disc(i, count, other);
    for (int k = 0; k < 2; k++) out[k] -= other[k] / count;
  }
}

/* A sun stands so far away that its rays are parallel; false: it shines straight down. */
static bool place_sun(const finder *f, const orr_scene_light *lamp, const double offset[2],
                      orr_flatlight_beam *beam) {
  double away = FAR_SUN * (f->stage->width + f->stage->height);
  if (!beam->aimed) return false;
  for (int k = 0; k < 2; k++) {
    double aside = k == 0 ? -beam->direction[1] : beam->direction[0];
    double middle = 0.5 * (k == 0 ? f->stage->width : f->stage->height);
    beam->apex[k] = middle - away * (beam->direction[k] - lamp->radius * offset[0] * aside);
  }
  return true;
}

static orr_flatlight_beam beam_of(const finder *f, const orr_scene_light *lamp, int count) {
  orr_flatlight_beam beam = {.angle = lamp->angle,
                             .spot = lamp->kind == ORR_SCENE_LIGHT_SPOT,
                             .reach = lamp->reach * f->stage->camera.scale,
                             .direction = {lamp->direction[0], lamp->direction[1]}};
  beam.falls = lamp->kind != ORR_SCENE_LIGHT_SUN && lamp->reach > 0.0;
  beam.aimed =
      lamp->kind != ORR_SCENE_LIGHT_POINT && hypot(beam.direction[0], beam.direction[1]) > 1e-3;
  if (f->stage->camera.flip_y) beam.direction[1] = -beam.direction[1];
  if (beam.aimed) normalise(beam.direction);
  beam.inner = cos((1.0 - ORR_LIGHT_SOFTNESS) * orr_min(lamp->angle, ORR_PI));
  beam.outer = cos(orr_min(lamp->angle, ORR_PI));
  for (int c = 0; c < 3; c++)
    beam.colour[c] = lamp->power * orr_light_linear(lamp->colour[c]) / count;
  return beam;
}

static orr_status add_lamp(finder *f, const orr_scene_light *lamp, orr_error *err) {
  int count = lamp->radius > 0.0 && f->stage->shadow_rays > 1 ? f->stage->shadow_rays : 1;
  for (int i = 0; i < count; i++) {
    route r = {.beam = beam_of(f, lamp, count)};
    double offset[2];
    disc_point(i, count, offset);
    if (lamp->kind == ORR_SCENE_LIGHT_SUN) {
      bool slanted = place_sun(f, lamp, offset, &r.beam);
      r.beam.aimed = false;
      if (!slanted) {
        ORR_TRY(add_beam(f, &r.beam, err));
        continue;
      }
    } else {
      orr_camera_project(&f->stage->camera, lamp->position, r.beam.apex);
      for (int k = 0; k < 2; k++)
        r.beam.apex[k] += lamp->radius * f->stage->camera.scale * offset[k];
    }
    ORR_TRY(finish_beam(f, &r, err));
    ORR_TRY(follow(f, &r, err));
  }
  return ORR_OK;
}

/* ---- outlines ---- */

/* The part of the light that its sides reflect; not-a-number is none. */
static double mirror_part(const orr_scene_shape *shape) {
  return shape->material.mirror > 0.0 ? orr_min(shape->material.mirror, 1.0) : 0.0;
}

static void add_mirror(finder *f, const double a[2], const double b[2], const double inner[2],
                       double radius, double part) {
  mirror *m = &f->mirrors[f->mirror_count];
  double normal[2] = {b[1] - a[1], a[0] - b[0]};
  if (!normalise(normal)) return;
  double out = (a[0] - inner[0]) * normal[0] + (a[1] - inner[1]) * normal[1];
  *m = (mirror){.part = part};
  for (int k = 0; k < 2; k++) {
    m->normal[k] = out < 0.0 ? -normal[k] : normal[k];
    m->ends[0][k] = a[k] + radius * m->normal[k];
    m->ends[1][k] = b[k] + radius * m->normal[k];
  }
  f->mirror_count++;
}

static void add_mirrors(finder *f, const blocker *b, double part) {
  double middle[2] = {0.0, 0.0};
  if (!(part > 0.0) || b->count < 2) return;
  for (size_t i = 0; i < b->count; i++)
    for (int k = 0; k < 2; k++) middle[k] += b->points[i][k] / (double)b->count;
  if (b->count == 2) { /* one side, and the other */
    const double *p = b->points[0], *q = b->points[1];
    double n[2] = {p[1] - q[1], q[0] - p[0]};
    for (int side = -1; side <= 1; side += 2)
      add_mirror(f, p, q, (const double[2]){middle[0] + side * n[0], middle[1] + side * n[1]},
                 b->radius, part);
    return;
  }
  for (size_t i = 0, last = b->count - 1; i < b->count; last = i++)
    add_mirror(f, b->points[last], b->points[i], middle, 0.0, part);
}

static void add_outline(finder *f, size_t index) {
  const orr_flatlight_stage *stage = f->stage;
  const orr_scene_shape *shape = &stage->scene->shapes[index];
  orr_raster_pose pose = orr_raster_scene_pose(shape->position, shape->angle);
  orr_raster_outline outline;
  if (shape->layer == ORR_LAYER_GOAL || shape->material.glass > 0.5) return;
  if (!orr_raster_scene_outline(&stage->camera, shape, &pose, &outline)) return;
  blocker *b = &f->blockers[f->blocker_count++];
  b->count = outline.count;
  b->radius = outline.radius;
  b->owner = orr_flatlight_owner(stage->scene, index);
  memcpy(b->points, outline.points, outline.count * sizeof *b->points);
  add_mirrors(f, b, mirror_part(shape));
}

static orr_status find(finder *f, orr_error *err) {
  const orr_scene *scene = f->stage->scene;
  orr_scene_light lamps[ORR_MOST_LAMPS];
  size_t count = orr_light_lamps(scene, lamps, ORR_MOST_LAMPS), sides = 0;
  for (size_t i = 0; i < scene->shape_count; i++)
    sides += mirror_part(&scene->shapes[i]) > 0.0 ? scene->shapes[i].vertex_count : 0;
  ORR_TRY(orr_new(&f->blockers, scene->shape_count + 1, sizeof *f->blockers, err));
  ORR_TRY(orr_new(&f->mirrors, sides + 1, sizeof *f->mirrors, err));
  for (size_t i = 0; i < scene->shape_count; i++) add_outline(f, i);
  for (size_t i = 0; i < count; i++) ORR_TRY(add_lamp(f, &lamps[i], err));
  return ORR_OK;
}

orr_status orr_flatlight_beams_find(orr_flatlight_beams *beams, const orr_flatlight_stage *stage,
                                    orr_error *err) {
  finder f = {.beams = beams, .stage = stage};
  beams->count = beams->shadow_count = 0;
  orr_status status = find(&f, err);
  orr_free(f.blockers);
  orr_free(f.mirrors);
  return status;
}

void orr_flatlight_beams_destroy(orr_flatlight_beams *beams) {
  orr_free(beams->beams);
  orr_free(beams->shadows);
  *beams = (orr_flatlight_beams){0};
}
