/* Statistics of judgement: intervals, paired tests, quantiles. */
#ifndef ORR_EVAL_STATISTICS_H
#define ORR_EVAL_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct orr_interval {
  double point, low, high;
} orr_interval;

/* Wilson score interval of a rate, 95 % (Wilson, 1927). total 0: NaN. */
orr_interval orr_wilson(int64_t successes, int64_t total);
/* Exact two-sided McNemar test of paired outcomes: p value. */
double orr_mcnemar(const bool *a, const bool *b, size_t count);
/* Rate of `a` less rate of `b` on the same `count` items, 95 %: method 10 of Newcombe (Statistics
 * in Medicine 17, 1998, 2635-2650): Wilson intervals squared and added, with the correlation of
 * the two. count 0: NaN. */
orr_interval orr_paired_difference(const bool *a, const bool *b, size_t count);
/* Interquartile mean with a percentile bootstrap, 95 %, `repeats` resamples drawn at
 * (seed, ORR_PURPOSE_BOOTSTRAP) (Agarwal et al., NeurIPS 2021). */
orr_interval orr_iqm(const double *scores, size_t count, size_t repeats, uint64_t seed);
/* Linear-interpolated quantile, q in [0, 1]; sorts `values`. */
double orr_quantile(double *values, size_t count, double q);

#endif
