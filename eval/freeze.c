/* Writing a manifest: the pairs of each rule, drawn and kept in a folder of their own. */
#include "base/file.h"
#include "eval/run.h"
#include <string.h>

/* What stands there with other pairs stays without --force: tables rest on it. */
static orr_status may_write(const orr_run *run, const orr_pairs *pairs, const char *path,
                            orr_error *err) {
  orr_pairs *old;
  orr_error ignored;
  if (!orr_file_exists(path) || run->options->force) return ORR_OK;
  bool same = false;
  if (orr_pairs_read(path, &old, &ignored) == ORR_OK) {
    same = orr_hash_equal(old->hash, pairs->hash);
    orr_pairs_destroy(old);
  }
  if (same) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH, "%s holds other pairs", path);
  orr_hint(err, "--force replaces them; another folder keeps both");
  return ORR_ERR_MISMATCH;
}

static orr_status freeze_rule(const orr_run *run, const orr_dataset *data, size_t rule,
                              orr_error *err) {
  const orr_goal_rule *def = orr_run_rule_of(run, rule);
  char title[96], name[ORR_NAME + 8], path[ORR_PATH];
  orr_pairs *pairs;
  snprintf(title, sizeof title, "pairs %s", def->name);
  snprintf(name, sizeof name, "%.47s.h5", def->name);
  orr_path_join(path, sizeof path, run->options->manifest, name);
  orr_run_tell(run, title, false);
  ORR_TRY(orr_pairs_make(run->experiment, def, data, run->control, &pairs, err));
  orr_status status = may_write(run, pairs, path, err);
  if (status == ORR_OK) status = orr_pairs_write(pairs, path, err);
  orr_pairs_destroy(pairs);
  return status;
}

orr_status orr_run_freeze(orr_run *run, orr_error *err) {
  orr_dataset *data;
  if (strlen(run->options->manifest) > 4096)
    return orr_fail(err, ORR_ERR_CONFIG, "the name of the manifest's folder is too long");
  ORR_TRY(orr_folder_make(run->options->manifest, err));
  ORR_TRY(orr_dataset_open(run->data, ORR_SPLIT_HELD_OUT, true, &data, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < run->experiment->eval.rules.count; i++)
    status = freeze_rule(run, data, i, err);
  orr_dataset_close(data);
  return status;
}
