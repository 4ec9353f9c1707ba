/* Which tables this process uses: base/build_info.h knows the processor and ORR_ISA. */
#include "base/build_info.h"
#include "worldmodel/frame_rows.h"
#include "worldmodel/kernels.h"
#include <string.h>

const orr_kernels *orr_kernels_best(void) {
#if defined(__x86_64__)
  if (strcmp(orr_isa_level(), "v4") == 0) return &orr_kernels_v4;
  if (strcmp(orr_isa_level(), "v3") == 0) return &orr_kernels_v3;
#endif
  return &orr_kernels_baseline;
}

const orr_frame_rows *orr_frame_rows_best(void) {
#if defined(__x86_64__)
  if (strcmp(orr_isa_level(), "v4") == 0) return &orr_frame_rows_v4;
  if (strcmp(orr_isa_level(), "v3") == 0) return &orr_frame_rows_v3;
#endif
  return &orr_frame_rows_baseline;
}
