/* Minari's folders (minari/dataset/_storages/hdf5_storage.py of Minari 0.5). */
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "data/deflate.h"
#include "data/export_format.h"
#include "data/png.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BATCH_BYTES ((size_t)32 << 20) /* of PNG pictures that wait to be written */

/* Pictures --------------------------------------------------------------------------------- */

/* One thread's tools for a picture. */
typedef struct lane {
  orr_inflater *inflater;
  orr_png *png;
  uint8_t *frame;
  orr_error failure; /* ORR_OK: none */
} lane;

/* Turns stored frames into PNG, a batch at a time, on all threads. */
typedef struct encoder {
  size_t lane_count, batch, bound; /* pictures at a time; most bytes of each */
  lane *lanes;
  uint8_t *room; /* batch x bound */
  orr_hdf5_span spans[ORR_HDF5_TREE_BLOBS];
  const orr_export_episode *episode; /* of this batch */
  size_t picture, first;
} encoder;

/* What `put_episode` needs: an encoder for each picture that is one to Minari. */
typedef struct minari {
  encoder *encoders[ORR_MAX_PICTURES]; /* NULL: stored as it is */
  uint8_t *flags;                      /* longest + 1 */
} minari;

static void encoder_destroy(encoder *e) {
  if (!e) return;
  for (size_t i = 0; e->lanes && i < e->lane_count; i++) {
    orr_inflater_destroy(e->lanes[i].inflater);
    orr_png_destroy(e->lanes[i].png);
    orr_free(e->lanes[i].frame);
  }
  orr_free(e->lanes);
  orr_free(e->room);
  orr_free(e);
}

static orr_status fill_encoder(encoder *e, const orr_space_picture *picture, orr_error *err) {
  int channels = picture->kind == ORR_PICTURE_RGB ? 3 : 1;
  ORR_TRY(orr_new(&e->lanes, e->lane_count, sizeof *e->lanes, err));
  for (size_t i = 0; i < e->lane_count; i++) {
    ORR_TRY(orr_inflater_create(&e->lanes[i].inflater, err));
    ORR_TRY(orr_png_create(picture->width, picture->height, channels, &e->lanes[i].png, err));
    ORR_TRY(orr_new(&e->lanes[i].frame, orr_picture_bytes(picture), 1, err));
  }
  e->bound = orr_png_bound(e->lanes[0].png);
  e->batch = BATCH_BYTES / e->bound;
  if (e->batch < 1) e->batch = 1;
  if (e->batch > ORR_HDF5_TREE_BLOBS) e->batch = ORR_HDF5_TREE_BLOBS;
  return orr_new(&e->room, e->batch, e->bound, err);
}

static orr_status encoder_create(const orr_export_job *job, size_t picture, encoder **out,
                                 orr_error *err) {
  ORR_TRY(orr_new(out, 1, sizeof **out, err)); /* destroyed by the caller, also on failure */
  (*out)->lane_count = orr_pool_lanes(job->control ? job->control->pool : NULL);
  (*out)->picture = picture;
  return fill_encoder(*out, &job->info->observation.pictures[picture], err);
}

static void encode_one(void *context, size_t index, size_t which) {
  encoder *e = context;
  lane *l = &e->lanes[which];
  const orr_export_episode *episode = e->episode;
  uint8_t *out = e->room + index * e->bound;
  if (l->failure.status != ORR_OK) return;
  if (orr_dataset_frame(episode->dataset, episode->index, e->first + index, e->picture, l->inflater,
                        l->frame, &l->failure) != ORR_OK)
    return;
  e->spans[index] = (orr_hdf5_span){out, orr_png_encode(l->png, l->frame, out)};
}

static orr_status put_encoded(orr_export_job *job, const orr_export_episode *episode,
                              const char *path, encoder *e, orr_error *err) {
  size_t rows = episode->view.steps + 1;
  ORR_TRY(orr_hdf5_tree_blobs(job->tree, path, rows, err));
  e->episode = episode;
  for (e->first = 0; e->first < rows; e->first += e->batch) {
    size_t count = rows - e->first < e->batch ? rows - e->first : e->batch;
    if (orr_cancelled(job->control)) return orr_export_cancelled(err);
    orr_pool_run(job->control ? job->control->pool : NULL, count, encode_one, e);
    for (size_t i = 0; i < e->lane_count; i++) {
      if (e->lanes[i].failure.status == ORR_OK) continue;
      if (err) *err = e->lanes[i].failure;
      return e->lanes[i].failure.status;
    }
    ORR_TRY(orr_hdf5_tree_put_blobs(job->tree, path, e->first, count, e->spans, err));
  }
  return ORR_OK;
}

/* Episodes --------------------------------------------------------------------------------- */

static orr_status put_observations(orr_export_job *job, const orr_export_episode *episode,
                                   const minari *m, orr_error *err) {
  const orr_space *observation = &job->info->observation;
  size_t S = observation->count, rows = episode->view.steps + 1;
  const char *name = observation->picture_count ? "observations/state" : "observations";
  ORR_TRY(orr_export_column(job, episode, name, ORR_HDF5_F32, S, rows, episode->view.states, err));
  for (size_t p = 0; p < observation->picture_count; p++) {
    const orr_space_picture *picture = &observation->pictures[p];
    orr_hdf5_row row = orr_shard_picture_row(picture);
    char below[96], path[192];
    snprintf(below, sizeof below, "observations/%s", picture->name);
    orr_path_join(path, sizeof path, episode->path, below);
    ORR_TRY(m->encoders[p] ? put_encoded(job, episode, path, m->encoders[p], err)
                           : orr_export_frames(job, episode, below, p, &row, 0, rows, err));
  }
  return ORR_OK;
}

static orr_status put_bools(orr_export_job *job, const orr_export_episode *episode,
                            const char *name, size_t rows, const uint8_t *values, orr_error *err) {
  return orr_export_column(job, episode, name, ORR_HDF5_BOOL, 0, rows, values, err);
}

/* The end of an episode: false until the last step. */
static orr_status put_end(orr_export_job *job, const orr_export_episode *episode, const char *name,
                          bool end, uint8_t *flags, orr_error *err) {
  size_t T = episode->view.steps;
  memset(flags, 0, T);
  flags[T - 1] = end;
  return put_bools(job, episode, name, T, flags, err);
}

static orr_status put_episode(orr_export_job *job, const orr_export_episode *episode, void *context,
                              orr_error *err) {
  minari *m = context;
  const orr_episode_view *view = &episode->view;
  size_t T = view->steps, A = job->info->action.count;
  ORR_TRY(put_observations(job, episode, m, err));
  ORR_TRY(orr_export_column(job, episode, "actions", ORR_HDF5_F32, A, T, view->actions, err));
  for (size_t t = 0; t < T; t++) job->numbers[t] = view->rewards[t + 1];
  ORR_TRY(orr_export_column(job, episode, "rewards", ORR_HDF5_F64, 0, T, job->numbers, err));
  ORR_TRY(put_end(job, episode, "terminations", view->terminated, m->flags, err));
  ORR_TRY(put_end(job, episode, "truncations", view->truncated, m->flags, err));
  ORR_TRY(put_bools(job, episode, "infos/success", T + 1, view->success, err));
  ORR_TRY(put_bools(job, episode, "infos/contact", T + 1, view->contact, err));
  memset(m->flags, episode->held_out, T + 1);
  ORR_TRY(put_bools(job, episode, "infos/held_out", T + 1, m->flags, err));
  ORR_TRY(orr_hdf5_tree_integer(job->tree, episode->path, "id", (int64_t)episode->number, err));
  ORR_TRY(orr_hdf5_tree_integer(job->tree, episode->path, "total_steps", (int64_t)T, err));
  return orr_export_origin(job, episode, err);
}

static orr_status put_episodes(orr_export_job *job, minari *m, orr_error *err) {
  const orr_space *observation = &job->info->observation;
  ORR_TRY(orr_new(&m->flags, job->longest + 1, 1, err));
  for (size_t p = 0; p < observation->picture_count; p++) {
    if (orr_export_encodes(&observation->pictures[p]))
      ORR_TRY(encoder_create(job, p, &m->encoders[p], err));
  }
  return orr_export_each(job, "episode_", put_episode, m, err);
}

/* The folder ------------------------------------------------------------------------------- */

static orr_status put_data(orr_export_job *job, const char *path, orr_error *err) {
  minari m = {0};
  ORR_TRY(orr_hdf5_tree_create(path, &job->tree, err));
  orr_status status = put_episodes(job, &m, err);
  for (size_t p = 0; p < ORR_MAX_PICTURES; p++) encoder_destroy(m.encoders[p]);
  orr_free(m.flags);
  if (status != ORR_OK) return status;
  orr_hdf5_tree *tree = job->tree;
  job->tree = NULL;
  return orr_hdf5_tree_commit(tree, err);
}

static orr_status put_folder(orr_export_job *job, const char *folder, orr_error *err) {
  char data[ORR_PATH], place[ORR_PATH], path[ORR_PATH + 32];
  orr_path_join(data, sizeof data, folder, "unnamed");
  orr_path_join(place, sizeof place, folder, "data");
  ORR_TRY(orr_folder_make(data, err));
  orr_path_join(path, sizeof path, data, "main_data.hdf5");
  ORR_TRY(put_data(job, path, err));
  double megabytes = (double)orr_file_size(path) / 1e6;
  orr_path_join(path, sizeof path, data, "metadata.json");
  ORR_TRY(orr_export_metadata(job, path, megabytes, err));
  return orr_file_rename(data, place, err); /* which also fsyncs `folder` */
}

typedef enum place { PLACE_FREE, PLACE_MINARI, PLACE_OTHER } place;

/* What stands under a name: nothing or an empty folder, a Minari data set alone, or anything else,
 * which is never touched. */
static orr_status look(const char *path, place *out, orr_error *err) {
  char metadata[ORR_PATH];
  char **names;
  size_t count;
  *out = orr_file_exists(path) ? PLACE_OTHER : PLACE_FREE;
  if (!orr_folder_exists(path)) return ORR_OK;
  ORR_TRY(orr_folder_list(path, "", "", &names, &count, err));
  orr_free(names);
  orr_path_join(metadata, sizeof metadata, path, "data/metadata.json");
  if (count == 0) *out = PLACE_FREE;
  if (count == 1 && orr_file_exists(metadata)) *out = PLACE_MINARI;
  return ORR_OK;
}

static orr_status check_place(const orr_export_def *def, orr_error *err) {
  place found;
  ORR_TRY(look(def->out, &found, err));
  if (found == PLACE_FREE || (found == PLACE_MINARI && def->force)) return ORR_OK;
  if (found == PLACE_MINARI) {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' is already there", def->out);
    orr_hint(err, "Give another name, or --force to replace it.");
  } else {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' is already there, and is no Minari data set", def->out);
    orr_hint(err, "Give the name of a new folder.");
  }
  return ORR_ERR_CONFIG;
}

/* Two folders cannot change places at once: the old one stands aside until the new one has its
 * name. */
static orr_status take_place(const char *made, const char *out, orr_error *err) {
  char aside[ORR_PATH + 32];
  place found;
  ORR_TRY(look(out, &found, err));
  if (found == PLACE_FREE) return orr_file_rename(made, out, err);
  snprintf(aside, sizeof aside, "%s.orr-old%ld", out, (long)getpid());
  ORR_TRY(orr_folder_remove(aside, err)); /* of a dead process with our number */
  orr_status status = orr_file_rename(out, aside, err);
  if (status == ORR_OK) status = orr_file_rename(made, out, err);
  if (status != ORR_OK) {
    if (!orr_file_exists(out)) orr_file_rename(aside, out, NULL);
    return status;
  }
  status = orr_folder_remove(aside, err);
  if (status != ORR_OK)
    orr_hint(err,
             "The new data set is whole and in its place; what is left of the old one may go.");
  return status;
}

/* "a/b/" is "a/b"; the temporary folder lies beside it. */
static orr_status name_folders(const char *given, char *out, char *made, orr_error *err) {
  size_t length = strlen(given);
  while (length > 1 && given[length - 1] == '/') length--;
  if (length + 64 > ORR_PATH) /* room for "data/metadata.json" behind the temporary name */
    return orr_fail(err, ORR_ERR_CONFIG, "the name of the folder is too long");
  snprintf(out, ORR_PATH, "%.*s", (int)length, given);
  snprintf(made, ORR_PATH, "%.*s.orr-tmp%ld", (int)length, given, (long)getpid());
  char *slash = strrchr(out, '/');
  if (!slash || slash == out) return ORR_OK;
  *slash = 0;
  orr_status status = orr_folder_make(out, err);
  *slash = '/';
  return status;
}

orr_status orr_export_minari(orr_export_job *job, orr_error *err) {
  char out[ORR_PATH], made[ORR_PATH];
  ORR_TRY(orr_export_set_id(job, err));
  ORR_TRY(check_place(job->def, err));
  ORR_TRY(name_folders(job->def->out, out, made, err));
  ORR_TRY(orr_folder_remove(made, err)); /* of a dead process with our number */
  orr_status status = put_folder(job, made, err);
  orr_hdf5_tree_abort(job->tree);
  job->tree = NULL;
  if (status == ORR_OK) status = take_place(made, out, err);
  if (status != ORR_OK) orr_folder_remove(made, NULL);
  return status;
}
