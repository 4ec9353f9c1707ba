/* Matrix products of fixed shape: the only door to oneDNN.
 *
 * A product is created once (its kernel is generated then) and executed many times, on the calling
 * thread and by it alone: parallelism is across tiles, so that no bit depends on the thread count.
 */
#ifndef ORR_WORLDMODEL_GEMM_H
#define ORR_WORLDMODEL_GEMM_H

#include "base/error.h"

const char *orr_gemm_library(void); /* "oneDNN 2.6.3" */

typedef struct orr_gemm_context orr_gemm_context; /* of one tape */
typedef struct orr_gemm orr_gemm;

/* C [m, n] (+)= A B (+ bias [n]), row-major. A is [m, k], or [k, m] when `transpose_a`; B is [k,
 * n], or [n, k] when `transpose_b`. `packed`: B is given as orr_gemm_pack left it. `bf16`: A and B
 * are bf16 (the upper half of a float, rounded), products are summed in f32 and C is f32. */
typedef struct orr_gemm_def {
  size_t m, n, k;
  bool transpose_a, transpose_b, accumulate, bias, packed, bf16;
} orr_gemm_def;

orr_status orr_gemm_context_create(orr_gemm_context **out, orr_error *err);
void orr_gemm_context_destroy(orr_gemm_context *context);

orr_status orr_gemm_create(orr_gemm_context *context, const orr_gemm_def *def, orr_gemm **out,
                           orr_error *err);
void orr_gemm_destroy(orr_gemm *gemm);
size_t orr_gemm_scratch_bytes(const orr_gemm *gemm);
size_t orr_gemm_packed_bytes(const orr_gemm *gemm); /* 0 unless `packed` */
/* Whether what one packs serves the other. */
bool orr_gemm_packs_alike(const orr_gemm *a, const orr_gemm *b);
const char *orr_gemm_implementation(const orr_gemm *gemm);

/* `scratch` holds orr_gemm_scratch_bytes, aligned to 64. `bias` may be NULL unless asked for. */
void orr_gemm_run(orr_gemm *gemm, const void *a, const void *b, const float *bias, float *c,
                  void *scratch);
/* `b` is f32 in either precision. `packed` holds orr_gemm_packed_bytes, aligned to 64; `scratch` as
 * above. */
void orr_gemm_pack(orr_gemm *gemm, const float *b, void *packed, void *scratch);

#endif
