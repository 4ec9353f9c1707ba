#include "render/reference.h"
#include "render/reference_private.h"
#include "render/solid.h"

orr_reference_def orr_reference_default(void) {
  return (orr_reference_def){.width = 96, .height = 96, .samples = 64, .bounces = 4, .seed = 1};
}

/* The ray through a point of the picture, and the distance after which something is seen. */
static ray ray_through(const orr_eye *eye, double x, double y, double *near) {
  vec3 right = vec3_of(eye->right), down = vec3_of(eye->down), forward = vec3_of(eye->forward);
  vec3 aside = plus(times((x - eye->middle[0]) / eye->scale, right),
                    times((y - eye->middle[1]) / eye->scale, down));
  ray r = {.from = vec3_of(eye->position)};
  if (eye->parallel) {
    r.from = plus(r.from, aside);
    r.along = forward;
  } else {
    r.along = unit(plus(forward, aside));
  }
  *near = eye->near / dot(r.along, forward);
  return r;
}

/* What the tasks of a picture share. */
typedef struct painting {
  const orr_reference_def *def;
  const orr_eye *eye;
  orr_reference_stage stage;
  const orr_control *control;
  int bits; /* 2^bits samples */
  orr_image *image;
  int x, y;
  atomic_int rows; /* done */
} painting;

static vec3 pixel_light(const painting *work, uint32_t column, uint32_t row) {
  const orr_reference_def *def = work->def;
  uint32_t count = 1u << work->bits;
  vec3 sum = {0.0, 0.0, 0.0};
  for (uint32_t i = 0; i < count; i++) {
    orr_reference_sampler sampler = {def->seed, column, row, i, work->bits, 0};
    double place[2] = {0.5, 0.5}, near;
    if (!def->centres) orr_reference_draw(&sampler, place);
    ray r = ray_through(work->eye, column + place[0], row + place[1], &near);
    sum = plus(sum, orr_reference_radiance(&work->stage, def, &sampler, r, near));
  }
  return times(1.0 / count, sum);
}

static void paint_row(void *context, size_t row, size_t lane) {
  painting *work = context;
  if (orr_cancelled(work->control)) return;
  size_t start = ((size_t)work->y + row) * (size_t)work->image->width + (size_t)work->x;
  uint8_t *out = work->image->pixels + 3 * start;
  for (int column = 0; column < work->def->width; column++, out += 3) {
    vec3 light = pixel_light(work, (uint32_t)column, (uint32_t)row);
    out[0] = orr_light_encode(light.x);
    out[1] = orr_light_encode(light.y);
    out[2] = orr_light_encode(light.z);
  }
  int done = atomic_fetch_add(&work->rows, 1) + 1;
  if (lane == 0) orr_report(work->control, "rows", done, work->def->height, NULL);
}

orr_status orr_reference_paint(const orr_reference_def *def, const orr_eye *eye,
                               const orr_scene *scene, const orr_control *control, orr_image *image,
                               int x, int y, orr_error *err) {
  ORR_ASSERT(def->samples > 0 && def->samples <= 1 << 20 && def->bounces >= 0);
  ORR_ASSERT(x >= 0 && y >= 0 && x + def->width <= image->width &&
             y + def->height <= image->height);
  painting work = {
      .def = def, .eye = eye, .control = control, .image = image, .x = x, .y = y, .rows = 0};
  while (1 << work.bits < def->samples) work.bits += 2;
  orr_status status = orr_reference_stage_create(scene, &work.stage, err);
  if (status == ORR_OK)
    orr_pool_run(control ? control->pool : NULL, (size_t)def->height, paint_row, &work);
  orr_reference_stage_destroy(&work.stage);
  if (status == ORR_OK && orr_cancelled(control))
    return orr_fail(err, ORR_ERR_CANCELLED, "the reference picture was cancelled");
  if (status == ORR_OK) orr_report(control, "rows", def->height, def->height, NULL);
  return status;
}

orr_status orr_reference_survey(const orr_reference_def *def, const orr_eye *eye,
                                const orr_scene *scene, float *depths, uint8_t *labels,
                                orr_error *err) {
  orr_reference_stage stage;
  orr_status status = orr_reference_stage_create(scene, &stage, err);
  for (int i = 0; i < def->width * def->height && status == ORR_OK; i++) {
    double near;
    ray r = ray_through(eye, i % def->width + 0.5, i / def->width + 0.5, &near);
    orr_reference_hit hit = {.distance = INFINITY};
    bool any = orr_reference_nearest(&stage, r, near, false, &hit);
    if (depths) depths[i] = (float)(hit.distance * dot(r.along, vec3_of(eye->forward)));
    if (labels) labels[i] = any ? orr_solid_label(hit.solid->shape) : 0;
  }
  orr_reference_stage_destroy(&stage);
  return status;
}
