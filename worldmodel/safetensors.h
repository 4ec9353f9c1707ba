/* safetensors: named tensors in one file, as Hugging Face publishes the format.
 *
 *   u64, little-endian: n        length of the header
 *   n bytes of UTF-8 JSON        {"name": {"dtype", "shape", "data_offsets": [begin, end]}, ...,
 *                                 "__metadata__": {text: text}}, padded with spaces
 *   data                         row-major, little-endian; offsets count from here
 *
 * The reader makes every check of the reference implementation (safetensors/src/tensor.rs) before
 * it uses a number: the header lies inside the file and below 100 MB, is valid UTF-8 and JSON
 * without duplicate keys; tensors in order of their offsets follow each other without hole or
 * overlap; the product of a shape, checked for overflow, times the size of a number is the tensor's
 * length; the last one ends exactly where the file ends. The writer orders tensors by alignment,
 * then by name, so the bytes depend on the contents alone. The format is little-endian and so must
 * we be. */
#ifndef ORR_WORLDMODEL_SAFETENSORS_H
#define ORR_WORLDMODEL_SAFETENSORS_H

#include "base/error.h"
#include <jansson.h>
#include <stdint.h>

#define ORR_SAFETENSORS_RANK   8                   /* longest shape that we read */
#define ORR_SAFETENSORS_HEADER ((size_t)100000000) /* longest header, of the reference */

typedef enum orr_dtype {
  ORR_DTYPE_BOOL,
  ORR_DTYPE_U8,
  ORR_DTYPE_I8,
  ORR_DTYPE_F8_E5M2,
  ORR_DTYPE_F8_E4M3,
  ORR_DTYPE_I16,
  ORR_DTYPE_U16,
  ORR_DTYPE_F16,
  ORR_DTYPE_BF16,
  ORR_DTYPE_I32,
  ORR_DTYPE_U32,
  ORR_DTYPE_F32,
  ORR_DTYPE_F64,
  ORR_DTYPE_I64,
  ORR_DTYPE_U64,
  ORR_DTYPE_C64,
  ORR_DTYPE_COUNT
} orr_dtype;

typedef struct orr_tensor {
  const char *name; /* borrowed: from the caller, or from the header of the file read */
  orr_dtype dtype;
  size_t rank, shape[ORR_SAFETENSORS_RANK];
  size_t bytes;
  const void *data; /* may be unaligned when read from a file of another writer: memcpy */
} orr_tensor;

typedef struct orr_safetensors {
  char *bytes;            /* the whole file */
  json_t *header;         /* owns the names */
  const json_t *metadata; /* object of texts, or NULL; borrowed from `header` */
  size_t count;
  orr_tensor *tensors; /* in file order */
} orr_safetensors;

/* Reads a file of at most `limit` bytes. On failure `out` is empty. */
orr_status orr_safetensors_load(const char *path, size_t limit, orr_safetensors *out,
                                orr_error *err);
void orr_safetensors_free(orr_safetensors *file);
const orr_tensor *orr_safetensors_find(const orr_safetensors *file, const char *name);
/* A text of the metadata, or NULL. */
const char *orr_safetensors_text(const orr_safetensors *file, const char *key);

/* Writes atomically. `metadata`: object of texts, or NULL; its keys are written sorted. Names must
 * differ. */
orr_status orr_safetensors_save(const char *path, const json_t *metadata, const orr_tensor *tensors,
                                size_t count, orr_error *err);

/* A tensor of floats for the writer; rank 1 when rows is 0. */
orr_tensor orr_tensor_f32(const char *name, size_t rows, size_t cols, const float *data);

#endif
