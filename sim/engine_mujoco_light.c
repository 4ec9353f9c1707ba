/* Lamps, sky and cameras of an MJCF file, as far as they have a place in our light model
 * (render/light.h).
 *
 * MuJoCo's lamps fall as 1/(c + l d + q d^2), ours as (reach/d)^2 or not at all: a lamp with l or q
 * has the reach at which both agree in the distance of the model's extent. The edge of its spots
 * (`exponent`) and lamps without shadows have no counterpart. The headlight shines from the camera
 * and throws no shadow that one could see: its ambient part and half of its diffuse part are even
 * light. */
#include "sim/engine_mujoco.h"

#include "base/maths.h"
#include "sim/colour.h"

#include <math.h>
#include <string.h>

void orr_mujoco_place(const orr_engine *engine, size_t file, double position[3],
                      double rotation[4]) {
  int id = engine->shared->bodies[file].id;
  memcpy(position, engine->data->xpos + 3 * id, 3 * sizeof *position);
  memcpy(rotation, engine->data->xquat + 4 * id, 4 * sizeof *rotation);
}

static double mean(const float colour[3]) {
  return ((double)colour[0] + (double)colour[1] + (double)colour[2]) / 3.0;
}

/* A colour of any strength is a power and a colour whose largest part is 255. */
static double power_of(const float colour[3], uint8_t out[3]) {
  double most = fmax(0.0, fmax((double)colour[0], fmax((double)colour[1], (double)colour[2])));
  for (int k = 0; k < 3; k++)
    out[k] = most > 0.0 ? (uint8_t)lround(255.0 * fmax(0.0, (double)colour[k]) / most) : 255;
  return most;
}

static void fill_light(const orr_engine *engine, int id, orr_scene_light *out) {
  const mjModel *m = &engine->model;
  const mjData *d = engine->data;
  const float *fall = m->light_attenuation + 3 * id;
  double cutoff = (double)m->light_cutoff[id], extent = m->stat.extent;
  double constant = (double)fall[0], rest = (double)fall[1] * extent;
  rest += (double)fall[2] * extent * extent;
  *out = (orr_scene_light){.kind = m->light_directional[id] ? ORR_SCENE_LIGHT_SUN
                                   : cutoff < 90.0          ? ORR_SCENE_LIGHT_SPOT
                                                            : ORR_SCENE_LIGHT_POINT};
  memcpy(out->position, d->light_xpos + 3 * id, sizeof out->position);
  memcpy(out->direction, d->light_xdir + 3 * id, sizeof out->direction);
  out->angle = cutoff * ORR_PI / 180.0;
  out->power = power_of(m->light_diffuse + 3 * id, out->colour);
  if (m->light_directional[id]) return;
  if (rest > 0.0)
    out->reach = extent / sqrt(constant + rest);
  else if (constant > 0.0)
    out->power /= constant;
}

size_t orr_mujoco_lights(const orr_engine *engine, orr_scene_light *out, size_t most) {
  size_t count = 0;
  for (int i = 0; i < engine->model.nlight && count < most; i++)
    if (engine->model.light_active[i]) fill_light(engine, i, &out[count++]);
  return count;
}

/* Mean colour of a row of a texture. */
static void average(const mjModel *m, int texture, int row, uint8_t out[3]) {
  int width = m->tex_width[texture];
  const uint8_t *pixels = m->tex_rgb + m->tex_adr[texture] + 3 * row * width;
  for (int k = 0; k < 3; k++) {
    double sum = 0.0;
    for (int i = 0; i < width; i++) sum += pixels[3 * i + k];
    out[k] = (uint8_t)lround(sum / width);
  }
}

/* Its six squares lie one below the other: right, left, up, down, front, back; or one is all. */
static void fill_box(const mjModel *m, int texture, orr_scene_sky *out) {
  int side = m->tex_width[texture], middle = side / 2;
  average(m, texture, middle, out->horizon);
  average(m, texture, m->tex_height[texture] < 6 * side ? middle : 2 * side + middle, out->zenith);
}

bool orr_mujoco_sky(const orr_engine *engine, orr_scene_sky *out) {
  const mjModel *m = &engine->model;
  bool lit = false;
  out->ambient = 0.0;
  orr_colour_parse(ORR_SKY_HORIZON, out->horizon);
  orr_colour_parse(ORR_SKY_ZENITH, out->zenith);
  for (int i = 0; i < m->nlight; i++) {
    if (!m->light_active[i]) continue;
    lit = true;
    out->ambient += mean(m->light_ambient + 3 * i);
  }
  if (m->vis.headlight.active)
    out->ambient += mean(m->vis.headlight.ambient) + 0.5 * mean(m->vis.headlight.diffuse);
  for (int i = 0; i < m->ntex && lit; i++) {
    if (m->tex_type[i] != mjTEXTURE_SKYBOX) continue;
    fill_box(m, i, out);
    break;
  }
  return lit;
}

bool orr_mujoco_camera(const orr_engine *engine, const char *name, orr_scene_camera *out) {
  const mjModel *m = &engine->model;
  int id = name ? mj_name2id(m, mjOBJ_CAMERA, name) : 0;
  if (id < 0 || id >= m->ncam) return false;
  const double *at = engine->data->cam_xpos + 3 * id, *turn = engine->data->cam_xmat + 9 * id;
  double sum = 0.0;
  for (int k = 0; k < 3; k++) { /* it looks along its -z, its y is up */
    out->position[k] = at[k];
    out->target[k] = at[k] - m->stat.extent * turn[3 * k + 2];
    out->up[k] = turn[3 * k + 1];
    sum += out->target[k] + out->up[k];
  }
  out->field_of_view = m->cam_fovy[id] * ORR_PI / 180.0;
  return isfinite(sum) && out->field_of_view > 0.0;
}
