/* Data sets in the formats of other programs, for their loaders and their algorithms.
 *
 * Minari (https://minari.farama.org): a folder with data/main_data.hdf5 and data/metadata.json.
 *   episode_I/observations (T+1; groups state, pixels, ... when there are pictures), actions (T),
 *   rewards (T, f64), terminations, truncations (T), infos/{success, contact, held_out} (T+1);
 *   attributes id, total_steps, seed, and where the episode comes from. Minari takes every u8 array
 *   of at least 32 x 32 with bounds 0 and 255 for encoded pictures: those are stored as PNG, one
 *   byte string a frame; all others as they are.
 * robomimic (https://robomimic.github.io): one HDF5 file.
 *   data/demo_I/{states, actions, rewards, dones} and obs/K, next_obs/K (T); actions are carried to
 *   [-1, 1] by the bounds of the action space, which env_args holds; dones is 1 on the last step,
 *   whatever ended the episode, as robomimic's own converters do; mask/train and mask/valid.
 *
 * The training episodes come first, then the held-out ones, each in the order of the data set;
 * episodes without a step are left out. Memory: a batch of frames. What is there under the name is
 * replaced when the export is whole, not before. */
#ifndef ORR_DATA_EXPORT_H
#define ORR_DATA_EXPORT_H

#include "data/dataset.h"

typedef enum orr_export_format { ORR_EXPORT_MINARI, ORR_EXPORT_ROBOMIMIC } orr_export_format;
#define ORR_EXPORT_FORMATS 2
extern const char *const orr_export_format_names[ORR_EXPORT_FORMATS + 1]; /* and NULL */

typedef enum orr_export_split {
  ORR_EXPORT_ALL,
  ORR_EXPORT_TRAIN,
  ORR_EXPORT_HELD_OUT
} orr_export_split;
extern const char *const orr_export_split_names[]; /* ends with NULL */

typedef struct orr_export_def {
  const char *data; /* the folder of a data set, a run folder, or one shard */
  const char *out;  /* the folder (Minari) or the file (robomimic) */
  orr_export_format format;
  orr_export_split split;
  const char *id;   /* Minari: "namespace/name-v0"; NULL: "orrery/<scenario>-v0" */
  bool raw_actions; /* robomimic: not carried to [-1, 1] */
  bool force;       /* replaces a Minari data set, or a file that is none of Orrery's */
} orr_export_def;

#define ORR_EXPORT_ID 256
typedef struct orr_export_result {
  size_t episodes, held_out, steps; /* `held_out` of the episodes */
  size_t left_out;                  /* episodes without a step */
  char id[ORR_EXPORT_ID];           /* Minari */
} orr_export_result;

orr_status orr_export(const orr_export_def *def, const orr_control *control, orr_export_result *out,
                      orr_error *err);

#endif
