/* What the files of training share; private to worldmodel/.
 *
 *   train_step.c   one optimiser step: tiles -> gradients -> update
 *   train_goal.c   the same for what sees a goal: batches with goals in hindsight, their check
 *   train_log.c    metrics.jsonl: lines, checks on held-out windows, cutting back on resume
 *   train.c        the loop: resume, step, log, check, save */
#ifndef ORR_WORLDMODEL_TRAIN_INTERNAL_H
#define ORR_WORLDMODEL_TRAIN_INTERNAL_H

#include "base/pool.h"
#include "worldmodel/checkpoint.h"
#include "worldmodel/optimiser.h"

#define ORR_TRAIN_PATH 4096

typedef struct orr_train_lane {
  orr_tape *tape;
  orr_loss_tape loss;
  float *states, *actions; /* as orr_windows_batch gives them */
  float *pad;              /* ORR_TILE x widest */
  float *rows;             /* with a goal: ORR_TILE x row of goal.h */
} orr_train_lane;

typedef struct orr_trainer {
  const orr_train_setup *setup;
  const orr_control *control;
  struct orr_pool *pool; /* NULL: the calling thread alone */
  orr_model *model;      /* its weights are the ones that learn */
  orr_windows *windows;
  const orr_windows *more[ORR_MAX_MORE];
  orr_windows_mix mix; /* `windows` and `more` */
  orr_train_state state;
  size_t tiles, lane_count;
  orr_train_lane *lanes;
  orr_update update;
  double *tile_losses; /* tiles x (1 + ORR_MAX_TERMS): shares of loss and terms */
  /* of the last step */
  double terms[ORR_MAX_TERMS], rate, norm;
  int64_t saved; /* step of the last checkpoint, -1: none */
  bool resumed;
  char metrics[ORR_TRAIN_PATH], state_path[ORR_TRAIN_PATH], model_path[ORR_TRAIN_PATH];
} orr_trainer;

orr_status orr_train_prepare(orr_trainer *trainer, orr_error *err); /* lanes and buffers */
void orr_train_release(orr_trainer *trainer);
/* One optimiser step: state.step grows by one. ORR_ERR_NUMBERS when the loss is not finite; the
 * weights are then untouched. No heap allocation. */
orr_status orr_train_step(orr_trainer *trainer, orr_error *err);

/* The windows that a family learns from. */
orr_windows_def orr_train_windows(const orr_model *model);
/* A tile of a policy or a distance: `rows` windows of the present step. */
void orr_train_feed_goals(const orr_trainer *trainer, orr_train_lane *lane, size_t first,
                          size_t rows);
/* Its errors on held-out data; new reference. */
orr_status orr_train_check_goals(const orr_trainer *trainer, json_t **out, orr_error *err);

/* Keeps the whole lines of metrics.jsonl up to `step`; removes the file when step < 0. */
orr_status orr_train_cut_log(const char *path, int64_t step, orr_error *err);
orr_status orr_train_log(const orr_trainer *trainer, double windows_per_second, orr_error *err);
/* Open-loop errors beside persistence and, for a learned latent, its spread. */
orr_status orr_train_check(const orr_trainer *trainer, orr_error *err);

#endif
