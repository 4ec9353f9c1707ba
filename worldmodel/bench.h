/* Benchmarks of the numerics on one core: a network's forward pass against the rate that its bare
 * matrix products reach in the same run. Time is the thread's processor time, so that a busy
 * machine disturbs less; every figure is the median of at least five interleaved rounds. */
#ifndef ORR_WORLDMODEL_BENCH_H
#define ORR_WORLDMODEL_BENCH_H

#include "worldmodel/model.h"

/* C [rows, n] = A [rows, k] B [k, n] with B packed, in GFLOP/s. */
orr_status orr_bench_gemm(size_t rows, size_t n, size_t k, double seconds, double *gflops,
                          orr_error *err);

typedef struct orr_bench_pass {
  double forward, products; /* seconds of one forward pass; of its matrix products alone */
  double backward;          /* seconds; 0 on a forward-only tape */
  double gflops;            /* of the whole forward pass */
  double share;             /* products / forward: how much of the rate survives */
} orr_bench_pass;

/* Times a compiled product tape on the inputs that are set. A forward-only tape is packed first.
 * `gradients` [params->total] is added to by the backward pass; NULL: no backward. */
void orr_bench_tape(orr_tape *tape, const float *values, float *gradients, double seconds,
                    orr_bench_pass *out);

/* The same for a network of `layers` hidden layers (linear, norm, SiLU) of `hidden` columns. */
orr_status orr_bench_network(size_t rows, size_t in, size_t hidden, size_t layers, size_t out_cols,
                             bool training, double seconds, orr_bench_pass *out, orr_error *err);

/* What a sampling planner asks of a model: `iterations` times `samples` rows over `horizon` steps.
 */
typedef struct orr_bench_plan {
  double seconds;     /* of one plan's model steps */
  double megaflops;   /* of one step of one sample */
  double gflops;      /* samples * iterations * horizon * flops / seconds */
  double gemm_gflops; /* [ORR_TILE, hidden] x [hidden, hidden], measured between the plans */
  double share;       /* gflops / gemm_gflops */
  size_t parameters;
} orr_bench_plan;
orr_status orr_bench_plan_run(const orr_model *model, size_t samples, size_t iterations,
                              size_t horizon, orr_bench_plan *out, orr_error *err);

#endif
