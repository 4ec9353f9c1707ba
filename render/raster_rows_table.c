/* Which table this process uses: base/build_info.h knows the processor and ORR_ISA. */
#include "base/build_info.h"
#include "render/raster_rows.h"
#include <string.h>

const orr_raster_rows *orr_raster_rows_best(void) {
#if defined(__x86_64__)
  if (strcmp(orr_isa_level(), "v4") == 0) return &orr_raster_rows_v4;
  if (strcmp(orr_isa_level(), "v3") == 0) return &orr_raster_rows_v3;
#endif
  return &orr_raster_rows_baseline;
}
