/* model.safetensors: a round trip, and a catalogue of files that are sound safetensors and no sound
 * model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "synthetic.h"
#include "worldmodel/checkpoint.h"
#include "worldmodel/safetensors.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "learn-data", path[] = "learn-model.safetensors";

static void save_model(orr_family family) {
  synthetic_data data = synthetic_open(folder);
  orr_model_def def = synthetic_model(family);
  def.hidden = 8;
  orr_model *model = synthetic_random_model(data.train, &def, 3);
  orr_error err;
  model->record = json_pack("{s:i}", "steps", 7);
  ASSERT_OK(orr_checkpoint_save(model, path, &err), err);
  orr_model_destroy(model);
  synthetic_close(&data);
}

static void check_round_trip(orr_family family) {
  orr_model *model, *again;
  orr_error err;
  char *bytes, *twice;
  size_t count, count_twice;
  save_model(family);
  ASSERT_OK(orr_file_get(path, 1 << 24, &bytes, &count, &err), err);
  ASSERT_OK(orr_model_load(path, &model, &err), err);
  ASSERT_OK(orr_checkpoint_save(model, "learn-model-2.safetensors", &err), err);
  ASSERT_OK(orr_file_get("learn-model-2.safetensors", 1 << 24, &twice, &count_twice, &err), err);
  assert_int_equal(count, count_twice);
  assert_memory_equal(bytes, twice, count);
  ASSERT_OK(orr_model_load("learn-model-2.safetensors", &again, &err), err);
  assert_true(orr_hash_equal(orr_model_hash(model), orr_model_hash(again)));
  assert_int_equal(orr_model_definition(model)->family, (int)family);
  assert_int_equal(orr_model_observation(model)->count, SYNTHETIC_STATE);
  assert_int_equal(orr_model_action(model)->count, SYNTHETIC_ACTION);
  assert_int_equal(json_integer_value(json_object_get(orr_model_record_json(model), "steps")), 7);
  assert_true(orr_hash_equal(orr_model_world(model), orr_hash_bytes("synthetic", 9)));
  orr_model_destroy(model);
  orr_model_destroy(again);
  orr_free(bytes);
  orr_free(twice);
}

static void test_round_trip(void **state) {
  (void)state;
  check_round_trip(ORR_FAMILY_STATE);
  check_round_trip(ORR_FAMILY_JEPA);
  check_round_trip(ORR_FAMILY_INVERSE);
}

/* A reader written from the published rules alone. */
static void test_other_reader(void **state) {
  (void)state;
  char line[512];
  if (system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) skip();
  snprintf(line, sizeof line, "/usr/bin/python3 %s/tests/worldmodel/read_safetensors.py %s",
           ORR_SOURCE_DIR, path);
  for (int family = 0; family < 2; family++) {
    save_model((orr_family)family);
    assert_int_equal(system(line), 0);
  }
}

/* Damage: the metadata's `key` gets another text, or part of its text is replaced. */
static const struct damage {
  const char *key, *from, *to, *message;
} damages[] = {
    {"schema", NULL, "orrery-model/2", "schema"},
    {"schema", NULL, "", "schema"},
    {"family", NULL, "jepa", "disagrees"},
    {"definition", NULL, "{", "not JSON"},
    {"definition", NULL, "[]", "must be an object"},
    {"definition", "\"hidden\":8", "\"hidden\":0", "model.hidden is 0"},
    {"definition", "\"hidden\":8", "\"hidden\":1000000000", "model.hidden is 1000000000"},
    {"definition", "\"hidden\":8", "\"hidden\":8.5", "whole number"},
    {"definition", "\"hidden\":8", "\"hidden\":\"8\"", "whole number"},
    {"definition", "\"hidden\":8", "\"hidden\":9", "its definition asks for"},
    {"definition", "\"hidden\":8", "\"hidden\":2048", "its definition asks for"},
    {"definition", "\"hidden\":8", "\"hidden\":8,\"hidden\":8", "not JSON"},
    {"definition", "\"hidden\":8", "\"hidden\":8,\"more\":8", "not known"},
    {"definition", "\"hidden\":8,", "", "model.hidden is missing"},
    {"definition", "\"sigreg\":0.0", "\"more\":0.0", "not known"},
    {"definition", "\"projections\":64", "\"projections\":0", "model.projections is 0"},
    {"definition", "\"layers\":2", "\"layers\":99", "model.layers is 99"},
    {"definition", "\"layers\":2", "\"layers\":3", "its definition asks for"},
    {"definition", "\"block\":5", "\"block\":-5", "model.block is -5"},
    {"definition", "\"stride\":1", "\"stride\":5", "its definition asks for"},
    {"definition", "\"stride\":1", "\"stride\":2", "does not divide a block of 5"},
    {"definition", "\"state\"", "\"rssm\"", "not a known word"},
    {"definition", "\"dropout\":0.0", "\"dropout\":1e300", "model.dropout"},
    {"observation", NULL, "{}", "\"observation\""},
    {"observation", NULL, "7", "\"observation\""},
    {"observation", "pusher.vy", "pusher.vx", "\"observation\""},
    {"action", NULL, "{\"fields\":[]}", "\"action\""},
    {"action", NULL, "", "not JSON"},
    {"transform", NULL, "{}", "\"state_mean\" must list 7 numbers"},
    {"transform", "\"state_std\":[", "\"state_std\":[1,", "\"state_std\" must list 7"},
    {"transform", "\"action_std\":[", "\"action_std\":[0,1],\"x\":[", "must be a positive number"},
    {"transform", "\"action_std\":[", "\"action_std\":[-1,1],\"x\":[", "must be a positive number"},
    {"transform", "\"state_mean\":[", "\"state_mean\":[0,0,0,0,0,0,\"a\"],\"x\":[", "number"},
    {"interface_hash", NULL, "xyz", "interface_hash"},
    {"world_hash", NULL, "00", "world_hash"},
    {"training", NULL, "[]", "must be an object"},
    {"training", NULL, "", "not JSON"},
};

static char *replaced(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  assert_non_null(at);
  char *out = calloc(1, strlen(text) + strlen(to) + 1);
  memcpy(out, text, (size_t)(at - text));
  strcat(strcat(out, to), at + strlen(from));
  return out;
}

static void expect_refused(const char *what, const char *message) {
  orr_model *model;
  orr_error err = {0};
  orr_status status = orr_model_load(path, &model, &err);
  assert_null(model);
  if (status == ORR_OK || !strstr(err.message, message)) {
    fail_msg("%s: '%s' does not say '%s'", what, err.message, message);
  }
  assert_non_null(strstr(err.message, path));
}

static void test_metadata_damage(void **state) {
  (void)state;
  orr_safetensors file;
  orr_error err;
  save_model(ORR_FAMILY_STATE);
  ASSERT_OK(orr_safetensors_load(path, 1 << 24, &file, &err), err);
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    const struct damage *damage = &damages[i];
    json_t *meta = json_deep_copy(file.metadata);
    const char *text = orr_safetensors_text(&file, damage->key);
    char *other = damage->from ? replaced(text, damage->from, damage->to) : strdup(damage->to);
    json_object_set_new(meta, damage->key, json_string(other));
    ASSERT_OK(orr_safetensors_save(path, meta, file.tensors, file.count, &err), err);
    expect_refused(other, damage->message);
    json_object_del(meta, damage->key);
    ASSERT_OK(orr_safetensors_save(path, meta, file.tensors, file.count, &err), err);
    expect_refused(damage->key, damage->key);
    json_decref(meta);
    free(other);
  }
  orr_safetensors_free(&file);
}

/* A file from before SIGReg: what it lacks was off. */
static void test_older(void **state) {
  (void)state;
  orr_safetensors file;
  orr_model *model;
  orr_error err;
  save_model(ORR_FAMILY_JEPA);
  ASSERT_OK(orr_safetensors_load(path, 1 << 24, &file, &err), err);
  json_t *meta = json_deep_copy(file.metadata);
  const char *text = orr_safetensors_text(&file, "definition");
  char *older = replaced(text, ",\"sigreg\":0.0,\"projections\":64", "");
  json_object_set_new(meta, "definition", json_string(older));
  ASSERT_OK(orr_safetensors_save(path, meta, file.tensors, file.count, &err), err);
  ASSERT_OK(orr_model_load(path, &model, &err), err);
  assert_true(orr_model_definition(model)->sigreg == 0);
  assert_int_equal(orr_model_definition(model)->projections, 64);
  orr_model_destroy(model);
  json_decref(meta);
  free(older);
  orr_safetensors_free(&file);
}

static void test_tensor_damage(void **state) {
  (void)state;
  orr_safetensors file;
  orr_error err;
  save_model(ORR_FAMILY_STATE);
  ASSERT_OK(orr_safetensors_load(path, 1 << 24, &file, &err), err);
  orr_tensor *tensor = &file.tensors[0], kept = *tensor;
  for (int i = 0; i < 6; i++) {
    static const char *const messages[] = {"is missing",
                                           "must be F32",
                                           "must be F32",
                                           "is not finite",
                                           "its definition asks for",
                                           "its definition asks for"};
    float *copy = orr_alloc(1, kept.bytes);
    orr_tensor *extra = orr_alloc(file.count + 1, sizeof *extra);
    size_t count = file.count;
    memcpy(copy, kept.data, kept.bytes);
    tensor->data = copy;
    if (i == 0) tensor->name = "another";
    if (i == 1) tensor->dtype = ORR_DTYPE_I32;
    if (i == 2) tensor->shape[tensor->rank++] = 1;
    if (i == 3) copy[kept.bytes / 8] = -INFINITY;
    memcpy(extra, file.tensors, count * sizeof *extra);
    if (i == 4) extra[count++] = orr_tensor_f32("more", 0, 1, copy);
    if (i == 5) count--;
    ASSERT_OK(orr_safetensors_save(path, file.metadata, extra, count, &err), err);
    expect_refused("tensor", messages[i]);
    *tensor = kept;
    orr_free(copy);
    orr_free(extra);
  }
  orr_safetensors_free(&file);
}

/* Memory that runs out at any point: an error, no leak, no crash. */
static void test_memory(void **state) {
  (void)state;
  orr_model *model = NULL;
  orr_error err;
  int failures = 0;
  save_model(ORR_FAMILY_JEPA);
  for (int n = 1; n < 1000; n++) {
    orr_model_worker *worker = NULL;
    orr_alloc_fail_at(n);
    orr_status status = orr_model_load(path, &model, &err);
    if (status == ORR_OK) status = orr_model_worker_create(model, &worker, &err);
    orr_alloc_fail_at(0);
    orr_model_worker_destroy(worker);
    orr_model_destroy(model);
    model = NULL;
    if (status == ORR_OK) break;
    assert_true(status == ORR_ERR_MEMORY);
    failures++;
  }
  assert_in_range(failures, 3, 998);
}

/* The field tables fit their own limits; a definition survives the way through a file. */
static void test_definition(void **state) {
  (void)state;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_error err = {0};
  ASSERT_OK(orr_record_check(&orr_model_record, found), err);
  ASSERT_OK(orr_record_check(&orr_train_record, found), err);
  orr_diagnostics_destroy(found);
  orr_train_def def = synthetic_train(77), again;
  def.rate = 0.1 + 0.2;
  json_t *json = orr_checkpoint_pack(&orr_train_record, &def);
  char *text = json_dumps(json, 0);
  json_decref(json);
  json = json_loads(text, 0, NULL);
  ASSERT_OK(orr_checkpoint_unpack(&orr_train_record, json, &again, &err), err);
  assert_memory_equal(&def, &again, sizeof def);
  json_decref(json);
  free(text);
}

int test_checkpoint(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_other_reader),
      cmocka_unit_test(test_metadata_damage), cmocka_unit_test(test_tensor_damage),
      cmocka_unit_test(test_memory),          cmocka_unit_test(test_definition),
      cmocka_unit_test(test_older),
  };
  return cmocka_run_group_tests_name("checkpoints", tests, NULL, NULL);
}
