/* A small world without an engine: a pusher that follows velocity commands with a lag, and a block
 * with its centre of mass off its origin that is pushed away and turned while the pusher is near.
 * Smooth, the same after any shift or turn of the scene, and unlearnable without the relation of
 * the two bodies. */
#ifndef ORR_TESTS_SYNTHETIC_H
#define ORR_TESTS_SYNTHETIC_H

#include "worldmodel/model_internal.h"

#define SYNTHETIC_STATE  7
#define SYNTHETIC_ACTION 2

/* Writes train and held-out shards into a folder, sealed. */
void synthetic_write(const char *folder, uint64_t seed, size_t train, size_t held_out);

typedef struct synthetic_data {
  orr_dataset *train, *held_out;
} synthetic_data;
synthetic_data synthetic_open(const char *folder);
void synthetic_close(synthetic_data *data);

/* Small definitions that train in seconds. */
orr_model_def synthetic_model(orr_family family);
orr_train_def synthetic_train(int64_t steps);

/* Trains in a folder with so many threads. */
orr_status synthetic_run(const synthetic_data *data, const orr_model_def *model,
                         const orr_train_def *train, const char *folder, size_t threads,
                         orr_train_result *out, orr_error *err);

/* A model with random weights everywhere (none zero), of the data's spaces and transform. */
orr_model *synthetic_random_model(const orr_dataset *data, const orr_model_def *def, uint64_t seed);

#define ASSERT_OK(call, err)                                                                       \
  do {                                                                                             \
    if ((call) != ORR_OK) fail_msg("%s (%s)", (err).message, (err).hint);                          \
  } while (0)

/* The test groups, one a file. */
int test_families(void);
int test_goals(void);
int test_checkpoint(void);
int test_training(void);

#endif
