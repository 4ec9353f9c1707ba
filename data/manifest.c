/* Reading and writing manifest.json, strictly: what it says is believed by nobody unchecked. */
#include "data/manifest.h"
#include "base/file.h"
#include "base/memory.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_LIMIT ((size_t)64 << 20) /* bytes */

bool orr_manifest_shard_name(const char *name, orr_split split) {
  const char *prefix = orr_split_name(split);
  size_t length = strlen(prefix);
  if (strlen(name) >= ORR_NAME || strncmp(name, prefix, length) != 0 || name[length] != '-') {
    return false;
  }
  const char *digits = name + length + 1;
  size_t count = strspn(digits, "0123456789");
  return count > 0 && strcmp(digits + count, ".h5") == 0;
}

orr_status orr_manifest_path(const char *folder, const char *name, char **out, orr_error *err) {
  size_t size = strlen(folder) + strlen(name) + 2;
  ORR_TRY(orr_new(out, size, 1, err));
  orr_path_join(*out, size, folder, name);
  return ORR_OK;
}

void orr_manifest_clear(orr_manifest *manifest) {
  orr_free(manifest->scenario);
  orr_free(manifest->shards);
  *manifest = (orr_manifest){0};
}

/* Reading ---------------------------------------------------------------------------------- */

static orr_status wrong(orr_error *err, const char *path, const char *why) {
  orr_fail(err, ORR_ERR_FILE, "'%s' is damaged: %s", path, why);
  orr_hint(err, "Delete it and run collect again: the shards that stand are kept and sealed anew.");
  return ORR_ERR_FILE;
}

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static bool count_of(const json_t *object, const char *key, int64_t least, int64_t *out) {
  const json_t *value = json_object_get(object, key);
  *out = json_integer_value(value);
  return json_is_integer(value) && *out >= least;
}

static bool sha_of(const json_t *object, char out[ORR_SHA256_TEXT]) {
  const char *text = text_of(object, "sha256");
  if (strlen(text) != ORR_SHA256_TEXT - 1 || text[strspn(text, "0123456789abcdef")]) return false;
  memcpy(out, text, ORR_SHA256_TEXT);
  return true;
}

static orr_status read_shard(const json_t *json, const char *path, orr_manifest_shard *out,
                             orr_error *err) {
  const char *name = text_of(json, "name"), *split = text_of(json, "split");
  bool train = strcmp(split, orr_split_name(ORR_SPLIT_TRAIN)) == 0;
  if (!train && strcmp(split, orr_split_name(ORR_SPLIT_HELD_OUT)) != 0) {
    return wrong(err, path, "a shard has no known split");
  }
  out->split = train ? ORR_SPLIT_TRAIN : ORR_SPLIT_HELD_OUT;
  if (!orr_manifest_shard_name(name, out->split)) {
    return wrong(err, path, "a shard's name is not '<split>-<number>.h5'");
  }
  memcpy(out->name, name, strlen(name) + 1);
  if (!count_of(json, "episodes", 1, &out->episodes) || !count_of(json, "rows", 1, &out->rows) ||
      !count_of(json, "diverged", 0, &out->diverged) || !sha_of(json, out->sha256)) {
    return wrong(err, path, "a shard's counts or its SHA-256 are missing or wrong");
  }
  return ORR_OK;
}

/* Train first, then by name: so no shard occurs twice. */
static bool follows(const orr_manifest_shard *before, const orr_manifest_shard *shard) {
  if (before->split != shard->split) return before->split < shard->split;
  return strcmp(before->name, shard->name) < 0;
}

static orr_status read_shards(const json_t *list, const char *path, orr_manifest *out,
                              orr_error *err) {
  if (json_array_size(list) == 0) return wrong(err, path, "it names no shards");
  out->count = json_array_size(list);
  ORR_TRY(orr_new(&out->shards, out->count, sizeof *out->shards, err));
  int64_t rows = 0, episodes = 0;
  for (size_t i = 0; i < out->count; i++) {
    orr_manifest_shard *shard = &out->shards[i];
    ORR_TRY(read_shard(json_array_get(list, i), path, shard, err));
    if (i && !follows(shard - 1, shard)) return wrong(err, path, "its shards are out of order");
    if (__builtin_add_overflow(rows, shard->rows, &rows) ||
        __builtin_add_overflow(episodes, shard->episodes, &episodes)) {
      return wrong(err, path, "its counts are impossibly large");
    }
  }
  return ORR_OK;
}

static orr_status read_root(const json_t *root, const char *path, orr_manifest *out,
                            orr_error *err) {
  if (strcmp(text_of(root, "schema"), ORR_DATASET_SCHEMA) != 0) {
    return wrong(err, path, "its schema is not '" ORR_DATASET_SCHEMA "'");
  }
  const char *seed = text_of(root, "seed");
  char *end;
  errno = 0;
  out->seed = strtoull(seed, &end, 10);
  if (seed[0] < '0' || seed[0] > '9' || *end || errno) return wrong(err, path, "its seed is wrong");
  if (!orr_hash_parse(text_of(root, "world_hash"), &out->world) ||
      !orr_hash_parse(text_of(root, "interface_hash"), &out->interface)) {
    return wrong(err, path, "its world or interface hash is wrong");
  }
  out->scenario = orr_strdup(text_of(root, "scenario"));
  if (!out->scenario) {
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory while reading '%s'", path);
  }
  return read_shards(json_object_get(root, "shards"), path, out, err);
}

static orr_status read_file(const char *path, orr_manifest *out, orr_error *err) {
  char *text;
  size_t count;
  ORR_TRY(orr_file_get(path, MANIFEST_LIMIT, &text, &count, err));
  json_error_t why;
  json_t *root = json_loadb(text, count, JSON_REJECT_DUPLICATES, &why);
  orr_free(text);
  if (!root) return wrong(err, path, why.text);
  orr_status status = read_root(root, path, out, err);
  json_decref(root);
  return status;
}

orr_status orr_manifest_read(const char *folder, orr_manifest *out, orr_error *err) {
  *out = (orr_manifest){0};
  char *path;
  ORR_TRY(orr_manifest_path(folder, ORR_MANIFEST_NAME, &path, err));
  orr_status status;
  if (orr_file_exists(path)) {
    status = read_file(path, out, err);
  } else {
    status =
        orr_fail(err, ORR_ERR_FILE, "'%s' is no data set: it has no %s", folder, ORR_MANIFEST_NAME);
    orr_hint(err, "Run collect (again): the manifest is written when all shards are there.");
  }
  orr_free(path);
  if (status != ORR_OK) orr_manifest_clear(out);
  return status;
}

/* Writing ---------------------------------------------------------------------------------- */

static json_t *to_json(const orr_manifest *manifest) {
  char world[ORR_HASH_TEXT], interface[ORR_HASH_TEXT], seed[24];
  orr_hash_text(manifest->world, world);
  orr_hash_text(manifest->interface, interface);
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)manifest->seed);
  json_t *shards = json_array();
  for (size_t i = 0; i < manifest->count; i++) {
    const orr_manifest_shard *s = &manifest->shards[i];
    json_t *shard =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "name", s->name, "split",
                  orr_split_name(s->split), "episodes", (json_int_t)s->episodes, "rows",
                  (json_int_t)s->rows, "diverged", (json_int_t)s->diverged, "sha256", s->sha256);
    if (json_array_append_new(shards, shard) != 0) {
      json_decref(shards);
      return NULL;
    }
  }
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "schema", ORR_DATASET_SCHEMA, "scenario",
                   manifest->scenario, "world_hash", world, "interface_hash", interface, "seed",
                   seed, "shards", shards);
}

orr_status orr_manifest_write(const char *folder, const orr_manifest *manifest, orr_error *err) {
  json_t *json = to_json(manifest);
  char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
  json_decref(json);
  if (!text) return orr_fail(err, ORR_ERR_MEMORY, "out of memory while writing a manifest");
  size_t length = strlen(text);
  text[length] = '\n'; /* in place of the zero: files end with a line end */
  char *path;
  orr_status status = orr_manifest_path(folder, ORR_MANIFEST_NAME, &path, err);
  if (status == ORR_OK) {
    status = orr_file_put(path, text, length + 1, err);
    orr_free(path);
  }
  free(text); /* jansson's own allocator */
  return status;
}
