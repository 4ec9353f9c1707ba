/* What this binary is: stored in files, compared only by tests that promise bytes. */
#ifndef ORR_BASE_BUILD_INFO_H
#define ORR_BASE_BUILD_INFO_H

#include <stdbool.h>

#define ORR_VERSION "0.1.0"

const char *orr_build_compiler(void);  /* "gcc 12.2.0" */
const char *orr_build_libraries(void); /* "jansson 2.14, xxhash 0.8.1" */
const char *orr_build_id(void);        /* version, compiler and flags in one line */
/* The instruction set that the kernels may use: "baseline", "v3" (AVX2+FMA) or "v4" (AVX-512),
 * the best one of this CPU capped by the environment variable ORR_ISA. */
const char *orr_isa_level(void);
/* Of tables made by orr_isa_tables (cmake/Rooms.cmake), the one of that level. */
const void *orr_isa_pick(const void *baseline, const void *v3, const void *v4);
#if defined(__x86_64__)
#define ORR_ISA_TABLE(table) orr_isa_pick(&table##_baseline, &table##_v3, &table##_v4)
#else
#define ORR_ISA_TABLE(table) (&table##_baseline)
#endif
const char *orr_cpu_name(void);
/* Whether matrix products in bf16 are faster than in f32 here: AVX512_BF16 (which every processor
 * with AMX has too), unless ORR_ISA caps it away. */
bool orr_cpu_bf16(void);

#endif
