/* Compiled once per instruction set: ORR_RASTER_ROWS is the name of the table. */
#include "render/raster_rows.h"
#include "render/raster_cover.h"

#ifndef ORR_RASTER_ROWS
#define ORR_RASTER_ROWS orr_raster_rows_baseline
#endif
#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

static void weigh(size_t count, int32_t *restrict cells, int32_t share, int32_t *restrict weights) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    sum += cells[i];
    weights[i] = sum;
  }
  for (size_t i = 0; i <= count; i++) cells[i] = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t w = weights[i] < 0 ? 0 : weights[i] > ORR_RASTER_WHOLE ? ORR_RASTER_WHOLE : weights[i];
    weights[i] = (int32_t)(((uint32_t)w * (uint32_t)(share >> 1) + (ORR_RASTER_WHOLE >> 2)) >> 15);
  }
}

static void blend(size_t count, const int32_t *restrict weights, const uint8_t colour[3],
                  uint8_t *restrict pixels) {
  const int32_t red = colour[0], green = colour[1], blue = colour[2];
  const int32_t half = ORR_RASTER_WHOLE / 2;
  for (size_t i = 0; i < count; i++) {
    int32_t r = pixels[3 * i], g = pixels[3 * i + 1], b = pixels[3 * i + 2], w = weights[i];
    pixels[3 * i] = (uint8_t)(r + (((red - r) * w + half) >> 16));
    pixels[3 * i + 1] = (uint8_t)(g + (((green - g) * w + half) >> 16));
    pixels[3 * i + 2] = (uint8_t)(b + (((blue - b) * w + half) >> 16));
  }
}

const orr_raster_rows ORR_RASTER_ROWS = {
    .name = TEXT(ORR_RASTER_ROWS), .weigh = weigh, .blend = blend};
