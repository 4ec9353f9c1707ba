/* The inner loops of 2D pictures, compiled once per instruction set (x86-64 baseline, v3 = AVX2,
 * v4 = AVX-512). Integers, and floats whose lanes never meet and are never contracted: all levels
 * give the same bytes. */
#ifndef ORR_RENDER_RASTER_ROWS_H
#define ORR_RENDER_RASTER_ROWS_H

#include <stddef.h>
#include <stdint.h>

typedef struct orr_raster_rows {
  const char *name;
  /* Turns `count` differences of a row (raster_cover.h) into weights 0 ... `share`, itself at most
   * ORR_RASTER_WHOLE, and clears them and the one after. */
  void (*weigh)(size_t count, int32_t *cells, int32_t share, int32_t *weights);
  /* pixels += weight (colour - pixels), rounded; pixels: count x 3. */
  void (*blend)(size_t count, const int32_t *weights, const uint8_t colour[3], uint8_t *pixels);
} orr_raster_rows;

extern const orr_raster_rows orr_raster_rows_baseline;
#if defined(__x86_64__)
extern const orr_raster_rows orr_raster_rows_v3, orr_raster_rows_v4;
#endif

/* The table of orr_isa_level(). */
const orr_raster_rows *orr_raster_rows_best(void);

#endif
