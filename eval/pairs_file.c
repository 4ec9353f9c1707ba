/* pairs.h5: a manifest is a table of its pairs and a table column of the replayed actions. Its text
 * (JSON) says what they were drawn for: scenario, world, rule with its tolerances, offset, budget,
 * and which held-out demonstrations they come from. */
#include "eval/protocol.h"

#include "data/table.h"
#include "eval/protocol_private.h"
#include <math.h>
#include <string.h>

static const char SCHEMA[] = "orrery-pairs/2";

/* --- writing ---------------------------------------------------------------------------------- */

/* Columns of plain arrays, filled from the pairs. */
typedef struct columns {
  uint64_t *seeds, *starts_hash, *goals_hash;
  int64_t *numbers; /* reset_episode, episode, start, action_offset */
  uint8_t *must_move;
  double *motion;
} columns;

static void release(columns *c) {
  orr_free(c->seeds);
  orr_free(c->starts_hash);
  orr_free(c->goals_hash);
  orr_free(c->numbers);
  orr_free(c->must_move);
  orr_free(c->motion);
}

static orr_status gather(const orr_pairs *pairs, columns *c, orr_error *err) {
  size_t n = pairs->count;
  ORR_TRY(orr_new(&c->seeds, n + 1, sizeof *c->seeds, err));
  ORR_TRY(orr_new(&c->starts_hash, 2 * n + 1, sizeof *c->starts_hash, err));
  ORR_TRY(orr_new(&c->goals_hash, 2 * n + 1, sizeof *c->goals_hash, err));
  ORR_TRY(orr_new(&c->numbers, 4 * n + 1, sizeof *c->numbers, err));
  ORR_TRY(orr_new(&c->must_move, n + 1, sizeof *c->must_move, err));
  ORR_TRY(orr_new(&c->motion, 2 * n + 1, sizeof *c->motion, err));
  for (size_t i = 0; i < n; i++) {
    const orr_pair *p = &pairs->items[i];
    int64_t *row = c->numbers + 4 * i;
    c->seeds[i] = p->seed;
    c->starts_hash[2 * i] = p->start_hash.low, c->starts_hash[2 * i + 1] = p->start_hash.high;
    c->goals_hash[2 * i] = p->goal_hash.low, c->goals_hash[2 * i + 1] = p->goal_hash.high;
    row[0] = p->reset_episode, row[1] = p->episode, row[2] = p->start;
    row[3] = (int64_t)p->action_offset;
    c->must_move[i] = p->must_move;
    c->motion[2 * i] = p->motion[0], c->motion[2 * i + 1] = p->motion[1];
  }
  return ORR_OK;
}

static char *facts_text(const orr_pairs *pairs) {
  char hash[ORR_HASH_TEXT], world[ORR_HASH_TEXT], whole[ORR_HASH_TEXT];
  orr_hash_text(pairs->hash, hash);
  orr_hash_text(pairs->world, world);
  orr_hash_text(pairs->whole, whole);
  json_t *facts =
      json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:s}",
                "schema", SCHEMA, "scenario", pairs->scenario, "world", world, "rule", pairs->rule,
                "definition", pairs->definition, "goal_offset", (json_int_t)pairs->goal_offset,
                "budget", (json_int_t)pairs->budget, "considered", (json_int_t)pairs->considered,
                "removed", (json_int_t)pairs->removed, "seed", (json_int_t)pairs->seed, "first",
                (json_int_t)pairs->first, "demonstrations", (json_int_t)pairs->demonstrations,
                "whole", whole, "whole_count", (json_int_t)pairs->whole_count, "hash", hash);
  char *text = facts ? json_dumps(facts, JSON_COMPACT) : NULL;
  json_decref(facts);
  return text;
}

orr_status orr_pairs_write(const orr_pairs *pairs, const char *path, orr_error *err) {
  columns c = {0};
  char *text = facts_text(pairs);
  orr_status status =
      text ? gather(pairs, &c, err) : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  if (status == ORR_OK) {
    size_t n = pairs->count, a = pairs->action_count;
    orr_column table[] = {
        {"seed", ORR_COLUMN_U64, n, 1, c.seeds},
        {"place", ORR_COLUMN_I64, n, 4, c.numbers},
        {"must_move", ORR_COLUMN_U8, n, 1, c.must_move},
        {"motion", ORR_COLUMN_F64, n, 2, c.motion},
        {"start_hash", ORR_COLUMN_U64, n, 2, c.starts_hash},
        {"goal_hash", ORR_COLUMN_U64, n, 2, c.goals_hash},
        {"action", ORR_COLUMN_F32, a ? pairs->number_count / a : 0, a, pairs->actions}};
    status = orr_table_write(path, text, table, sizeof table / sizeof table[0], err);
  }
  free(text);
  release(&c);
  return status;
}

/* --- reading ---------------------------------------------------------------------------------- */

static orr_status damaged(const char *path, const char *why, orr_error *err) {
  return orr_fail(err, ORR_ERR_FILE, "%s is damaged: %s", path, why);
}

static bool take_text(const json_t *facts, const char *key, char *out, size_t size) {
  const char *text = json_string_value(json_object_get(facts, key));
  if (!text || !*text || strlen(text) >= size) return false;
  snprintf(out, size, "%s", text);
  return true;
}

static bool take_hash(const json_t *facts, const char *key, orr_hash *out) {
  const char *text = json_string_value(json_object_get(facts, key));
  return text && orr_hash_parse(text, out);
}

static bool take_number(const json_t *facts, const char *key, int64_t least, int64_t most,
                        int64_t *out) {
  const json_t *value = json_object_get(facts, key);
  *out = json_integer_value(value);
  return json_is_integer(value) && *out >= least && *out <= most;
}

static bool take_facts(const json_t *facts, orr_pairs *out) {
  static const int64_t most = 1000000, any = (int64_t)1 << 53;
  return take_text(facts, "scenario", out->scenario, sizeof out->scenario) &&
         take_text(facts, "rule", out->rule, sizeof out->rule) &&
         take_hash(facts, "world", &out->world) && take_hash(facts, "whole", &out->whole) &&
         take_hash(facts, "hash", &out->hash) &&
         take_number(facts, "goal_offset", 1, most, &out->goal_offset) &&
         take_number(facts, "budget", 1, most, &out->budget) &&
         take_number(facts, "considered", 0, any, &out->considered) &&
         take_number(facts, "removed", 0, out->considered, &out->removed) &&
         take_number(facts, "seed", 0, any, &out->seed) &&
         take_number(facts, "first", 0, any, &out->first) &&
         take_number(facts, "demonstrations", 0, any, &out->demonstrations) &&
         take_number(facts, "whole_count", 0, any, &out->whole_count);
}

static orr_status read_facts(const orr_table *table, const char *path, orr_pairs *out,
                             orr_error *err) {
  json_t *facts = json_loads(table->text, JSON_REJECT_DUPLICATES, NULL);
  const char *schema = json_string_value(json_object_get(facts, "schema"));
  const char *definition = json_string_value(json_object_get(facts, "definition"));
  orr_status status = ORR_OK;
  if (schema && strncmp(schema, "orrery-pairs/", 13) == 0 && strcmp(schema, SCHEMA) != 0) {
    status = orr_fail(err, ORR_ERR_FILE, "%s has format %.40s, this program reads %s", path, schema,
                      SCHEMA);
    orr_hint(err, "freeze the pairs again with this program: orrery eval --write-manifest");
  } else if (!schema || strcmp(schema, SCHEMA) != 0 || !definition || !take_facts(facts, out)) {
    status = damaged(path, "its description is wrong", err);
  } else {
    out->definition = orr_strdup(definition);
    if (!out->definition) status = orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  }
  json_decref(facts);
  return status;
}

typedef struct found {
  const orr_column *seed, *place, *must_move, *motion, *start_hash, *goal_hash, *action;
} found;

static orr_status find_columns(const orr_table *table, const char *path, found *f, orr_error *err) {
  ORR_TRY(orr_table_column(table, path, "seed", ORR_COLUMN_U64, 1, &f->seed, err));
  ORR_TRY(orr_table_column(table, path, "place", ORR_COLUMN_I64, 4, &f->place, err));
  ORR_TRY(orr_table_column(table, path, "must_move", ORR_COLUMN_U8, 1, &f->must_move, err));
  ORR_TRY(orr_table_column(table, path, "motion", ORR_COLUMN_F64, 2, &f->motion, err));
  ORR_TRY(orr_table_column(table, path, "start_hash", ORR_COLUMN_U64, 2, &f->start_hash, err));
  ORR_TRY(orr_table_column(table, path, "goal_hash", ORR_COLUMN_U64, 2, &f->goal_hash, err));
  ORR_TRY(orr_table_column(table, path, "action", ORR_COLUMN_F32, 0, &f->action, err));
  size_t n = f->seed->rows;
  bool equal = f->place->rows == n && f->must_move->rows == n && f->motion->rows == n &&
               f->start_hash->rows == n && f->goal_hash->rows == n;
  return equal ? ORR_OK : damaged(path, "its columns have different lengths", err);
}

static orr_status take_pair(const found *f, size_t i, const char *path, orr_pairs *out,
                            orr_error *err) {
  const int64_t *place = (const int64_t *)f->place->values + 4 * i;
  const uint64_t *start = (const uint64_t *)f->start_hash->values + 2 * i;
  const uint64_t *goal = (const uint64_t *)f->goal_hash->values + 2 * i;
  const double *motion = (const double *)f->motion->values + 2 * i;
  if (place[0] < 0 || place[0] > UINT32_MAX || place[2] < 0 || place[2] > 1000000 || place[3] < 0)
    return damaged(path, "a pair starts nowhere", err);
  if (!isfinite(motion[0]) || !isfinite(motion[1]))
    return damaged(path, "a pair's motion is not a number", err);
  size_t numbers = (size_t)(place[2] + out->goal_offset) * out->action_count;
  if ((size_t)place[3] > out->number_count || numbers > out->number_count - (size_t)place[3])
    return damaged(path, "a pair's actions lie outside the file", err);
  out->items[i] = (orr_pair){.seed = ((const uint64_t *)f->seed->values)[i],
                             .reset_episode = place[0],
                             .episode = place[1],
                             .start = place[2],
                             .action_offset = (size_t)place[3],
                             .must_move = ((const uint8_t *)f->must_move->values)[i] != 0,
                             .motion = {motion[0], motion[1]},
                             .start_hash = {start[0], start[1]},
                             .goal_hash = {goal[0], goal[1]}};
  return ORR_OK;
}

static orr_status take_all(const orr_table *table, const char *path, orr_pairs *out,
                           orr_error *err) {
  found f;
  ORR_TRY(read_facts(table, path, out, err));
  ORR_TRY(find_columns(table, path, &f, err));
  out->count = f.seed->rows;
  out->action_count = f.action->width;
  out->number_count = f.action->rows * f.action->width;
  if (out->count == 0 || out->number_count == 0) return damaged(path, "it has no pairs", err);
  ORR_TRY(orr_new(&out->items, out->count + 1, sizeof *out->items, err));
  ORR_TRY(orr_new(&out->actions, out->number_count + 1, sizeof *out->actions, err));
  memcpy(out->actions, f.action->values, out->number_count * sizeof *out->actions);
  for (size_t i = 0; i < out->number_count; i++)
    if (!isfinite(out->actions[i])) return damaged(path, "an action is not a number", err);
  for (size_t i = 0; i < out->count; i++) ORR_TRY(take_pair(&f, i, path, out, err));
  if (orr_hash_equal(orr_pairs_hash(out), out->hash)) return ORR_OK;
  return damaged(path, "its contents do not have the hash that it names", err);
}

orr_status orr_pairs_read(const char *path, orr_pairs **out, orr_error *err) {
  orr_table *table;
  *out = NULL;
  ORR_TRY(orr_table_read(path, &table, err));
  orr_pairs *pairs = NULL;
  orr_status status = orr_new(&pairs, 1, sizeof *pairs, err);
  if (status == ORR_OK) status = take_all(table, path, pairs, err);
  orr_table_destroy(table);
  if (status == ORR_OK)
    *out = pairs;
  else
    orr_pairs_destroy(pairs);
  return status;
}
