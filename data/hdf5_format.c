/* After the HDF5 File Format Specification, version 3.0; sections are named at each function. All
 * numbers are little endian. A column of another kind than ours is described, never followed. */
#include "data/hdf5_format.h"
#include <string.h>

enum {
  MESSAGE_SPACE = 0x01,
  MESSAGE_TYPE = 0x03,
  MESSAGE_EXTERNAL = 0x07,
  MESSAGE_LAYOUT = 0x08,
  MESSAGE_FILTERS = 0x0B,
  MESSAGE_ATTRIBUTE = 0x0C,
  MESSAGE_CONTINUATION = 0x10,
  MESSAGE_GROUP = 0x11
};

enum { MOST_BLOCKS = 64, MOST_NODES = 4096, MOST_LEVELS = 8 }; /* ours have 2, 1 and 1 */

static uint16_t u16(const uint8_t *bytes) { return (uint16_t)(bytes[0] | bytes[1] << 8); }

static uint32_t u32(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint64_t u64(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* The bytes [offset, offset + count), or NULL when they do not all lie in the file. */
static const uint8_t *span(orr_hdf5_image image, uint64_t offset, uint64_t count) {
  if (count > image.count || offset > image.count - count) return NULL;
  return image.bytes + offset;
}

static size_t padded(size_t count) { return (count + 7) & ~(size_t)7; }

/* II.A, version 0: offsets and lengths of 8 bytes, no base address, no driver block. */
const char *orr_hdf5_check_superblock(orr_hdf5_image image) {
  const uint8_t *b = span(image, 0, 96);
  if (!b) return "it is cut short";
  if (b[8] != 0 || b[9] != 0 || b[10] != 0 || b[12] != 0 || b[13] != 8 || b[14] != 8) {
    return "its superblock is of an unknown kind";
  }
  if (u64(b + 24) != 0 || u64(b + 48) != UINT64_MAX || u64(b + 40) != image.count) {
    return "its superblock does not fit its length";
  }
  return NULL;
}

static uint64_t root_header(orr_hdf5_image image) {
  const uint8_t *b = span(image, 64, 8);
  return b ? u64(b) : UINT64_MAX;
}

/* Object headers (IV.A.1.a, version 1) ------------------------------------------------------ */

/* Called for each message; false ends the walk. */
typedef bool message_fn(void *context, unsigned type, const uint8_t *body, size_t size);

typedef struct header_walk {
  struct {
    uint64_t offset, length;
  } blocks[MOST_BLOCKS];
  size_t block_count;
  unsigned left; /* messages */
} header_walk;

static bool add_block(header_walk *walk, uint64_t offset, uint64_t length) {
  if (walk->block_count == MOST_BLOCKS) return false;
  walk->blocks[walk->block_count].offset = offset;
  walk->blocks[walk->block_count++].length = length;
  return true;
}

static bool walk_block(orr_hdf5_image image, header_walk *walk, size_t index, message_fn *visit,
                       void *context) {
  uint64_t length = walk->blocks[index].length, at = 0;
  const uint8_t *block = span(image, walk->blocks[index].offset, length);
  if (!block) return false;
  for (; walk->left && length - at >= 8; walk->left--) {
    const uint8_t *message = block + at;
    unsigned type = u16(message), size = u16(message + 2);
    bool shared = message[4] & 2; /* it lies elsewhere; never in our files */
    at += 8;
    if (size > length - at || shared) return false;
    at += size;
    if (type == MESSAGE_CONTINUATION) {
      if (size < 16 || !add_block(walk, u64(message + 8), u64(message + 16))) return false;
    } else if (!visit(context, type, message + 8, size)) {
      return true;
    }
  }
  return true;
}

static bool walk_header(orr_hdf5_image image, uint64_t header, message_fn *visit, void *context) {
  const uint8_t *prefix = span(image, header, 16);
  if (!prefix || prefix[0] != 1) return false;
  header_walk walk = {.left = u16(prefix + 2)};
  add_block(&walk, header + 16, u32(prefix + 8));
  for (size_t i = 0; i < walk.block_count; i++) {
    if (!walk_block(image, &walk, i, visit, context)) return false;
  }
  return true;
}

/* Texts ------------------------------------------------------------------------------------ */

/* III.E, version 1: one object of a global heap collection. */
static const uint8_t *heap_object(orr_hdf5_image image, uint64_t collection, uint32_t index,
                                  uint64_t *size) {
  const uint8_t *head = span(image, collection, 16);
  if (!head || memcmp(head, "GCOL\1", 5) != 0) return NULL;
  uint64_t length = u64(head + 8), at = 16;
  if (!span(image, collection, length)) return NULL;
  while (length >= 16 && at <= length - 16) {
    const uint8_t *object = head + at;
    uint64_t bytes = u64(object + 8);
    at += 16;
    if (u16(object) == 0 || bytes > length - at) return NULL; /* 0: the free rest */
    *size = bytes;
    if (u16(object) == index) return head + at;
    at += padded((size_t)bytes);
  }
  return NULL;
}

typedef struct text_search {
  orr_hdf5_image image;
  const char *name;
  const uint8_t *text;
  size_t length;
} text_search;

/* The 16 bytes of a variable-length value: length, collection, index (IV.A.2.d, class 9). */
static void follow_text(text_search *search, const uint8_t *value) {
  uint64_t room, length = u32(value);
  const uint8_t *text =
      length ? heap_object(search->image, u64(value + 4), u32(value + 12), &room) : value;
  if (!text || (length && length > room)) return;
  search->text = text;
  search->length = (size_t)length;
}

/* IV.A.2.m, version 1: name, type and space, each padded to 8 bytes, then the value. */
static bool visit_text(void *context, unsigned type, const uint8_t *body, size_t size) {
  static const uint8_t text_type[8] = {0x19, 0x01, 0x01, 0, 16, 0, 0, 0}; /* vlen, UTF-8 */
  text_search *search = context;
  if (type != MESSAGE_ATTRIBUTE || size < 8 || body[0] != 1) return true;
  size_t name_bytes = u16(body + 2), type_at = 8 + padded(name_bytes);
  size_t space_at = type_at + padded(u16(body + 4)), value_at = space_at + padded(u16(body + 6));
  if (value_at > size || size - value_at < 16) return true;
  if (name_bytes != strlen(search->name) + 1) return true;
  if (memcmp(body + 8, search->name, name_bytes) != 0) return true;
  bool is_text = space_at - type_at >= 8 && memcmp(body + type_at, text_type, 8) == 0;
  bool is_scalar = value_at - space_at >= 8 && body[space_at] == 1 && body[space_at + 1] == 0;
  if (is_text && is_scalar) follow_text(search, body + value_at);
  return false;
}

bool orr_hdf5_find_text(orr_hdf5_image image, const char *name, const uint8_t **text,
                        size_t *length) {
  text_search search = {.image = image, .name = name};
  if (!walk_header(image, root_header(image), visit_text, &search) || !search.text) return false;
  *text = search.text;
  *length = search.length;
  return true;
}

/* The root group --------------------------------------------------------------------------- */

typedef struct group_search {
  orr_hdf5_image image;
  const char *name;     /* NULL: list all */
  uint64_t tree, heap;  /* of the group, by its message */
  const uint8_t *names; /* the local heap's data */
  uint64_t names_length;
  size_t nodes;    /* visited */
  uint64_t header; /* found: of the object */
  char (*list)[ORR_NAME];
  size_t most, listed;
  bool failed; /* the list does not fit */
} group_search;

static bool visit_group(void *context, unsigned type, const uint8_t *body, size_t size) {
  group_search *search = context;
  if (type != MESSAGE_GROUP || size < 16) return true;
  search->tree = u64(body);
  search->heap = u64(body + 8);
  return false;
}

/* III.D */
static bool open_names(group_search *search) {
  const uint8_t *heap = span(search->image, search->heap, 32);
  if (!heap || memcmp(heap, "HEAP\0", 5) != 0) return false;
  search->names_length = u64(heap + 8);
  search->names = span(search->image, u64(heap + 24), search->names_length);
  return search->names != NULL;
}

static bool is_named(const group_search *search, uint64_t at) {
  size_t bytes = strlen(search->name) + 1;
  return bytes <= search->names_length && at <= search->names_length - bytes &&
         memcmp(search->names + at, search->name, bytes) == 0;
}

static bool add_to_list(group_search *search, uint64_t at) {
  if (at >= search->names_length || search->listed == search->most) return false;
  const uint8_t *name = search->names + at;
  size_t room = (size_t)(search->names_length - at);
  size_t length = strnlen((const char *)name, room);
  if (length == room || length >= ORR_NAME) return false;
  memcpy(search->list[search->listed++], name, length + 1);
  return true;
}

/* III.B and III.C: true when found, or when the search is over. */
static bool search_symbols(group_search *search, uint64_t address) {
  const uint8_t *node = span(search->image, address, 8);
  if (!node || memcmp(node, "SNOD\1", 5) != 0) return false;
  size_t count = u16(node + 6);
  const uint8_t *entry = span(search->image, address + 8, count * 40);
  for (size_t i = 0; entry && i < count; i++, entry += 40) {
    if (search->name && is_named(search, u64(entry))) {
      search->header = u64(entry + 8);
      return true;
    }
    if (!search->name && !add_to_list(search, u64(entry))) {
      search->failed = true;
      return true;
    }
  }
  return false;
}

/* III.A.1, version 1, node type 0. Levels fall strictly, so there is no cycle; nodes are counted,
 * since children may be shared. */
static bool search_tree(group_search *search, uint64_t address, unsigned most_level) {
  const uint8_t *node = span(search->image, address, 24);
  if (!node || memcmp(node, "TREE\0", 5) != 0 || node[5] > most_level) return false;
  if (search->nodes++ >= MOST_NODES) return false;
  unsigned level = node[5];
  size_t count = u16(node + 6);
  const uint8_t *keys = span(search->image, address + 24, count * 16 + 8);
  for (size_t i = 0; keys && i < count; i++) {
    uint64_t child = u64(keys + 8 + 16 * i);
    bool found = level ? search_tree(search, child, level - 1) : search_symbols(search, child);
    if (found) return true;
  }
  return false;
}

/* Columns ---------------------------------------------------------------------------------- */

typedef struct column_parts {
  orr_hdf5_layout layout;
  bool filtered, deflated, chunked, elsewhere;
} column_parts;

/* IV.A.2.b, version 1 */
static void read_space(orr_hdf5_layout *layout, const uint8_t *body, size_t size) {
  if (size < 8 || body[0] != 1) return;
  size_t rank = body[1];
  if ((size - 8) / 8 < rank) return;
  for (size_t i = 0; i < rank && i < ORR_HDF5_FORMAT_SIDES; i++)
    layout->dims[i] = u64(body + 8 + 8 * i);
  layout->rank = (int)rank;
}

/* IV.A.2.i, version 3, class 1 */
static void read_contiguous(orr_hdf5_layout *layout, const uint8_t *body, size_t size) {
  if (size < 18) return;
  layout->contiguous = true;
  layout->offset = u64(body + 2);
  layout->bytes = u64(body + 10);
}

/* The same, class 2; true when it is as we write it. */
static bool read_chunked(orr_hdf5_layout *layout, const uint8_t *body, size_t size) {
  size_t rank = size < 11 ? 0 : body[2];
  if (rank < 2 || rank > ORR_HDF5_FORMAT_SIDES + 1 || (size - 11) / 4 < rank) return false;
  layout->tree = u64(body + 3);
  layout->chunk_rank = (int)rank;
  for (size_t i = 0; i < rank; i++) layout->chunk[i] = u32(body + 11 + 4 * i);
  return true;
}

static void read_layout(column_parts *parts, const uint8_t *body, size_t size) {
  if (size < 2 || body[0] != 3) return;
  if (body[1] == 1) read_contiguous(&parts->layout, body, size);
  if (body[1] == 2) parts->chunked = read_chunked(&parts->layout, body, size);
}

/* IV.A.2.l, version 1: whether the one filter is deflate. */
static bool is_deflate(const uint8_t *body, size_t size) {
  return size >= 16 && body[0] == 1 && body[1] == 1 && u16(body + 8) == 1;
}

static bool visit_column(void *context, unsigned type, const uint8_t *body, size_t size) {
  column_parts *parts = context;
  switch (type) {
  case MESSAGE_SPACE: read_space(&parts->layout, body, size); break;
  case MESSAGE_LAYOUT: read_layout(parts, body, size); break;
  case MESSAGE_FILTERS:
    parts->filtered = true;
    parts->deflated = is_deflate(body, size);
    break;
  case MESSAGE_EXTERNAL: parts->elsewhere = true; break;
  case MESSAGE_TYPE:
    parts->layout.type = body;
    parts->layout.type_bytes = size;
    break;
  default: break;
  }
  return true;
}

static bool open_root(group_search *search) {
  search->tree = search->heap = UINT64_MAX;
  return walk_header(search->image, root_header(search->image), visit_group, search) &&
         open_names(search);
}

bool orr_hdf5_list(orr_hdf5_image image, size_t most, char (*names)[ORR_NAME], size_t *count) {
  group_search search = {.image = image, .list = names, .most = most};
  if (!open_root(&search)) return false;
  search_tree(&search, search.tree, MOST_LEVELS);
  *count = search.listed;
  return !search.failed;
}

bool orr_hdf5_find_column(orr_hdf5_image image, const char *name, orr_hdf5_layout *out) {
  group_search search = {.image = image, .name = name};
  if (!open_root(&search) || !search_tree(&search, search.tree, MOST_LEVELS)) return false;
  column_parts parts = {.layout = {.rank = -1, .offset = UINT64_MAX}};
  if (!walk_header(image, search.header, visit_column, &parts)) return false;
  if (parts.filtered || parts.elsewhere) parts.layout.contiguous = false;
  parts.layout.deflated = parts.chunked && parts.deflated && !parts.elsewhere;
  *out = parts.layout;
  return parts.layout.type != NULL;
}

/* Chunks ----------------------------------------------------------------------------------- */

typedef struct chunk_search {
  orr_hdf5_image image;
  size_t sides; /* of a chunk's place: one more than the rank of the column */
  size_t rows, next;
  orr_hdf5_span *out;
} chunk_search;

/* A key: bytes of the chunk, mask of filters that were left out, place of its first value; the
 * address of the chunk follows. */
static bool take_chunk(chunk_search *search, const uint8_t *key) {
  const uint8_t *place = key + 8, *address = place + 8 * search->sides;
  if (search->next == search->rows || u32(key + 4) != 0 || u64(place) != search->next) return false;
  for (size_t i = 1; i < search->sides; i++) {
    if (u64(place + 8 * i) != 0) return false;
  }
  orr_hdf5_span chunk = {.count = u32(key)};
  chunk.bytes = span(search->image, u64(address), chunk.count);
  search->out[search->next++] = chunk;
  return chunk.bytes != NULL;
}

/* III.A.1, version 1, node type 1. Levels fall by one, every node has a child, and chunks must come
 * in the order of their rows, each once: so a forged tree cannot keep us longer than a good one. */
static bool walk_chunks(chunk_search *search, uint64_t address, unsigned level) {
  const uint8_t *node = span(search->image, address, 24);
  if (!node || memcmp(node, "TREE\1", 5) != 0 || node[5] != level) return false;
  size_t count = u16(node + 6), key = 8 + 8 * search->sides;
  const uint8_t *at = span(search->image, address + 24, count * (key + 8) + key);
  if (count == 0 || !at) return false;
  for (size_t i = 0; i < count; i++, at += key + 8) {
    bool good = level ? walk_chunks(search, u64(at + key), level - 1) : take_chunk(search, at);
    if (!good) return false;
  }
  return true;
}

bool orr_hdf5_find_chunks(orr_hdf5_image image, const orr_hdf5_layout *layout, size_t rows,
                          orr_hdf5_span *out) {
  const uint8_t *root = span(image, layout->tree, 24);
  if (!layout->deflated || !root || root[5] > MOST_LEVELS) return false;
  chunk_search search = {image, (size_t)layout->chunk_rank, rows, 0, out};
  return walk_chunks(&search, layout->tree, root[5]) && search.next == rows;
}

/* IV.A.2.d, version 1, as the library encodes them. */
bool orr_hdf5_is_type(const orr_hdf5_layout *layout, orr_hdf5_type type) {
  static const uint8_t f32[] = {0x11, 0x20, 0x1F, 0, 4, 0,  0,    0, 0, 0,
                                32,   0,    23,   8, 0, 23, 0x7F, 0, 0, 0};
  static const uint8_t f64[] = {0x11, 0x20, 0x3F, 0,  8, 0,  0,    0, 0, 0,
                                64,   0,    52,   11, 0, 52, 0xFF, 3, 0, 0};
  static const uint8_t i32[] = {0x10, 0x08, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0};
  static const uint8_t i64[] = {0x10, 0x08, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0};
  static const uint8_t byte[] = {0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0};
  static const uint8_t word[] = {0x10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0};
  static const uint8_t boolean[] = {0x18, 2, 0,   0,   1,   0,   0, 0,   0x10, 0x08, 0,   0,   1,
                                    0,    0, 0,   0,   0,   8,   0, 'F', 'A',  'L',  'S', 'E', 0,
                                    0,    0, 'T', 'R', 'U', 'E', 0, 0,   0,    0,    0,   1};
  static const struct {
    const uint8_t *bytes;
    size_t count;
  } encoded[] = {[ORR_HDF5_F32] = {f32, sizeof f32},         [ORR_HDF5_F64] = {f64, sizeof f64},
                 [ORR_HDF5_I32] = {i32, sizeof i32},         [ORR_HDF5_I64] = {i64, sizeof i64},
                 [ORR_HDF5_U8] = {byte, sizeof byte},        [ORR_HDF5_U64] = {word, sizeof word},
                 [ORR_HDF5_BOOL] = {boolean, sizeof boolean}};
  return layout->type_bytes >= encoded[type].count &&
         memcmp(layout->type, encoded[type].bytes, encoded[type].count) == 0;
}
