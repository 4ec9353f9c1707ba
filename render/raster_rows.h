/* The inner loops of 2D pictures, compiled once per instruction set (x86-64 baseline, v3 = AVX2,
 * v4 = AVX-512). Integers, and floats whose lanes never meet and are never contracted: all levels
 * give the same bytes. */
#ifndef ORR_RENDER_RASTER_ROWS_H
#define ORR_RENDER_RASTER_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* What a lamp throws on a row. */
typedef struct orr_raster_shine {
  float x, y;   /* from the lamp to the middle of the first pixel */
  float reach2; /* square of the distance at which `colour` arrives; 0: at any */
  float colour[3];
} orr_raster_shine;

typedef struct orr_raster_rows {
  const char *name;
  /* Turns `count` differences of a row (raster_cover.h) into weights 0 ... `share`, itself at most
   * ORR_RASTER_WHOLE, and clears them and the one after. */
  void (*weigh)(size_t count, int32_t *cells, int32_t share, int32_t *weights);
  /* pixels += weight (colour - pixels), rounded; pixels: count x 3. */
  void (*blend)(size_t count, const int32_t *weights, const uint8_t colour[3], uint8_t *pixels);
  /* Linear light: light += the lamp's, in the part `lit` without `dark` (weights), times factor.
   * Of light and out the three colours lie `plane` apart. */
  void (*shine)(size_t count, const orr_raster_shine *shine, const int32_t *lit,
                const int32_t *dark, const float *factor, float *light, size_t plane);
  /* out += weight (albedo light - out) */
  void (*lay)(size_t count, const int32_t *weights, const float albedo[3], const float *light,
              float *out, size_t plane);
} orr_raster_rows;

extern const orr_raster_rows orr_raster_rows_baseline;
#if defined(__x86_64__)
extern const orr_raster_rows orr_raster_rows_v3, orr_raster_rows_v4;
#endif

/* The table of orr_isa_level(). */
const orr_raster_rows *orr_raster_rows_best(void);

#endif
