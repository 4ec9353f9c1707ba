/* Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011).
 *
 * A draw is a pure function of (seed, purpose, episode, step, sample, lane): no state is kept, so
 * the order of work, the number of threads and the batch size cannot change a number.
 * key = mix64(seed, purpose); counter = (episode, step, sample, lane); for planners
 * lane = iteration * 2^16 + draw. Never put two draws into one expression. */
#ifndef ORR_BASE_RANDOM_H
#define ORR_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef enum orr_purpose {
  ORR_PURPOSE_RESET = 1, /* starts of an episode */
  ORR_PURPOSE_POLICY,    /* random and weak policies */
  ORR_PURPOSE_PLAN,      /* planners */
  ORR_PURPOSE_NOISE,     /* noisy replays */
  ORR_PURPOSE_WEIGHTS,   /* initial weights of a network */
  ORR_PURPOSE_BATCH,     /* which windows a training step sees */
  ORR_PURPOSE_DROPOUT,
  ORR_PURPOSE_PAIRS, /* evaluation pairs */
  ORR_PURPOSE_BOOTSTRAP,
  ORR_PURPOSE_GOAL, /* the goals of expert demonstrations */
  ORR_PURPOSE_TEST,
  ORR_PURPOSE_DIRECTIONS, /* random projections of a training step */
  ORR_PURPOSE_VARIATION,  /* factors of variation of an episode */
  ORR_PURPOSE_LIGHT       /* samples of the reference picture: (row, column, sample) */
} orr_purpose;

typedef struct orr_random {
  uint64_t key;
  uint32_t episode, step, sample, lane; /* lane grows by one with each block of four words */
  uint32_t block[4];
  uint32_t used; /* words of `block` handed out; 4 = empty */
} orr_random;

/* A stream; cheap enough to make one for every (episode, step, sample). */
orr_random orr_random_at(uint64_t seed, orr_purpose purpose, uint32_t episode, uint32_t step,
                         uint32_t sample, uint32_t lane);

uint32_t orr_random_u32(orr_random *random);
uint64_t orr_random_u64(orr_random *random);
double orr_random_unit(orr_random *random); /* [0, 1), 53 bits */
double orr_random_uniform(orr_random *random, double low, double high);
int64_t orr_random_integer(orr_random *random, int64_t low, int64_t high); /* [low, high) */
double orr_random_normal(orr_random *random); /* inverse CDF (Wichura AS 241), not libm */

/* The raw block function, for kernels that fill arrays and for the published test vectors. */
void orr_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]);
uint64_t orr_mix64(uint64_t a, uint64_t b); /* SplitMix64 finaliser over both */
double orr_normal_quantile(double p);       /* p in (0, 1) */

#endif
