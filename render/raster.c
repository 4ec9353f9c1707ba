#include "render/raster.h"
#include "base/maths.h"

orr_camera orr_camera_fit(const orr_scene *scene, int x, int y, int width, int height) {
  double scale = orr_min(width / scene->size[0], height / scene->size[1]);
  return (orr_camera){.centre = {0.5 * scene->size[0], 0.5 * scene->size[1]},
                      .scale = scale,
                      .middle = {x + 0.5 * width, y + 0.5 * height},
                      .flip_y = !scene->y_down};
}

void orr_camera_project(const orr_camera *camera, const double world[2], double pixel[2]) {
  double dy = (world[1] - camera->centre[1]) * camera->scale;
  pixel[0] = camera->middle[0] + (world[0] - camera->centre[0]) * camera->scale;
  pixel[1] = camera->middle[1] + (camera->flip_y ? -dy : dy);
}

void orr_camera_unproject(const orr_camera *camera, const double pixel[2], double world[2]) {
  double dy = (pixel[1] - camera->middle[1]) / camera->scale;
  world[0] = camera->centre[0] + (pixel[0] - camera->middle[0]) / camera->scale;
  world[1] = camera->centre[1] + (camera->flip_y ? -dy : dy);
}

void orr_raster_fill(orr_image *image, int x, int y, int width, int height, orr_colour colour) {
  int x0 = x < 0 ? 0 : x, y0 = y < 0 ? 0 : y;
  int x1 = x + width > image->width ? image->width : x + width;
  int y1 = y + height > image->height ? image->height : y + height;
  const uint8_t over[3] = {colour.r, colour.g, colour.b};
  for (int row = y0; row < y1; row++) {
    uint8_t *pixel = &image->pixels[((size_t)row * (size_t)image->width + (size_t)x0) * 3];
    for (int i = 0; i < 3 * (x1 - x0); i++)
      pixel[i] = (uint8_t)(pixel[i] + (over[i % 3] - pixel[i]) * colour.alpha + 0.5);
  }
}
