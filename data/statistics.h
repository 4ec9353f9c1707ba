/* Statistics of a data set's columns, fitted on the training split alone. */
#ifndef ORR_DATA_STATISTICS_H
#define ORR_DATA_STATISTICS_H

#include "data/dataset.h"

typedef struct orr_moments {
  double mean, std, low, high;
} orr_moments;
typedef struct orr_statistics {
  orr_moments state[ORR_MAX_FIELDS], action[ORR_MAX_FIELDS];
  double mean_length; /* of episodes, control steps */
  double success_rate, contact_share;
  int64_t episodes, rows;
} orr_statistics;

/* Population std. Sums are taken in file order. */
void orr_statistics_fit(const orr_dataset *dataset, orr_statistics *out);
json_t *orr_statistics_to_json(const orr_statistics *statistics, const orr_space *observation,
                               const orr_space *action);

#endif
