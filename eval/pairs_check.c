/* Frozen pairs that come from elsewhere: were they drawn for what is judged here? */
#include "base/file.h"
#include "base/log.h"
#include "eval/protocol_private.h"
#include <math.h>
#include <string.h>

/* --- rules as JSON ---------------------------------------------------------------------------- */

static json_t *names_json(const orr_list *names) {
  json_t *list = json_array();
  for (size_t i = 0; i < names->count; i++)
    json_array_append_new(list, json_string(((const char *const *)names->items)[i]));
  return list;
}

static json_t *limit_json(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *orr_goal_rule_json(const orr_goal_rule *rule) {
  json_t *json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:I}", "name", rule->name, "position_bodies",
                           names_json(&rule->position_bodies), "angle_bodies",
                           names_json(&rule->angle_bodies), "position", limit_json(rule->position),
                           "angle", limit_json(rule->angle), "hold", (json_int_t)rule->hold);
  if (rule->joints.count) json_object_set_new(json, "joints", names_json(&rule->joints));
  if (isfinite(rule->joint)) json_object_set_new(json, "joint", json_real(rule->joint));
  if (isfinite(rule->turn)) json_object_set_new(json, "turn", json_real(rule->turn));
  return json;
}

static char *dump(const json_t *json) {
  char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
  char *copy = text ? orr_strdup(text) : NULL;
  free(text);
  return copy;
}

char *orr_goal_rule_text(const orr_goal_rule *rule) {
  json_t *json = orr_goal_rule_json(rule);
  char *text = dump(json);
  json_decref(json);
  return text;
}

/* --- checks ----------------------------------------------------------------------------------- */

static orr_status differs(const char *path, const char *what, const char *there, const char *here,
                          orr_error *err) {
  orr_fail(err, ORR_ERR_MISMATCH, "%s: its pairs were drawn with %s %.120s, here it is %.120s",
           path, what, there ? there : "absent", here ? here : "absent");
  orr_hint(err,
           "set it as it was, or freeze pairs for this scenario: orrery eval --write-manifest");
  return ORR_ERR_MISMATCH;
}

static orr_status check_number(const char *path, const char *what, int64_t there, int64_t here,
                               orr_error *err) {
  char a[32], b[32];
  if (there == here) return ORR_OK;
  snprintf(a, sizeof a, "%lld", (long long)there);
  snprintf(b, sizeof b, "%lld", (long long)here);
  return differs(path, what, a, b, err);
}

static orr_status check_key(const char *path, const char *rule, const char *key,
                            const json_t *there, const json_t *here, orr_error *err) {
  const json_t *one = json_object_get(there, key), *other = json_object_get(here, key);
  if (one && other && json_equal(one, other)) return ORR_OK;
  char what[96], *a = one ? dump(one) : NULL, *b = other ? dump(other) : NULL;
  snprintf(what, sizeof what, "rule `%.47s`, %s", rule, key);
  orr_status status = differs(path, what, a, b, err);
  orr_free(a);
  orr_free(b);
  return status;
}

/* Key by key, so that the message names the tolerance. What is not there is at its default. */
static orr_status check_rule(const orr_pairs *pairs, const char *path, const orr_goal_rule *rule,
                             orr_error *err) {
  json_t *here = orr_goal_rule_json(rule), *there = json_loads(pairs->definition, 0, NULL), *value;
  orr_status status = ORR_OK;
  const char *key;
  json_object_foreach(here, key, value) {
    if (status == ORR_OK) status = check_key(path, rule->name, key, there, here, err);
  }
  json_object_foreach(there, key, value) {
    if (status == ORR_OK) status = check_key(path, rule->name, key, there, here, err);
  }
  json_decref(here);
  json_decref(there);
  return status;
}

orr_status orr_pairs_check(const orr_pairs *pairs, const char *path,
                           const orr_experiment *experiment, const orr_goal_rule *rule,
                           orr_error *err) {
  ORR_TRY(check_rule(pairs, path, rule, err));
  ORR_TRY(check_number(path, "eval.goal_offset", pairs->goal_offset, experiment->eval.goal_offset,
                       err));
  ORR_TRY(check_number(path, "eval.budget", pairs->budget, experiment->eval.budget, err));
  ORR_TRY(check_number(path, "an action count of", (int64_t)pairs->action_count,
                       (int64_t)experiment->scenario->action_count, err));
  if (orr_hash_equal(pairs->world, experiment->scenario->identity)) return ORR_OK;
  char there[ORR_HASH_TEXT], here[ORR_HASH_TEXT];
  orr_hash_text(pairs->world, there);
  orr_hash_text(experiment->scenario->identity, here);
  orr_fail(err, ORR_ERR_MISMATCH,
           "%s: its pairs were drawn in another world: %.12s of scenario `%s`, here it is %.12s",
           path, there, pairs->scenario, here);
  orr_hint(err, "sections world and task must be as they were; otherwise freeze pairs again: "
                "orrery eval --write-manifest");
  return ORR_ERR_MISMATCH;
}

void orr_pairs_cut(orr_pairs *pairs, size_t count) {
  if (count >= pairs->count) return;
  if (!pairs->whole_count) {
    pairs->whole = pairs->hash;
    pairs->whole_count = (int64_t)pairs->count;
  }
  pairs->count = count;
  size_t end = 0;
  for (size_t i = 0; i < count; i++) {
    const orr_pair *p = &pairs->items[i];
    size_t stop = p->action_offset + (size_t)(p->start + pairs->goal_offset) * pairs->action_count;
    if (stop > end) end = stop;
  }
  pairs->number_count = end;
  pairs->hash = orr_pairs_hash(pairs);
}

orr_status orr_pairs_load(const orr_experiment *experiment, const orr_goal_rule *rule,
                          const char *folder, orr_pairs **out, orr_error *err) {
  char path[ORR_PATH], beside[ORR_PATH], name[ORR_NAME + 16];
  *out = NULL;
  snprintf(name, sizeof name, "%.47s.h5", rule->name);
  orr_path_join(path, sizeof path, folder, name);
  snprintf(name, sizeof name, "%.47s/pairs.h5", rule->name);
  orr_path_join(beside, sizeof beside, folder, name);
  if (!orr_file_exists(path) && orr_file_exists(beside)) memcpy(path, beside, sizeof path);
  if (!orr_file_exists(path)) {
    orr_fail(err, ORR_ERR_FILE, "eval.manifest: there is no %s", path);
    orr_hint(err,
             "it is relative to the scenario file; `orrery eval --write-manifest FOLDER` writes "
             "one file per rule");
    return ORR_ERR_FILE;
  }
  orr_pairs *pairs;
  ORR_TRY(orr_pairs_read(path, &pairs, err));
  orr_status status = orr_pairs_check(pairs, path, experiment, rule, err);
  size_t asked = (size_t)experiment->eval.pairs;
  if (status == ORR_OK && pairs->count < asked)
    orr_log(ORR_LOG_WARN, "rule `%s`: the manifest has %zu pairs, eval.pairs asks for %zu",
            rule->name, pairs->count, asked);
  if (status == ORR_OK) {
    orr_pairs_cut(pairs, asked);
    *out = pairs;
  } else {
    orr_pairs_destroy(pairs);
  }
  return status;
}
