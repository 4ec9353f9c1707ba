/* safetensors: what is written is read back, by us and by a reader in another language; damaged
 * files are refused with words, never followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "worldmodel/safetensors.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "safetensors-test.safetensors";

static orr_status load(orr_safetensors *file, orr_error *err) {
  return orr_safetensors_load(path, 1 << 20, file, err);
}

static void save_example(const char *where) {
  float matrix[6] = {0, 1.5f, -2, 3e-20f, NAN, INFINITY}, vector[3] = {7, 8, 9}, scalar = 4;
  uint8_t bytes[5] = {1, 2, 3, 4, 5};
  double wide[2] = {0.1, -1e300};
  orr_tensor tensors[5] = {
      {.name = "tiny", .dtype = ORR_DTYPE_U8, .rank = 1, .shape = {5}, .bytes = 5, .data = bytes},
      orr_tensor_f32("net.0.weight", 2, 3, matrix),
      orr_tensor_f32("net.0.bias", 0, 3, vector),
      {.name = "wide", .dtype = ORR_DTYPE_F64, .rank = 1, .shape = {2}, .bytes = 16, .data = wide},
      {.name = "scalar", .dtype = ORR_DTYPE_F32, .rank = 0, .bytes = 4, .data = &scalar}};
  json_t *meta = json_pack("{s:s, s:s}", "schema", "test/1", "note", "ein Bär \"quoted\"");
  orr_error err;
  assert_int_equal(orr_safetensors_save(where, meta, tensors, 5, &err), ORR_OK);
  json_decref(meta);
}

static void test_round_trip(void **state) {
  (void)state;
  orr_safetensors file;
  orr_error err;
  save_example(path);
  assert_int_equal(load(&file, &err), ORR_OK);
  assert_int_equal(file.count, 5);
  assert_string_equal(file.tensors[0].name, "wide"); /* by alignment, then by name */
  assert_string_equal(file.tensors[1].name, "net.0.bias");
  assert_string_equal(file.tensors[4].name, "tiny");
  const orr_tensor *matrix = orr_safetensors_find(&file, "net.0.weight");
  float values[6];
  assert_non_null(matrix);
  assert_int_equal(matrix->rank, 2);
  assert_int_equal(matrix->shape[0], 2);
  assert_int_equal(matrix->shape[1], 3);
  memcpy(values, matrix->data, sizeof values);
  assert_true(values[3] == 3e-20f && isnan(values[4]) && isinf(values[5]));
  assert_int_equal(orr_safetensors_find(&file, "scalar")->rank, 0);
  assert_string_equal(orr_safetensors_text(&file, "note"), "ein Bär \"quoted\"");
  assert_null(orr_safetensors_find(&file, "absent"));
  assert_null(orr_safetensors_text(&file, "absent"));
  orr_safetensors_free(&file);
}

/* The same contents in another order are the same bytes. */
static void test_deterministic(void **state) {
  (void)state;
  static const char other[] = "safetensors-other.safetensors";
  float a[2] = {1, 2}, b[3] = {3, 4, 5};
  orr_tensor forth[2] = {orr_tensor_f32("a", 0, 2, a), orr_tensor_f32("b", 0, 3, b)};
  orr_tensor back[2] = {forth[1], forth[0]};
  json_t *m1 = json_pack("{s:s, s:s}", "x", "1", "y", "2");
  json_t *m2 = json_pack("{s:s, s:s}", "y", "2", "x", "1");
  orr_error err;
  char *left, *right;
  size_t left_count, right_count;
  assert_int_equal(orr_safetensors_save(path, m1, forth, 2, &err), ORR_OK);
  assert_int_equal(orr_safetensors_save(other, m2, back, 2, &err), ORR_OK);
  assert_int_equal(orr_file_get(path, 1 << 20, &left, &left_count, &err), ORR_OK);
  assert_int_equal(orr_file_get(other, 1 << 20, &right, &right_count, &err), ORR_OK);
  assert_int_equal(left_count, right_count);
  assert_memory_equal(left, right, left_count);
  assert_int_equal((left_count - 8 - sizeof a - sizeof b) % 8, 0); /* header padded */
  orr_free(left);
  orr_free(right);
  json_decref(m1);
  json_decref(m2);
  unlink(other);
}

/* Damaged files ---------------------------------------------------------------------------- */

/* A file of a header and `data` bytes of data; `length` < 0: the header's own. */
static void write_raw(const char *header, size_t size, int64_t length, size_t data) {
  char *bytes = calloc(1, 8 + size + data);
  uint64_t n = length < 0 ? size : (uint64_t)length;
  memcpy(bytes, &n, 8);
  memcpy(bytes + 8, header, size);
  orr_error err;
  assert_int_equal(orr_file_put(path, bytes, 8 + size + data, &err), ORR_OK);
  free(bytes);
}

#define T(name, dtype, shape, offsets)                                                             \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const struct damaged {
  const char *header;
  size_t data;
  const char *message;
} damaged[] = {
    {"{", 0, "start with '{'"},
    {"[]", 0, "start with '{'"},
    {" {}", 0, "start with '{'"},
    {"{} x", 0, "not JSON"},
    {"{\"a\":", 0, "not JSON"},
    {"{\"a\xff\":1}", 0, "not JSON"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("a", "F32", "[1]", "[0,4]") "}", 4, "duplicate"},
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
     "duplicate"},
    {"{\"__metadata__\":[]}", 0, "__metadata__ must be an object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "must be a text"},
    {"{\"a\":3}", 0, "must be an object"},
    {"{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"dtype\" is missing"},
    {"{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "not a text"},
    {"{" T("a", "F33", "[1]", "[0,4]") "}", 4, "dtype is not known"},
    {"{" T("a", "f32", "[1]", "[0,4]") "}", 4, "dtype is not known"},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "\"shape\" must be a list"},
    {"{" T("a", "F32", "{}", "[0,4]") "}", 4, "\"shape\" must be a list"},
    {"{" T("a", "F32", "[-1]", "[0,4]") "}", 4, "0 or more"},
    {"{" T("a", "F32", "[1.0]", "[0,4]") "}", 4, "whole numbers"},
    {"{" T("a", "F32", "[2]", "[0,4]") "}", 4, "needs 8 bytes"},
    {"{" T("a", "F32", "[4611686018427387904]", "[0,0]") "}", 0, "overflows"},
    {"{" T("a", "U8", "[4294967296,4294967296]", "[0,0]") "}", 0, "overflows"},
    {"{" T("a", "F32", "[99999999999999999999999]", "[0,4]") "}", 4, "not JSON"},
    {"{" T("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "too many axes"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets"},
    {"{" T("a", "F32", "[1]", "[0]") "}", 4, "data_offsets"},
    {"{" T("a", "F32", "[1]", "[0,4,8]") "}", 4, "data_offsets"},
    {"{" T("a", "F32", "[1]", "[-4,0]") "}", 4, "0 or more"},
    {"{" T("a", "F32", "[1]", "[0.0,4.0]") "}", 4, "whole numbers"},
    {"{" T("a", "F32", "[1]", "[4,0]") "}", 4, "run backwards"},
    {"{" T("a", "F32", "[1]", "[0,4]") "}", 3, "beyond the end"},
    {"{" T("a", "F32", "[1]", "[0,9223372036854775807]") "}", 4, "beyond the end"},
    {"{" T("a", "F32", "[1]", "[4,8]") "}", 8, "a hole"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("b", "F32", "[1]", "[8,12]") "}", 12, "a hole"},
    {"{" T("a", "F32", "[2]", "[0,8]") "," T("b", "F32", "[2]", "[4,12]") "}", 12, "overlap"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("b", "F32", "[1]", "[0,4]") "}", 4, "overlap"},
    {"{" T("a", "F32", "[1]", "[0,4]") "}", 5, "the tensors fill 4"},
    {"{}", 4, "the tensors fill 0"},
};

static void expect_refused(const char *message) {
  orr_safetensors file;
  orr_error err = {0};
  assert_int_equal(load(&file, &err), ORR_ERR_FILE);
  assert_null(file.bytes);
  assert_null(file.header);
  assert_null(file.tensors);
  if (!strstr(err.message, message)) fail_msg("'%s' does not say '%s'", err.message, message);
  if (!strstr(err.message, path)) fail_msg("'%s' does not name the file", err.message);
}

static void test_damaged(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
    write_raw(damaged[i].header, strlen(damaged[i].header), -1, damaged[i].data);
    expect_refused(damaged[i].message);
  }
  write_raw("{\"\0\":1}", 7, -1, 0); /* a zero byte */
  expect_refused("not JSON");
  write_raw("{\"\\u0000\":1}", 12, -1, 0);
  expect_refused("not JSON");
  write_raw("{}", 2, 3, 0);
  expect_refused("beyond the end");
  write_raw("{}", 2, 100000001, 0);
  expect_refused("100 MB");
  write_raw("{}", 2, INT64_MAX, 0);
  expect_refused("100 MB");
  write_raw("{}", 2, 0, 0);
  expect_refused("start with '{'");
  orr_error err;
  assert_int_equal(orr_file_put(path, "1234567", 7, &err), ORR_OK);
  expect_refused("shorter than 8");
  assert_int_equal(orr_file_put(path, "", 0, &err), ORR_OK);
  expect_refused("shorter than 8");
}

/* What is allowed must not be refused: no tensors, empty tensors, spaces, other writers' keys. */
static void test_sound(void **state) {
  (void)state;
  static const struct {
    const char *header;
    size_t data, count;
  } sound[] = {
      {"{}", 0, 0},
      {"{}      ", 0, 0},
      {"{\"__metadata__\":{}}", 0, 0},
      {"{" T("a", "F32", "[0,7]", "[0,0]") "}", 0, 1},
      {"{" T("b", "U8", "[3]", "[4,7]") "," T("a", "F32", "[]", "[0,4]") "}", 7, 2},
      {"{\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1],\"more\":0}}", 1, 1},
  };
  for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
    orr_safetensors file;
    orr_error err = {0};
    write_raw(sound[i].header, strlen(sound[i].header), -1, sound[i].data);
    if (load(&file, &err) != ORR_OK) fail_msg("%zu: %s", i, err.message);
    assert_int_equal(file.count, sound[i].count);
    orr_safetensors_free(&file);
  }
}

/* Every truncation and a flip of every byte of the header: refused or read, never worse. */
static void test_every_byte(void **state) {
  (void)state;
  char *bytes;
  size_t count, refused = 0;
  orr_error err;
  save_example(path);
  assert_int_equal(orr_file_get(path, 1 << 20, &bytes, &count, &err), ORR_OK);
  FILE *stream;
  orr_safetensors file;
  for (size_t cut = 0; cut < count; cut++) {
    assert_non_null(stream = fopen(path, "wb"));
    assert_int_equal(fwrite(bytes, 1, cut, stream), cut);
    fclose(stream);
    assert_int_equal(load(&file, &err), ORR_ERR_FILE);
  }
  for (size_t i = 0; i < count; i++) {
    bytes[i] = (char)(bytes[i] ^ 0x15);
    assert_non_null(stream = fopen(path, "wb"));
    assert_int_equal(fwrite(bytes, 1, count, stream), count);
    fclose(stream);
    bytes[i] = (char)(bytes[i] ^ 0x15);
    if (load(&file, &err) == ORR_OK)
      orr_safetensors_free(&file);
    else
      refused++;
  }
  assert_true(refused > count / 4);
  orr_free(bytes);
}

/* A reader that was written from the published rules alone. */
static void test_other_reader(void **state) {
  (void)state;
  static const char command[] =
      "/usr/bin/python3 " ORR_SOURCE_DIR "/tests/worldmodel/read_safetensors.py %s";
  char line[512];
  if (system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) skip();
  save_example(path);
  snprintf(line, sizeof line, command, path);
  assert_int_equal(system(line), 0);
}

static void test_failures(void **state) {
  (void)state;
  save_example(path);
  for (int n = 1; n < 6; n++) { /* memory and disk that run out leave the old file */
    float value = 1;
    orr_tensor tensor = orr_tensor_f32("a", 0, 1, &value);
    orr_error err;
    orr_safetensors file;
    orr_alloc_fail_at(n);
    orr_status status = orr_safetensors_save(path, NULL, &tensor, 1, &err);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) save_example(path);
    orr_file_fail_at(n);
    status = orr_safetensors_save(path, NULL, &tensor, 1, &err);
    orr_file_fail_at(0);
    if (status == ORR_OK) save_example(path);
    assert_int_equal(load(&file, &err), ORR_OK);
    orr_safetensors_free(&file);
    orr_alloc_fail_at(n);
    if (load(&file, &err) == ORR_OK) orr_safetensors_free(&file);
    orr_alloc_fail_at(0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_deterministic),
      cmocka_unit_test(test_damaged),    cmocka_unit_test(test_sound),
      cmocka_unit_test(test_every_byte), cmocka_unit_test(test_other_reader),
      cmocka_unit_test(test_failures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
