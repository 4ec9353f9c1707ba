/* Which tables this process uses: base/build_info.h knows the processor and ORR_ISA. */
#include "base/build_info.h"
#include "worldmodel/frame_rows.h"
#include "worldmodel/kernels.h"

const orr_kernels *orr_kernels_best(void) { return ORR_ISA_TABLE(orr_kernels); }

const orr_frame_rows *orr_frame_rows_best(void) { return ORR_ISA_TABLE(orr_frame_rows); }
