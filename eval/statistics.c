#include "eval/statistics.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/random.h"
#include <stdlib.h>
#include <string.h>

static const double Z95 = 1.959963984540054; /* 97.5 % point of the normal distribution */

orr_interval orr_wilson(int64_t successes, int64_t total) {
  if (total <= 0) return (orr_interval){NAN, NAN, NAN};
  double n = (double)total, p = (double)successes / n, z2 = Z95 * Z95;
  double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  double half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  /* At the ends the bound is exactly 0 or 1; rounding must not show a hair more. */
  double low = successes == 0 ? 0.0 : orr_max(0.0, centre - half);
  double high = successes == total ? 1.0 : orr_min(1.0, centre + half);
  return (orr_interval){p, low, high};
}

/* Twice the tail of Binomial(n, 1/2) at the smaller of the two discordant counts. */
double orr_mcnemar(const bool *a, const bool *b, size_t count) {
  size_t only_a = 0, only_b = 0;
  for (size_t i = 0; i < count; i++) {
    only_a += a[i] && !b[i];
    only_b += b[i] && !a[i];
  }
  double n = (double)(only_a + only_b);
  size_t least = only_a < only_b ? only_a : only_b;
  double tail = 0.0;
  int sign;
  for (size_t i = 0; i <= least; i++) {
    double k = (double)i;
    tail += exp(lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign) -
                n * log(2.0));
  }
  return orr_min(1.0, 2.0 * tail);
}

/* The correlation phi of two paired outcomes, pulled towards 0 by n/2 when it is positive (method
 * 10 of Newcombe 1998). both, only_a, only_b, neither: counts. */
static double paired_phi(double both, double only_a, double only_b, double neither) {
  double n = both + only_a + only_b + neither;
  double margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither);
  double excess = both * neither - only_a * only_b;
  if (margins <= 0.0) return 0.0;
  if (excess > 0.0) excess = orr_max(0.0, excess - n / 2);
  return excess / sqrt(margins);
}

orr_interval orr_paired_difference(const bool *a, const bool *b, size_t count) {
  int64_t cells[2][2] = {{0, 0}, {0, 0}};
  if (count == 0) return (orr_interval){NAN, NAN, NAN};
  for (size_t i = 0; i < count; i++) cells[a[i]][b[i]]++;
  int64_t n = (int64_t)count;
  orr_interval p = orr_wilson(cells[1][1] + cells[1][0], n);
  orr_interval q = orr_wilson(cells[1][1] + cells[0][1], n);
  double phi = paired_phi((double)cells[1][1], (double)cells[1][0], (double)cells[0][1],
                          (double)cells[0][0]);
  double difference = (double)(cells[1][0] - cells[0][1]) / (double)n;
  double pl = p.point - p.low, pu = p.high - p.point;
  double ql = q.point - q.low, qu = q.high - q.point;
  double below = sqrt(orr_max(0.0, pl * pl - 2 * phi * pl * qu + qu * qu));
  double above = sqrt(orr_max(0.0, pu * pu - 2 * phi * pu * ql + ql * ql));
  return (orr_interval){difference, difference - below, difference + above};
}

static double quantile_sorted(const double *values, size_t count, double q) {
  if (count == 0) return NAN;
  double at = orr_clamp(q, 0.0, 1.0) * (double)(count - 1);
  size_t low = (size_t)at;
  if (low + 1 >= count) return values[count - 1];
  double share = at - (double)low;
  return share == 0.0 ? values[low] : values[low] + share * (values[low + 1] - values[low]);
}

double orr_quantile(double *values, size_t count, double q) {
  orr_sort(values, count);
  return quantile_sorted(values, count, q);
}

/* Mean of the middle half: floor(n / 4) values are dropped on either side. Sorts. */
static double interquartile_mean(double *values, size_t count) {
  orr_sort(values, count);
  size_t cut = count / 4;
  double sum = 0.0;
  for (size_t i = cut; i < count - cut; i++) sum += values[i];
  return sum / (double)(count - 2 * cut);
}

orr_interval orr_iqm(const double *scores, size_t count, size_t repeats, uint64_t seed) {
  orr_interval none = {NAN, NAN, NAN};
  if (count == 0) return none;
  double *sample = orr_alloc(count, sizeof *sample);
  double *means = orr_alloc(repeats ? repeats : 1, sizeof *means);
  orr_interval interval = none;
  if (sample && means) {
    memcpy(sample, scores, count * sizeof *sample);
    interval.point = interquartile_mean(sample, count);
    for (size_t r = 0; r < repeats; r++) {
      orr_random random = orr_random_at(seed, ORR_PURPOSE_BOOTSTRAP, (uint32_t)r, 0, 0, 0);
      for (size_t i = 0; i < count; i++)
        sample[i] = scores[orr_random_integer(&random, 0, (int64_t)count)];
      means[r] = interquartile_mean(sample, count);
    }
    orr_sort(means, repeats);
    interval.low = quantile_sorted(means, repeats, 0.025);
    interval.high = quantile_sorted(means, repeats, 0.975);
  }
  orr_free(sample);
  orr_free(means);
  return interval;
}
