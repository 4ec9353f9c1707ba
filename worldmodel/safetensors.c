/* Reading and writing safetensors; the format is described in the header. */
#include "worldmodel/safetensors.h"
#include "base/file.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors are little-endian");

static const char metadata_key[] = "__metadata__";

static const struct {
  const char *name;
  size_t size; /* bytes */
} dtypes[ORR_DTYPE_COUNT] = {
    [ORR_DTYPE_BOOL] = {"BOOL", 1},       [ORR_DTYPE_U8] = {"U8", 1},
    [ORR_DTYPE_I8] = {"I8", 1},           [ORR_DTYPE_F8_E5M2] = {"F8_E5M2", 1},
    [ORR_DTYPE_F8_E4M3] = {"F8_E4M3", 1}, [ORR_DTYPE_I16] = {"I16", 2},
    [ORR_DTYPE_U16] = {"U16", 2},         [ORR_DTYPE_F16] = {"F16", 2},
    [ORR_DTYPE_BF16] = {"BF16", 2},       [ORR_DTYPE_I32] = {"I32", 4},
    [ORR_DTYPE_U32] = {"U32", 4},         [ORR_DTYPE_F32] = {"F32", 4},
    [ORR_DTYPE_F64] = {"F64", 8},         [ORR_DTYPE_I64] = {"I64", 8},
    [ORR_DTYPE_U64] = {"U64", 8},         [ORR_DTYPE_C64] = {"C64", 8},
};

orr_tensor orr_tensor_f32(const char *name, size_t rows, size_t cols, const float *data) {
  orr_tensor tensor = {.name = name, .dtype = ORR_DTYPE_F32, .data = data};
  if (rows > 0) tensor.shape[tensor.rank++] = rows;
  tensor.shape[tensor.rank++] = cols;
  tensor.bytes = (rows > 0 ? rows : 1) * cols * sizeof(float);
  return tensor;
}

/* Reading ---------------------------------------------------------------------------------- */

static orr_status wrong(const char *name, const char *what, orr_error *err) {
  return orr_fail(err, ORR_ERR_FILE, "tensor \"%.60s\": %s", name, what);
}

static orr_status read_size(const json_t *json, const char *name, const char *what, size_t *out,
                            orr_error *err) {
  if (!json_is_integer(json) || json_integer_value(json) < 0) return wrong(name, what, err);
  *out = (size_t)json_integer_value(json);
  return ORR_OK;
}

/* Shape and dtype against the tensor's length. */
static orr_status read_shape(const json_t *entry, orr_tensor *tensor, orr_error *err) {
  const json_t *shape = json_object_get(entry, "shape");
  if (!json_is_array(shape)) return wrong(tensor->name, "\"shape\" must be a list", err);
  tensor->rank = json_array_size(shape);
  if (tensor->rank > ORR_SAFETENSORS_RANK) return wrong(tensor->name, "has too many axes", err);
  size_t length = dtypes[tensor->dtype].size;
  for (size_t i = 0; i < tensor->rank; i++) {
    ORR_TRY(read_size(json_array_get(shape, i), tensor->name,
                      "\"shape\" must hold whole numbers, 0 or more", &tensor->shape[i], err));
    if (__builtin_mul_overflow(length, tensor->shape[i], &length)) {
      return wrong(tensor->name, "the product of its shape overflows", err);
    }
  }
  if (length != tensor->bytes) {
    return orr_fail(err, ORR_ERR_FILE,
                    "tensor \"%.60s\": its shape needs %zu bytes, its offsets hold %zu",
                    tensor->name, length, tensor->bytes);
  }
  return ORR_OK;
}

/* One entry; `data` points at the data and `length` is their length. */
static orr_status read_entry(const char *name, const json_t *entry, const char *data, size_t length,
                             orr_tensor *tensor, orr_error *err) {
  static const char whole[] = "\"data_offsets\" must hold two whole numbers, 0 or more";
  tensor->name = name;
  if (!json_is_object(entry)) return wrong(name, "must be an object", err);
  const char *dtype = json_string_value(json_object_get(entry, "dtype"));
  if (!dtype) return wrong(name, "\"dtype\" is missing or not a text", err);
  int found = -1;
  for (int i = 0; i < ORR_DTYPE_COUNT; i++) {
    if (strcmp(dtype, dtypes[i].name) == 0) found = i;
  }
  if (found < 0) return wrong(name, "its dtype is not known", err);
  tensor->dtype = (orr_dtype)found;
  const json_t *offsets = json_object_get(entry, "data_offsets");
  if (!json_is_array(offsets) || json_array_size(offsets) != 2) return wrong(name, whole, err);
  size_t begin = 0, end = 0;
  ORR_TRY(read_size(json_array_get(offsets, 0), name, whole, &begin, err));
  ORR_TRY(read_size(json_array_get(offsets, 1), name, whole, &end, err));
  if (begin > end) return wrong(name, "its offsets run backwards", err);
  if (end > length) return wrong(name, "its data reach beyond the end of the file", err);
  tensor->data = data + begin;
  tensor->bytes = end - begin;
  return read_shape(entry, tensor, err);
}

static int by_offset(const void *a, const void *b) {
  const orr_tensor *left = a, *right = b;
  const char *l = left->data, *r = right->data;
  if (l != r) return l < r ? -1 : 1;
  if (left->bytes != right->bytes) return left->bytes < right->bytes ? -1 : 1;
  return strcmp(left->name, right->name);
}

static orr_status check_order(const orr_safetensors *file, const char *data, size_t length,
                              orr_error *err) {
  const char *end = data;
  for (size_t i = 0; i < file->count; i++) {
    const orr_tensor *tensor = &file->tensors[i];
    const char *begin = tensor->data;
    if (begin > end) return wrong(tensor->name, "there is a hole before its data", err);
    if (begin < end) return wrong(tensor->name, "its data overlap those of another tensor", err);
    end = begin + tensor->bytes;
  }
  if ((size_t)(end - data) == length) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "the data are %zu bytes long, the tensors fill %zu", length,
                  (size_t)(end - data));
}

static orr_status check_metadata(orr_safetensors *file, orr_error *err) {
  file->metadata = json_object_get(file->header, metadata_key);
  if (!file->metadata) return ORR_OK;
  if (!json_is_object(file->metadata)) {
    return orr_fail(err, ORR_ERR_FILE, "__metadata__ must be an object");
  }
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)file->metadata, key, value) {
    if (json_is_string(value)) continue;
    return orr_fail(err, ORR_ERR_FILE, "__metadata__: \"%.60s\" must be a text", key);
  }
  return ORR_OK;
}

/* The header's length, checked against the file's. */
static orr_status read_length(const char *bytes, size_t count, size_t *out, orr_error *err) {
  uint64_t length;
  if (count < sizeof length) return orr_fail(err, ORR_ERR_FILE, "shorter than 8 bytes");
  memcpy(&length, bytes, sizeof length);
  if (length > ORR_SAFETENSORS_HEADER) {
    return orr_fail(err, ORR_ERR_FILE, "its header claims to be longer than 100 MB");
  }
  if (length > count - sizeof length) {
    return orr_fail(err, ORR_ERR_FILE, "its header reaches beyond the end of the file");
  }
  if (length < 2 || bytes[sizeof length] != '{') {
    return orr_fail(err, ORR_ERR_FILE, "its header does not start with '{'");
  }
  *out = (size_t)length;
  return ORR_OK;
}

static orr_status parse(orr_safetensors *file, size_t count, orr_error *err) {
  size_t length = 0;
  ORR_TRY(read_length(file->bytes, count, &length, err));
  json_error_t where;
  file->header = json_loadb(file->bytes + 8, length, JSON_REJECT_DUPLICATES, &where);
  if (!file->header) {
    return orr_fail(err, ORR_ERR_FILE, "its header is not JSON: %s", where.text);
  }
  if (!json_is_object(file->header)) {
    return orr_fail(err, ORR_ERR_FILE, "its header is not an object");
  }
  ORR_TRY(check_metadata(file, err));
  size_t entries = json_object_size(file->header);
  ORR_TRY(orr_new(&file->tensors, entries + 1, sizeof *file->tensors, err));
  const char *data = file->bytes + 8 + length, *name;
  json_t *entry;
  json_object_foreach(file->header, name, entry) {
    if (strcmp(name, metadata_key) == 0) continue;
    ORR_TRY(read_entry(name, entry, data, count - 8 - length, &file->tensors[file->count], err));
    file->count++;
  }
  qsort(file->tensors, file->count, sizeof *file->tensors, by_offset);
  return check_order(file, data, count - 8 - length, err);
}

orr_status orr_safetensors_load(const char *path, size_t limit, orr_safetensors *out,
                                orr_error *err) {
  *out = (orr_safetensors){0};
  size_t count;
  ORR_TRY(orr_file_get(path, limit, &out->bytes, &count, err));
  orr_status status = parse(out, count, err);
  if (status == ORR_OK) return ORR_OK;
  orr_error_context(err, "%s is not a sound safetensors file", path);
  orr_safetensors_free(out);
  return status;
}

void orr_safetensors_free(orr_safetensors *file) {
  json_decref(file->header);
  orr_free(file->tensors);
  orr_free(file->bytes);
  *file = (orr_safetensors){0};
}

const orr_tensor *orr_safetensors_find(const orr_safetensors *file, const char *name) {
  for (size_t i = 0; i < file->count; i++) {
    if (strcmp(file->tensors[i].name, name) == 0) return &file->tensors[i];
  }
  return NULL;
}

const char *orr_safetensors_text(const orr_safetensors *file, const char *key) {
  return json_string_value(json_object_get(file->metadata, key));
}

/* Writing ---------------------------------------------------------------------------------- */

/* Large numbers first, so that all stay aligned; then by name. */
static int by_alignment(const void *a, const void *b) {
  const orr_tensor *left = *(const orr_tensor *const *)a, *right = *(const orr_tensor *const *)b;
  size_t l = dtypes[left->dtype].size, r = dtypes[right->dtype].size;
  if (l != r) return l > r ? -1 : 1;
  return strcmp(left->name, right->name);
}

static json_t *entry_of(const orr_tensor *tensor, size_t begin) {
  json_t *shape = json_array();
  int failed = 0;
  for (size_t i = 0; i < tensor->rank; i++) {
    failed |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
  }
  json_t *entry =
      json_pack("{s:s, s:o, s:[I,I]}", "dtype", dtypes[tensor->dtype].name, "shape", shape,
                "data_offsets", (json_int_t)begin, (json_int_t)(begin + tensor->bytes));
  if (failed == 0) return entry;
  json_decref(entry);
  return NULL;
}

/* With the keys sorted, so that the bytes do not depend on the order of insertion. */
static int add_metadata(json_t *header, const json_t *metadata) {
  char *text = json_dumps(metadata, JSON_COMPACT | JSON_SORT_KEYS);
  json_t *sorted = text ? json_loads(text, 0, NULL) : NULL;
  free(text);
  return json_object_set_new(header, metadata_key, sorted);
}

/* The header's text without padding (free), or NULL when out of memory. */
static char *header_text(const json_t *metadata, const orr_tensor *const *order, size_t count) {
  json_t *header = json_object();
  int failed = header ? 0 : -1;
  if (metadata) failed |= add_metadata(header, metadata);
  size_t begin = 0;
  for (size_t i = 0; i < count; i++) {
    failed |= json_object_set_new(header, order[i]->name, entry_of(order[i], begin));
    begin += order[i]->bytes;
  }
  char *text = failed == 0 ? json_dumps(header, JSON_COMPACT) : NULL;
  json_decref(header);
  return text;
}

static orr_status write_all(orr_file_writer *writer, const char *header,
                            const orr_tensor *const *order, size_t count, orr_error *err) {
  static const char spaces[8] = "        ";
  size_t length = strlen(header), padding = (8 - length % 8) % 8;
  uint64_t total = length + padding;
  ORR_TRY(orr_file_write(writer, &total, sizeof total, err));
  ORR_TRY(orr_file_write(writer, header, length, err));
  ORR_TRY(orr_file_write(writer, spaces, padding, err));
  for (size_t i = 0; i < count; i++) {
    ORR_TRY(orr_file_write(writer, order[i]->data, order[i]->bytes, err));
  }
  return ORR_OK;
}

orr_status orr_safetensors_save(const char *path, const json_t *metadata, const orr_tensor *tensors,
                                size_t count, orr_error *err) {
  const orr_tensor **order;
  ORR_TRY(orr_new(&order, count + 1, sizeof *order, err));
  for (size_t i = 0; i < count; i++) order[i] = &tensors[i];
  qsort(order, count, sizeof *order, by_alignment);
  for (size_t i = 1; i < count; i++) ORR_ASSERT(strcmp(order[i - 1]->name, order[i]->name) != 0);
  char *header = header_text(metadata, order, count);
  orr_file_writer *writer = NULL;
  orr_status status = header ? orr_file_begin(path, &writer, err)
                             : orr_fail(err, ORR_ERR_MEMORY, "%s: no memory for its header", path);
  if (status == ORR_OK) status = write_all(writer, header, order, count, err);
  if (status == ORR_OK)
    status = orr_file_commit(writer, err);
  else
    orr_file_abort(writer);
  free(header);
  orr_free(order);
  return status;
}
