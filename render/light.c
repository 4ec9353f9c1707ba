#include "render/light.h"
#include "base/maths.h"
#include <string.h>

double orr_light_linear(uint8_t value) {
  double v = value / 255.0;
  return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

uint8_t orr_light_encode(double linear) {
  if (!(linear > 0.0)) return 0;
  if (linear >= 1.0) return 255;
  double v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1.0 / 2.4) - 0.055;
  return (uint8_t)(255.0 * v + 0.5);
}

orr_scene_sky orr_light_sky(const orr_scene *scene) {
  static const orr_scene_sky standard = {
      .ambient = ORR_LIGHT_AMBIENT, .horizon = {243, 245, 247}, .zenith = {205, 220, 238}};
  return scene->sky ? *scene->sky : standard;
}

/* Makes the direction a unit vector; false when the lamp cannot shine. */
static bool ready(orr_scene_light *light) {
  double sum = light->angle + light->radius + light->power + light->reach, square = 0.0;
  for (int k = 0; k < 3; k++) {
    sum += light->position[k] + light->direction[k];
    square += light->direction[k] * light->direction[k];
  }
  if (!isfinite(sum + square) || light->power <= 0.0) return false;
  bool aimed = square > 1e-24;
  for (int k = 0; k < 3; k++)
    light->direction[k] = aimed ? light->direction[k] / sqrt(square) : k == 2 ? -1.0 : 0.0;
  return true;
}

size_t orr_light_lamps(const orr_scene *scene, orr_scene_light *out, size_t most) {
  static const orr_scene_light noon = {.kind = ORR_SCENE_LIGHT_SUN,
                                       .direction = {0.4, 0.55, -1.0},
                                       .power = 0.75,
                                       .colour = {255, 255, 255}};
  size_t count = 0;
  for (size_t i = 0; i < scene->light_count && count < most; i++) {
    out[count] = scene->lights[i];
    count += ready(&out[count]);
  }
  if (scene->light_count > 0 || most == 0) return count;
  out[0] = noon;
  ready(&out[0]);
  return 1;
}

void orr_light_disc(int index, int count, double out[2]) {
  double radius = count == 1 ? 0.0 : sqrt((index + 0.5) / count);
  double angle = index * ORR_PI * (3.0 - sqrt(5.0));
  out[0] = radius * cos(angle);
  out[1] = radius * sin(angle);
}

void orr_light_sky_colour(const orr_scene_sky *sky, double z, double out[3]) {
  double share = orr_clamp(z, 0.0, 1.0);
  for (int k = 0; k < 3; k++) {
    double low = orr_light_linear(sky->horizon[k]), high = orr_light_linear(sky->zenith[k]);
    out[k] = low + share * (high - low);
  }
}

double orr_light_haze(double distance, double radius) {
  double share = orr_clamp((distance / radius - 1.2) / 4.0, 0.0, 1.0);
  return share * (2.0 - share);
}

double orr_light_tile(double radius) {
  double tile = pow(10.0, floor(log10(0.7 * radius)));
  return tile > 0.35 * radius ? 0.5 * tile : tile;
}
