/* What the exporters share; private to data/. */
#ifndef ORR_DATA_EXPORT_FORMAT_H
#define ORR_DATA_EXPORT_FORMAT_H

#include "data/export.h"
#include "data/hdf5_tree.h"
#include "data/shard_format.h"

typedef struct orr_export_job {
  const orr_export_def *def;
  const orr_control *control;
  const orr_shard_info *info;
  orr_dataset *datasets[2];      /* training first */
  size_t dataset_count, longest; /* steps of the longest episode */
  orr_hdf5_tree *tree;
  orr_hdf5_span *spans; /* longest + 1 */
  double *numbers;      /* (longest + 1) x actions */
  orr_export_result *result;
} orr_export_job;

typedef struct orr_export_episode {
  orr_episode_view view;
  const orr_dataset *dataset;
  size_t index;  /* in `dataset` */
  size_t number; /* in the export */
  bool held_out;
  char path[64]; /* of its group */
} orr_export_episode;

/* Calls `put` for every episode that has a step, with progress; stops when cancelled. `prefix` and
 * the number are the path. */
typedef orr_status orr_export_put_fn(orr_export_job *job, const orr_export_episode *episode,
                                     void *context, orr_error *err);
orr_status orr_export_each(orr_export_job *job, const char *prefix, orr_export_put_fn *put,
                           void *context, orr_error *err);
orr_status orr_export_cancelled(orr_error *err);

/* Columns below the episode's group. */
orr_status orr_export_column(orr_export_job *job, const orr_export_episode *episode,
                             const char *name, orr_hdf5_type type, size_t width, size_t rows,
                             const void *values, orr_error *err);
/* `rows` frames from row `first` on, as they lie in the shard; `row` has their shape. */
orr_status orr_export_frames(orr_export_job *job, const orr_export_episode *episode,
                             const char *name, size_t picture, const orr_hdf5_row *row,
                             size_t first, size_t rows, orr_error *err);
/* Attributes that say where an episode comes from: seed, reset_episode, source, episode, policy,
 * split, terminated. */
orr_status orr_export_origin(orr_export_job *job, const orr_export_episode *episode,
                             orr_error *err);

/* Both write all of `def->out`. */
orr_status orr_export_minari(orr_export_job *job, orr_error *err);
orr_status orr_export_robomimic(orr_export_job *job, orr_error *err);
/* Minari's name of the data set, checked or made up: fills `result->id`. */
orr_status orr_export_set_id(orr_export_job *job, orr_error *err);
/* Minari's metadata.json. */
orr_status orr_export_metadata(const orr_export_job *job, const char *path, double megabytes,
                               orr_error *err);
/* Whether Minari takes a picture for an encoded one. */
bool orr_export_encodes(const orr_space_picture *picture);

#endif
