/* PNG through stb_image and stb_image_write.
 *
 * stb checks neither its own allocations (writing) nor the checksums of a file (reading), and it
 * inflates as much as a file claims. So: all its memory comes from a `codec` that lists what it
 * handed out, has a budget, and jumps out of stb when either is exhausted; and a file's chunks,
 * lengths and CRCs are checked here first (PNG, W3C Recommendation 2003, sections 5 and 11). */
#include "base/image.h"
#include "base/file.h"
#include "base/memory.h"
#include <setjmp.h>
#include <string.h>

#define MOST_PIXELS     ((size_t)1 << 26)
#define MOST_FILE_BYTES ((size_t)1 << 30)

typedef struct codec_block {
  struct codec_block *before, *after;
  size_t size;
  size_t unused; /* keeps what follows aligned to 16 bytes */
} codec_block;

typedef enum codec_result { CODEC_FINE, CODEC_DAMAGED, CODEC_NO_MEMORY } codec_result;

typedef struct codec {
  codec_block head; /* of a ring of the blocks that stb holds */
  size_t left;      /* bytes that may still be handed out */
  codec_result result;
  jmp_buf escape;
} codec;

static _Thread_local codec *active; /* stb's hooks take no user pointer */

static _Noreturn void codec_leave(codec_result result) {
  active->result = result;
  longjmp(active->escape, 1);
}

static void codec_free(void *memory) {
  if (!memory) return;
  codec_block *block = (codec_block *)memory - 1;
  block->before->after = block->after;
  block->after->before = block->before;
  active->left += block->size;
  orr_free(block);
}

static void *codec_alloc(size_t size) {
  if (size > active->left) codec_leave(CODEC_DAMAGED);
  codec_block *block = orr_alloc(sizeof *block + size, 1);
  if (!block) codec_leave(CODEC_NO_MEMORY);
  *block = (codec_block){.before = &active->head, .after = active->head.after, .size = size};
  block->after->before = block;
  active->head.after = block;
  active->left -= size;
  return block + 1;
}

static void *codec_realloc(void *memory, size_t size) {
  void *grown = codec_alloc(size);
  if (!memory) return grown;
  size_t old = ((codec_block *)memory - 1)->size;
  memcpy(grown, memory, old < size ? old : size);
  codec_free(memory);
  return grown;
}

static void codec_refuse(void) { codec_leave(CODEC_DAMAGED); }

typedef void codec_work_fn(void *job);

/* Runs stb with `budget` bytes; whatever it leaves behind is freed. Not inlined: the locals of the
 * function that calls setjmp would be undefined after the jump. */
__attribute__((noinline)) static codec_result codec_run(codec *state, size_t budget,
                                                        codec_work_fn *work, void *job) {
  state->head.before = state->head.after = &state->head;
  state->left = budget;
  state->result = CODEC_FINE;
  active = state;
  if (setjmp(state->escape) == 0) work(job);
  for (codec_block *block = state->head.after, *next; block != &state->head; block = next) {
    next = block->after;
    orr_free(block);
  }
  active = NULL;
  return state->result;
}

/* stb declares as static what it then leaves out; told at the end of the file, so no pop. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#define STBIW_MALLOC(size)          codec_alloc(size)
#define STBIW_REALLOC(memory, size) codec_realloc(memory, size)
#define STBIW_FREE(memory)          codec_free(memory)
#define STBIW_ASSERT(x)             ((x) ? (void)0 : codec_refuse())
#include <stb/stb_image_write.h>

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_MAX_DIMENSIONS        (1 << 24)
#define STBI_MALLOC(size)          codec_alloc(size)
#define STBI_REALLOC(memory, size) codec_realloc(memory, size)
#define STBI_FREE(memory)          codec_free(memory)
#define STBI_ASSERT(x)             ((x) ? (void)0 : codec_refuse())
#include <stb/stb_image.h>

orr_status orr_image_create(int width, int height, orr_image *out, orr_error *err) {
  *out = (orr_image){0};
  if (width < 1 || height < 1 || (size_t)width > MOST_PIXELS / (size_t)height) {
    return orr_fail(err, ORR_ERR_CONFIG, "a picture of %d x %d is not possible (1 to 2^26 pixels)",
                    width, height);
  }
  ORR_TRY(orr_new(&out->pixels, (size_t)width * (size_t)height, 3, err));
  out->width = width;
  out->height = height;
  return ORR_OK;
}

void orr_image_destroy(orr_image *image) {
  if (!image) return;
  orr_free(image->pixels);
  *image = (orr_image){0};
}

static void hand_to_writer(void *context, void *bytes, int size) {
  fwrite(bytes, 1, (size_t)size, orr_file_stream(context)); /* commit reports a failure */
}

typedef struct encode_job {
  const orr_image *image;
  orr_file_writer *writer;
  bool good;
} encode_job;

static void encode(void *argument) {
  encode_job *job = argument;
  const orr_image *image = job->image;
  job->good = stbi_write_png_to_func(hand_to_writer, job->writer, image->width, image->height, 3,
                                     image->pixels, image->width * 3) != 0;
}

orr_status orr_image_write_png(const orr_image *image, const char *path, orr_error *err) {
  ORR_ASSERT(image->pixels && image->width > 0 && image->height > 0);
  orr_file_writer *writer;
  ORR_TRY(orr_file_begin(path, &writer, err));
  encode_job job = {.image = image, .writer = writer};
  codec state;
  codec_result result = codec_run(&state, SIZE_MAX / 2, encode, &job);
  if (result == CODEC_FINE && job.good) return orr_file_commit(writer, err);
  orr_file_abort(writer);
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory while writing '%s'", path);
}

static uint32_t big_endian(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* PNG's CRC-32 (polynomial 0xEDB88320), four bits at a time. */
static uint32_t crc32_of(const uint8_t *bytes, size_t count) {
  uint32_t table[16];
  for (uint32_t i = 0; i < 16; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 4; bit++) c = c & 1 ? c >> 1 ^ UINT32_C(0xEDB88320) : c >> 1;
    table[i] = c;
  }
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    crc = crc >> 4 ^ table[(crc ^ bytes[i]) & 15];
    crc = crc >> 4 ^ table[(crc ^ (uint32_t)bytes[i] >> 4) & 15];
  }
  return ~crc;
}

typedef struct header {
  uint32_t width, height;
  bool palette;
} header;

/* Signature, header, whole chunks with good checksums up to IEND, data from the first IDAT on (stb
 * reckons with a null pointer until some have come). NULL when all is well, else what is wrong. */
static const char *check_png(const uint8_t *bytes, size_t count, header *out) {
  static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (count < 8 || memcmp(bytes, signature, 8) != 0) return "it is not a PNG picture";
  bool data = false;
  for (size_t at = 8; at < count;) {
    if (count - at < 12) return "it ends in the middle of a chunk";
    size_t length = big_endian(bytes + at);
    const uint8_t *type = bytes + at + 4;
    if (length > count - at - 12) return "it ends in the middle of a chunk";
    if (crc32_of(type, length + 4) != big_endian(type + 4 + length)) return "a checksum is wrong";
    if (at == 8) {
      if (memcmp(type, "IHDR", 4) != 0 || length != 13) return "its header is wrong";
      *out = (header){big_endian(type + 4), big_endian(type + 8), type[13] == 3};
    }
    if (memcmp(type, "IEND", 4) == 0) return data ? NULL : "it holds no picture";
    if (memcmp(type, "IDAT", 4) == 0 && length == 0 && !data) return "its data start with nothing";
    data = data || memcmp(type, "IDAT", 4) == 0;
    at += 12 + length;
  }
  return "its end is missing";
}

/* A copy of the picture with a palette of 256 colours, of which those that the file has are opaque:
 * stb takes a colour that is missing from memory that nobody wrote. */
static orr_status complete_palette(const uint8_t *bytes, size_t *count, uint8_t **out,
                                   orr_error *err) {
  enum { PALETTE = 12 + 3 * 256, OPACITY = 12 + 256 };
  uint8_t *copy, *to;
  bool found = false;
  ORR_TRY(orr_new(&copy, *count + PALETTE + OPACITY, 1, err));
  memcpy(copy, bytes, 8);
  to = copy + 8;
  for (size_t at = 8, length; at < *count; at += 12 + length) {
    const uint8_t *chunk = bytes + at;
    length = big_endian(chunk);
    if (memcmp(chunk + 4, "tRNS", 4) == 0) continue;
    bool palette = memcmp(chunk + 4, "PLTE", 4) == 0;
    bool wrong = found || length == 0 || length > 3 * 256 || length % 3 != 0;
    if (palette && wrong) break; /* stb will miss the end */
    memcpy(to, chunk, 12 + length);
    to += palette ? PALETTE : 12 + length;
    if (memcmp(chunk + 4, "IEND", 4) == 0) break;
    if (!palette) continue;
    found = true;
    memcpy(to - PALETTE, "\0\0\3", 4);
    memcpy(to, "\0\0\1\0tRNS", 8);
    memset(to + 8, UINT8_MAX, length / 3);
    to += OPACITY;
  }
  *out = copy;
  *count = (size_t)(to - copy);
  return ORR_OK;
}

typedef struct decode_job {
  const uint8_t *bytes;
  size_t count;
  const orr_image *out; /* with its pixels */
  bool palette;         /* completed; nothing of it may be clear */
  bool good;
} decode_job;

static void decode(void *argument) {
  decode_job *job = argument;
  int width, height, channels, wanted = job->palette ? 4 : 3;
  uint8_t *read =
      stbi_load_from_memory(job->bytes, (int)job->count, &width, &height, &channels, wanted);
  job->good = read && width == job->out->width && height == job->out->height;
  if (!job->good) return;
  size_t pixels = (size_t)width * (size_t)height;
  if (!job->palette) memcpy(job->out->pixels, read, 3 * pixels);
  for (size_t i = 0; job->palette && i < pixels; i++) {
    memcpy(job->out->pixels + 3 * i, read + 4 * i, 3);
    job->good = job->good && read[4 * i + 3] == UINT8_MAX;
  }
}

/* What stb may need for a true picture: the file, and raw data of at most 8 bytes a pixel held at
 * most five times (inflated while its buffer grows, unfiltered, converted). */
static size_t decode_budget(size_t count, const orr_image *image) {
  size_t pixels = (size_t)image->width * (size_t)image->height;
  return 3 * count + 40 * pixels + 32 * (size_t)image->height + ((size_t)1 << 20);
}

static orr_status refuse(const char *path, const char *why, orr_error *err) {
  orr_fail(err, ORR_ERR_FILE, "cannot read the picture '%s': %s", path, why);
  orr_hint(err, "Expected a complete PNG file; was it copied whole?");
  return ORR_ERR_FILE;
}

static orr_status decode_bytes(const uint8_t *bytes, size_t count, bool palette, const char *path,
                               orr_image *out, orr_error *err) {
  uint8_t *completed = NULL;
  if (palette) ORR_TRY(complete_palette(bytes, &count, &completed, err));
  decode_job job = {
      .bytes = palette ? completed : bytes, .count = count, .out = out, .palette = palette};
  codec state;
  codec_result result = codec_run(&state, decode_budget(count, out), decode, &job);
  orr_free(completed);
  if (result == CODEC_FINE && job.good) return ORR_OK;
  if (result == CODEC_NO_MEMORY)
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory while reading '%s'", path);
  return refuse(path, "its data is damaged", err);
}

static orr_status read_bytes(const uint8_t *bytes, size_t count, const char *path, orr_image *out,
                             orr_error *err) {
  header found = {0};
  const char *wrong = check_png(bytes, count, &found);
  if (wrong) return refuse(path, wrong, err);
  if (found.width < 1 || found.height < 1 || found.width > MOST_PIXELS ||
      found.height > MOST_PIXELS / found.width) {
    return orr_fail(err, ORR_ERR_FILE,
                    "the picture '%s' claims %u x %u pixels; at most 2^26 are "
                    "read",
                    path, (unsigned)found.width, (unsigned)found.height);
  }
  ORR_TRY(orr_image_create((int)found.width, (int)found.height, out, err));
  orr_status status = decode_bytes(bytes, count, found.palette, path, out, err);
  if (status != ORR_OK) orr_image_destroy(out);
  return status;
}

orr_status orr_image_read_png(const char *path, orr_image *out, orr_error *err) {
  *out = (orr_image){0};
  char *bytes;
  size_t count;
  ORR_TRY(orr_file_get(path, MOST_FILE_BYTES, &bytes, &count, err));
  orr_status status = read_bytes((const uint8_t *)bytes, count, path, out, err);
  orr_free(bytes);
  return status;
}
