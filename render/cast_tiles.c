/* Which solids may be seen in which tile: by the box around each in the picture. */
#include "base/maths.h"
#include "render/cast_private.h"
#include <cglm/cglm.h>
#include <string.h>

/* Pixels that a solid may cover: of columns, then of rows. */
typedef struct area {
  float low[2], high[2];
} area;

static const area everything = {{-INFINITY, -INFINITY}, {INFINITY, INFINITY}};

#define MARGIN 0.05f /* pixels */

/* Right, down, depth. */
static void look_at(const orr_eye *eye, const float place[3], float out[3]) {
  const double *axes[3] = {eye->right, eye->down, eye->forward};
  for (int k = 0; k < 3; k++)
    out[k] =
        place[0] * (float)axes[k][0] + place[1] * (float)axes[k][1] + place[2] * (float)axes[k][2];
}

/* Between the two lines through the eye that touch a ball, in a plane through its centre. */
static void tangents(float across, float depth, float radius, float *low, float *high) {
  float way = sqrtf(across * across + depth * depth - radius * radius);
  *low = (across * way - depth * radius) / (depth * way + across * radius);
  *high = (across * way + depth * radius) / (depth * way - across * radius);
}

static area ball_area(const orr_eye *eye, const orr_cast_solid *s, float radius) {
  float at[3], scale = (float)eye->scale;
  area out;
  look_at(eye, s->centre, at);
  if (!eye->parallel && !(at[2] > 1.001f * radius)) return everything;
  for (int k = 0; k < 2; k++) {
    float low = at[k] - radius, high = at[k] + radius;
    if (!eye->parallel) tangents(at[k], at[2], radius, &low, &high);
    out.low[k] = (float)eye->middle[k] + low * scale;
    out.high[k] = (float)eye->middle[k] + high * scale;
  }
  return out;
}

/* Of the eight corners of a solid's box. */
static area box_area(const orr_eye *eye, const orr_cast_solid *s, const float middle[3],
                     const float half[3], float margin) {
  area out = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
  for (int corner = 0; corner < 8; corner++) {
    vec3 place, at;
    glm_vec3_copy((float *)s->centre, place);
    for (int k = 0; k < 3; k++) {
      float along = middle[k] + (corner >> k & 1 ? half[k] + margin : -half[k] - margin);
      glm_vec3_muladds((float *)s->axes[k], along, place);
    }
    look_at(eye, place, at);
    float scale = (float)eye->scale;
    if (!eye->parallel) {
      if (!(at[2] > 1e-4f * s->radius)) return everything;
      scale /= at[2];
    }
    for (int k = 0; k < 2; k++) {
      out.low[k] = fminf(out.low[k], (float)eye->middle[k] + at[k] * scale);
      out.high[k] = fmaxf(out.high[k], (float)eye->middle[k] + at[k] * scale);
    }
  }
  return out;
}

/* The tiles of a range of pixels: none when first > last. */
static void tiles_of(float low, float high, int count, int *first, int *last) {
  float from = floorf((low - MARGIN) / ORR_CAST_TILE), to = floorf((high + MARGIN) / ORR_CAST_TILE);
  *first = from > 0.0f ? (from < (float)count ? (int)from : count) : 0;
  *last = to < (float)(count - 1) ? (to >= 0.0f ? (int)to : -1) : count - 1;
}

static void list_solid(orr_cast_scene *scene, int index, const area *covered) {
  int left, right, top, low;
  tiles_of(covered->low[0], covered->high[0], scene->across, &left, &right);
  tiles_of(covered->low[1], covered->high[1], scene->down_count, &top, &low);
  for (int y = top; y <= low; y++) {
    uint64_t *word = scene->tiles +
                     ((size_t)y * (size_t)scene->across + (size_t)left) * (size_t)scene->words +
                     index / 64;
    for (int x = left; x <= right; x++, word += scene->words) *word |= UINT64_C(1) << (index % 64);
  }
}

void orr_cast_list_tiles(orr_cast_stage *stage, const orr_eye *eye) {
  orr_cast_scene *scene = &stage->scene;
  size_t count = (size_t)scene->across * (size_t)scene->down_count * (size_t)scene->words;
  memset(scene->tiles, 0, count * sizeof *scene->tiles);
  for (int i = 0; i < scene->count; i++) {
    const orr_cast_solid *s = &scene->solids[i];
    float margin = 1e-4f * s->radius + 8.0f * s->bias;
    area covered = everything;
    if (s->kind == ORR_SCENE_PLANE) {
      if (!eye->parallel && s->eye[2] <= 0.0f) continue;
    } else {
      covered = ball_area(eye, s, s->radius + margin);
      area box = box_area(eye, s, stage->boxes[i].middle, stage->boxes[i].half, margin);
      for (int k = 0; k < 2; k++) {
        covered.low[k] = fmaxf(covered.low[k], box.low[k]);
        covered.high[k] = fminf(covered.high[k], box.high[k]);
      }
    }
    list_solid(scene, i, &covered);
  }
}
