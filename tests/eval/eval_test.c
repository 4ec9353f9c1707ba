#include "tests/eval/eval_test.h"

#include "base/file.h"
#include <dirent.h>
#include <sys/stat.h>

void orr_test_tell(void *user, const char *name, bool skipped) {
  told *t = user;
  size_t used = strlen(t->text);
  snprintf(t->text + used, sizeof t->text - used, "%s%s;", skipped ? "-" : "+", name);
  t->braking = t->brake && strcmp(t->brake, name) == 0;
}

void orr_test_progress(void *user, const char *what, int64_t done, int64_t total,
                       const char *note) {
  told *t = user;
  (void)what, (void)done, (void)total, (void)note;
  if (t->braking) atomic_store(&t->cancel, true);
}

orr_experiment *orr_test_load_file(const char *path, const char *profile,
                                   const char *const *assignments, size_t count) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_experiment_options options = {
      .profile = profile, .assignments = assignments, .assignment_count = count};
  orr_experiment *experiment = NULL;
  orr_status status = orr_experiment_load(path, &options, &experiment, found);
  if (status != ORR_OK) orr_diagnostics_print(found, stderr, false);
  assert_int_equal(status, ORR_OK);
  assert_int_equal(orr_diagnostics_count(found), 0);
  orr_diagnostics_destroy(found);
  return experiment;
}

/* --- hashing a folder ------------------------------------------------------------------------- */

typedef struct hashing {
  orr_hash hash;
  FILE *names;
  size_t skip;
} hashing;

static bool ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

static void cut_timings(char *text, size_t *length) {
  char *from = strstr(text, "<!-- timings:"), *to = strstr(text, "<!-- end of timings -->");
  if (!from || !to) return;
  memmove(from, to, strlen(to) + 1);
  *length = strlen(text);
}

static void hash_file(hashing *h, const char *path) {
  char *bytes, text[ORR_HASH_TEXT];
  size_t length;
  if (ends_with(path, "/timings.json") || ends_with(path, "/metrics.jsonl")) return;
  assert_int_equal(orr_file_get(path, (size_t)1 << 30, &bytes, &length, NULL), ORR_OK);
  if (ends_with(path, "/report.html") || ends_with(path, "/report.md")) cut_timings(bytes, &length);
  orr_hash hash = orr_hash_bytes(bytes, length);
  orr_free(bytes);
  h->hash = orr_hash_join(
      h->hash, orr_hash_join(hash, orr_hash_bytes(path + h->skip, strlen(path + h->skip))));
  orr_hash_text(hash, text);
  fprintf(h->names, "%s %s\n", text, path + h->skip);
}

static void walk(hashing *h, const char *folder) {
  struct dirent **entries;
  int count = scandir(folder, &entries, NULL, alphasort);
  assert_true(count >= 0);
  for (int i = 0; i < count; i++) {
    char path[1024];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    bool dots = strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0;
    free(entries[i]);
    if (dots) continue;
    assert_int_equal(stat(path, &info), 0);
    if (S_ISDIR(info.st_mode))
      walk(h, path);
    else
      hash_file(h, path);
  }
  free(entries);
}

orr_hash orr_test_folder_hash(const char *folder, char **names) {
  char *text = NULL;
  size_t length = 0;
  hashing h = {.names = open_memstream(&text, &length), .skip = strlen(folder)};
  assert_non_null(h.names);
  walk(&h, folder);
  fclose(h.names);
  if (names) *names = orr_strdup(text);
  free(text);
  return h.hash;
}

int main(void) {
  return orr_test_statistics() + orr_test_load() + orr_test_pairs() + orr_test_run() +
         orr_test_judge() + orr_test_baselines() + orr_test_rounds();
}
