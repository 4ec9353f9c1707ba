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

static void shine(size_t count, const orr_raster_shine *s, const int32_t *restrict lit,
                  const int32_t *restrict dark, const float *restrict factor, float *restrict light,
                  size_t plane) {
  const float part = 1.0f / ORR_RASTER_WHOLE, y2 = s->y * s->y, x0 = s->x, reach2 = s->reach2;
  const float red = s->colour[0], green = s->colour[1], blue = s->colour[2];
  float *restrict g = light + plane, *restrict b = light + 2 * plane;
  for (size_t i = 0; i < count; i++) {
    float x = x0 + (float)(int)i, distance2 = x * x + y2;
    float far = distance2 > 1e-6f ? distance2 : 1e-6f;
    float fall = reach2 > 0.0f ? reach2 / far : 1.0f;
    float seen = (float)lit[i] * part * ((float)(ORR_RASTER_WHOLE - dark[i]) * part);
    float arrives = fall * factor[i] * seen;
    light[i] += red * arrives;
    g[i] += green * arrives;
    b[i] += blue * arrives;
  }
}

static void lay(size_t count, const int32_t *restrict weights, const float albedo[3],
                const float *restrict light, float *restrict out, size_t plane) {
  const float part = 1.0f / ORR_RASTER_WHOLE;
  for (int c = 0; c < 3; c++) {
    const float *restrict l = light + (size_t)c * plane;
    const float own = albedo[c];
    float *restrict o = out + (size_t)c * plane;
    for (size_t i = 0; i < count; i++) o[i] += (float)weights[i] * part * (own * l[i] - o[i]);
  }
}

const orr_raster_rows ORR_RASTER_ROWS = {
    .name = TEXT(ORR_RASTER_ROWS), .weigh = weigh, .blend = blend, .shine = shine, .lay = lay};
