/* Files that HDF5 finds good and a shard's promises do not: each is refused by name. Every case
 * edits a good shard with the library and seals it again. */
#include "base/memory.h"
#include "data/dataset.h"
#include "data/hdf5.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replaces a column by an empty one of another make; `chunk` 0: contiguous; `compact`: inside the
 * header; `filters`: 1 deflate, 2 shuffle before it, 4 behind it. */
typedef struct make {
  hid_t type;
  int rank;
  hsize_t dims[4], chunk;
  bool compact;
  int filters;
} make;

static void remake(hid_t file, const char *name, const make *m) {
  assert_true(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
  hid_t space = H5Screate_simple(m->rank, m->dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  hsize_t chunk[4] = {m->chunk, m->dims[1], m->dims[2], m->dims[3]};
  if (m->chunk) assert_true(H5Pset_chunk(properties, m->rank, chunk) >= 0);
  if (m->compact) assert_true(H5Pset_layout(properties, H5D_COMPACT) >= 0);
  if (m->filters & 2) assert_true(H5Pset_shuffle(properties) >= 0);
  if (m->filters & 1) assert_true(H5Pset_deflate(properties, 1) >= 0);
  if (m->filters & 4) assert_true(H5Pset_shuffle(properties) >= 0);
  hid_t column = H5Dcreate2(file, name, m->type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  assert_true(column >= 0);
  H5Dclose(column);
  H5Pclose(properties);
  H5Sclose(space);
}

/* Writes one number at `row` of a column (bytes as they lie). */
static void poke(hid_t file, const char *name, hsize_t row, const void *value) {
  hid_t column = H5Dopen2(file, name, H5P_DEFAULT), type = H5Dget_type(column);
  hid_t space = H5Dget_space(column), one = H5Screate(H5S_SCALAR);
  hsize_t point[2] = {row, 0};
  assert_true(H5Sselect_elements(space, H5S_SELECT_SET, 1, point) >= 0);
  assert_true(H5Dwrite(column, type, one, space, H5P_DEFAULT, value) >= 0);
  H5Sclose(one);
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(column);
}

static void poke_float(hid_t file, const char *name, hsize_t row, float value) {
  poke(file, name, row, &value);
}
static void poke_i32(hid_t file, const char *name, hsize_t row, int32_t value) {
  poke(file, name, row, &value);
}
static void poke_i64(hid_t file, const char *name, hsize_t row, int64_t value) {
  poke(file, name, row, &value);
}
static void poke_bool(hid_t file, const char *name, hsize_t row, int8_t value) {
  poke(file, name, row, &value);
}

static void retext(hid_t file, const char *name, const char *value) {
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  assert_true(H5Adelete(file, name) >= 0);
  hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Awrite(attribute, type, &value) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

/* The shard has episodes of 7, 1 and 12 actions: rows 0..7, 8..9, 10..22. */
enum { ROWS = 23 };
static void wider_numbers(hid_t f) {
  remake(f, "state", &(make){.type = H5T_IEEE_F64LE, .rank = 2, .dims = {ROWS, 3}});
}
static void big_endian(hid_t f) {
  remake(f, "state", &(make){.type = H5T_IEEE_F32BE, .rank = 2, .dims = {ROWS, 3}});
}
static void other_rank(hid_t f) {
  remake(f, "reward", &(make){.type = H5T_IEEE_F32LE, .rank = 2, .dims = {ROWS, 1}});
}
static void other_width(hid_t f) {
  remake(f, "action", &(make){.type = H5T_IEEE_F32LE, .rank = 2, .dims = {ROWS, 3}});
}
static void other_rows(hid_t f) {
  remake(f, "seed", &(make){.type = H5T_STD_I64LE, .rank = 1, .dims = {ROWS + 1}});
}
static void chunked(hid_t f) {
  remake(f, "reward", &(make){.type = H5T_IEEE_F32LE, .rank = 1, .dims = {ROWS}, .chunk = 4});
}
static void compact(hid_t f) {
  remake(f, "reward", &(make){.type = H5T_IEEE_F32LE, .rank = 1, .dims = {ROWS}, .compact = true});
}
static void never_written(hid_t f) {
  remake(f, "source", &(make){.type = H5T_STD_I64LE, .rank = 1, .dims = {ROWS}});
}
static void plain_bytes(hid_t f) {
  remake(f, "success", &(make){.type = H5T_STD_I8LE, .rank = 1, .dims = {ROWS}});
}
static void huge_rows(hid_t f) {
  remake(f, "state", &(make){.type = H5T_IEEE_F32LE, .rank = 2, .dims = {(hsize_t)1 << 58, 3}});
}
static void huge_episodes(hid_t f) {
  remake(f, "ep_len", &(make){.type = H5T_STD_I32LE, .rank = 1, .dims = {(hsize_t)1 << 60}});
}
static void no_episodes(hid_t f) {
  remake(f, "ep_len", &(make){.type = H5T_STD_I32LE, .rank = 1, .dims = {0}});
  remake(f, "ep_offset", &(make){.type = H5T_STD_I64LE, .rank = 1, .dims = {0}});
}
static void a_group(hid_t f) {
  assert_true(H5Ldelete(f, "policy", H5P_DEFAULT) >= 0);
  H5Gclose(H5Gcreate2(f, "policy", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}
static void no_column(hid_t f) { assert_true(H5Ldelete(f, "contact", H5P_DEFAULT) >= 0); }
static void external_link(hid_t f) {
  assert_true(H5Ldelete(f, "contact", H5P_DEFAULT) >= 0);
  assert_true(H5Lcreate_external("other.h5", "contact", f, "contact", H5P_DEFAULT, H5P_DEFAULT) >=
              0);
}
static void offset_shifted(hid_t f) { poke_i64(f, "ep_offset", 1, 7); }
static void offset_negative(hid_t f) { poke_i64(f, "ep_offset", 0, -8); }
static void length_zero(hid_t f) { poke_i32(f, "ep_len", 1, 0); }
static void length_negative(hid_t f) { poke_i32(f, "ep_len", 2, INT32_MIN); }
static void length_long(hid_t f) { poke_i32(f, "ep_len", 2, INT32_MAX); }
static void length_short(hid_t f) { poke_i32(f, "ep_len", 2, 12); }
static void state_infinite(hid_t f) { poke_float(f, "state", 22, INFINITY); }
static void action_nan(hid_t f) { poke_float(f, "action", 3, NAN); }
static void action_at_end(hid_t f) { poke_float(f, "action", 7, 0); }
static void reward_at_start(hid_t f) { poke_float(f, "reward", 8, 0); }
static void reward_nan(hid_t f) { poke_float(f, "reward", 9, NAN); }
static void half_true(hid_t f) { poke_bool(f, "success", 5, 2); }
static void ends_early(hid_t f) { poke_bool(f, "terminated", 5, 1); }
static void truncated_early(hid_t f) { poke_bool(f, "truncated", 0, 1); }
static void step_skips(hid_t f) { poke_i32(f, "step_idx", 4, 5); }
static void seed_changes(hid_t f) { poke_i64(f, "seed", 4, 5); }
static void policy_unknown(hid_t f) {
  poke_i32(f, "policy", 8, 6);
  poke_i32(f, "policy", 9, 6);
}
static void policy_changes(hid_t f) { poke_i32(f, "policy", 9, 0); }
static void other_schema(hid_t f) { retext(f, "orrery_schema", "orrery-shard/9"); }
static void no_json(hid_t f) { retext(f, "observation", "{\"fields\": ["); }
static void no_space(hid_t f) { retext(f, "action", "{\"fields\": []}"); }
static void no_hash(hid_t f) { retext(f, "world_hash", "123"); }
static void no_time(hid_t f) { retext(f, "control_dt", "-0.1"); }
static void big_seed(hid_t f) { retext(f, "data_seed", "18446744073709551616"); }
static void third_split(hid_t f) { retext(f, "split", "test"); }
static void no_utf8(hid_t f) { retext(f, "scenario_id", "\xff\xfe"); }
static void no_text(hid_t f) { assert_true(H5Adelete(f, "scenario") >= 0); }
static void number_for_text(hid_t f) {
  assert_true(H5Adelete(f, "scenario") >= 0);
  hid_t space = H5Screate(H5S_SCALAR);
  int64_t value = 0x4141414141414141;
  hid_t attribute = H5Acreate2(f, "scenario", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, H5T_NATIVE_INT64, &value);
  H5Aclose(attribute);
  H5Sclose(space);
}
static void nothing(hid_t f) { (void)f; }

/* Pictures: 6 x 8 x 3 pixels. */
static void remake_pixels(hid_t f, hid_t type, hsize_t rows, hsize_t height, hsize_t chunk,
                          int filters) {
  remake(f, "pixels",
         &(make){.type = type,
                 .rank = 4,
                 .dims = {rows, height, 8, 3},
                 .chunk = chunk,
                 .filters = filters});
}
static void no_pixels(hid_t f) { assert_true(H5Ldelete(f, "pixels", H5P_DEFAULT) >= 0); }
static void signed_pixels(hid_t f) { remake_pixels(f, H5T_STD_I8LE, ROWS, 6, 1, 1); }
static void other_height(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 7, 1, 1); }
static void more_frames(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS + 1, 6, 1, 1); }
static void huge_frames(hid_t f) { remake_pixels(f, H5T_STD_U8LE, (hsize_t)1 << 50, 6, 1, 1); }
static void in_one_piece(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 0, 0); }
static void not_deflated(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 1, 0); }
static void shuffled(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 1, 2); }
static void two_filters(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 1, 3); }
static void shuffled_last(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 1, 5); }
static void two_rows_a_chunk(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 2, 1); }
static void no_frames(hid_t f) { remake_pixels(f, H5T_STD_U8LE, ROWS, 6, 1, 1); }
static void flat_depth(hid_t f) {
  remake(f, "depth",
         &(make){.type = H5T_IEEE_F32LE, .rank = 2, .dims = {ROWS, 20}, .chunk = 1, .filters = 1});
}
static void a_frame_is_missing(hid_t f) {
  no_frames(f);
  hid_t column = H5Dopen2(f, "pixels", H5P_DEFAULT);
  for (hsize_t i = 0; i < ROWS; i++) {
    hsize_t corner[4] = {i};
    if (i == 11) continue;
    assert_true(H5Dwrite_chunk(column, H5P_DEFAULT, 0, corner, 8, "unlooked") >= 0);
  }
  H5Dclose(column);
}
static void a_picture_more(hid_t f) {
  orr_shard_info info;
  sample_seen_info(&info);
  snprintf(info.observation.pictures[2].name, ORR_NAME, "state");
  json_t *json = orr_space_to_json(&info.observation);
  char *text = json_dumps(json, 0);
  retext(f, "observation", text);
  free(text);
  json_decref(json);
}

typedef struct edit {
  void (*apply)(hid_t file);
  const char *words;
} edit;
static const edit edits[] = {
    {wider_numbers, "'state' has another type"},
    {big_endian, "'state' has another type"},
    {other_rank, "'reward' has another shape"},
    {other_width, "'action' has another shape"},
    {other_rows, "'seed' has another number of rows"},
    {chunked, "'reward' is not stored in one piece"},
    {compact, "'reward' is not stored in one piece"},
    {never_written, "'source' was never written"},
    {plain_bytes, "'success' has another type"},
    {huge_rows, "'state' was never written"},
    {huge_episodes, "'ep_len' was never written"},
    {no_episodes, "no episodes"},
    {a_group, "'policy' does not exist"},
    {no_column, "'contact' does not exist"},
    {external_link, "'ep_len' does not exist"}, /* such groups have no symbol table */
    {offset_shifted, "'ep_offset' is wrong in episode 1"},
    {offset_negative, "'ep_offset' is wrong in episode 0"},
    {length_zero, "'ep_len' is wrong in episode 1"},
    {length_negative, "'ep_len' is wrong in episode 2"},
    {length_long, "'ep_len' is wrong in episode 2"},
    {length_short, "'ep_len' is wrong in episode 2"},
    {state_infinite, "'state' is wrong in episode 2"},
    {action_nan, "'action' is wrong in episode 0"},
    {action_at_end, "'action' is wrong in episode 0"},
    {reward_at_start, "'reward' is wrong in episode 1"},
    {reward_nan, "'reward' is wrong in episode 1"},
    {half_true, "'success' is wrong in episode 0"},
    {ends_early, "'terminated' is wrong in episode 0"},
    {truncated_early, "'truncated' is wrong in episode 0"},
    {step_skips, "'step_idx' is wrong in episode 0"},
    {seed_changes, "'seed' is wrong in episode 0"},
    {policy_unknown, "'policy' is wrong in episode 1"},
    {policy_changes, "'policy' is wrong in episode 1"},
    {other_schema, "schema is 'orrery-shard/9'"},
    {no_json, "'observation' is no JSON"},
    {no_space, "action"},
    {no_hash, "'world_hash'"},
    {no_time, "'control_dt'"},
    {big_seed, "'data_seed'"},
    {third_split, "'split'"},
    {no_utf8, "'scenario_id'"},
    {no_text, "'scenario'"},
    {number_for_text, "'scenario'"},
};

static const edit seen_edits[] = {
    {no_pixels, "'pixels' does not exist"},
    {signed_pixels, "'pixels' has another type"},
    {other_height, "'pixels' has another shape"},
    {more_frames, "'pixels' has another number of rows"},
    {huge_frames, "'pixels' has another number of rows"},
    {in_one_piece, "'pixels' is not stored frame by frame"},
    {not_deflated, "'pixels' is not stored frame by frame"},
    {shuffled, "'pixels' is not stored frame by frame"},
    {two_filters, "'pixels' is not stored frame by frame"},
    {shuffled_last, "'pixels' is not stored frame by frame"},
    {two_rows_a_chunk, "'pixels' is not stored frame by frame"},
    {no_frames, "'pixels' has a frame that is missing"},
    {a_frame_is_missing, "'pixels' has a frame that is missing"},
    {flat_depth, "'depth' has another shape"},
    {a_picture_more, "'state' has another type"},
    {chunked, "'reward' is not stored in one piece"},
};

static void apply_edit(const char *path, const edit *e) {
  size_t count;
  char *bytes = slurp(path, &count);
  spill(path, bytes, count - ORR_HDF5_SEAL);
  orr_free(bytes);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_alignment(access, 1, ORR_HDF5_ALIGNMENT);
  H5Pset_small_data_block_size(access, 0);
  hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
  assert_true(file >= 0);
  e->apply(file);
  assert_true(H5Fclose(file) >= 0);
  H5Pclose(access);
  bytes = slurp(path, &count);
  spill_sealed(path, bytes, count);
  orr_free(bytes);
}

typedef orr_status make_shard(const char *path, orr_split split, int64_t first, const size_t *steps,
                              size_t count, orr_error *err);

static void refuse_each(void **state, make_shard *shard, const edit *list, size_t count) {
  orr_dataset *dataset;
  const char *path = in_scratch(state, "train-00000.h5");
  for (size_t i = 0; i < count; i++) {
    orr_error err = {0};
    assert_ok(shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 3, &err), &err);
    apply_edit(path, &list[i]);
    int64_t before = open_handles();
    orr_status status = orr_dataset_open_shard(path, &dataset, &err);
    if (status == ORR_OK) fail_msg("edit %zu was accepted (%s)", i, list[i].words);
    assert_null(dataset);
    assert_int_equal(status, ORR_ERR_FILE);
    if (!strstr(err.message, list[i].words)) {
      fail_msg("edit %zu: '%s' does not say '%s'", i, err.message, list[i].words);
    }
    assert_non_null(strstr(err.message, "train-00000.h5"));
    assert_int_equal(open_handles(), before);
  }
}

static void refuses_each(void **state) {
  refuse_each(state, sample_shard, edits, sizeof edits / sizeof *edits);
}
static void refuses_pictures(void **state) {
  refuse_each(state, sample_seen_shard, seen_edits, sizeof seen_edits / sizeof *seen_edits);
}

/* The edits above are refused for what they change, not for being edited. */
static void accepts_unchanged(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(sample_seen_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 3, &err), &err);
  apply_edit(path, &(edit){nothing, ""});
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  orr_dataset_close(dataset);
}

/* The library reports its failures to us and not to the terminal, and is left as it was found. */
static herr_t count_prints(hid_t stack, void *count) {
  (void)stack;
  ++*(int *)count;
  return 0;
}

static void stays_silent(void **state) {
  orr_error err = {0};
  int prints = 0;
  H5E_auto2_t before;
  void *data;
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  H5Eset_auto2(H5E_DEFAULT, count_prints, &prints);
  orr_hdf5_writer *writer;
  assert_ok(orr_hdf5_create(in_scratch(state, "a.h5"), &writer, &err), &err);
  assert_ok(orr_hdf5_put_text(writer, "once", "text", &err), &err);
  assert_int_equal(orr_hdf5_put_text(writer, "once", "text", &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "cannot hold text 'once' (HDF5: "));
  assert_non_null(strstr(err.message, "a.h5"));
  orr_hdf5_abort(writer);
  assert_int_equal(prints, 0);
  H5Fopen("not there", H5F_ACC_RDONLY, H5P_DEFAULT);
  assert_int_equal(prints, 1);
  H5Eset_auto2(H5E_DEFAULT, before, data);
}

int test_layout(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(accepts_unchanged, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(refuses_each, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(refuses_pictures, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(stays_silent, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
