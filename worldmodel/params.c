/* Parameters: layout of the block and initial weights. */
#include "worldmodel/params.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 16 }; /* numbers: one AVX-512 register, one cache line of floats */

int orr_params_add(orr_params *params, const char *name, size_t rows, size_t cols, orr_init init,
                   bool decay) {
  ORR_ASSERT(params->count < ORR_MAX_PARAMS && rows > 0 && cols > 0);
  ORR_ASSERT(rows <= SIZE_MAX / 2 / cols && strlen(name) < sizeof params->items[0].name);
  for (size_t i = 0; i < params->count; i++) ORR_ASSERT(strcmp(params->items[i].name, name) != 0);
  orr_param *item = &params->items[params->count];
  *item = (orr_param){
      .rows = rows, .cols = cols, .offset = params->total, .decay = decay, .init = init};
  snprintf(item->name, sizeof item->name, "%s", name);
  params->total += (rows * cols + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return (int)params->count++;
}

void orr_params_init(const orr_params *params, uint64_t seed, float *values) {
  memset(values, 0, params->total * sizeof *values);
  for (size_t j = 0; j < params->count; j++) {
    const orr_param *item = &params->items[j];
    float *w = values + item->offset;
    double bound = 1.0 / sqrt((double)item->cols);
    for (size_t i = 0; i < item->rows * item->cols; i++) {
      if (item->init == ORR_INIT_ONE) w[i] = 1.0f;
      if (item->init != ORR_INIT_UNIFORM) continue;
      orr_random draw = orr_random_at(seed, ORR_PURPOSE_WEIGHTS, (uint32_t)j, (uint32_t)i, 0, 0);
      w[i] = (float)orr_random_uniform(&draw, -bound, bound);
    }
  }
}

size_t orr_params_numbers(const orr_params *params) {
  size_t numbers = 0;
  for (size_t i = 0; i < params->count; i++)
    numbers += params->items[i].rows * params->items[i].cols;
  return numbers;
}
