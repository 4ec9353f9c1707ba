/* Which table this process uses: base/build_info.h knows the processor and ORR_ISA. */
#include "base/build_info.h"
#include "render/raster_rows.h"

const orr_raster_rows *orr_raster_rows_best(void) { return ORR_ISA_TABLE(orr_raster_rows); }
