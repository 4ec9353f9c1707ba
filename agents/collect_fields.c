/* The field tables of collection, and the digest of what they describe. */
#include "agents/collect_private.h"
#include "agents/planner_fields.h"

#include <stdlib.h>
#include <string.h>

/* 24 x 3 suffice in the true simulator; correlated noise and the approach term make demonstrations
 * reach for a block that is far away. */
static const orr_field expert_fields[] = {
    ORR_PLANNER_FIELDS("24", "3", "6", "0.5", "{approach: 0.02}")};
static const orr_record expert_record = {
    ORR_RECORD("expert", orr_planner_def, expert_fields),
    .help = "The planner that demonstrates, on the true simulator"};

static const orr_field replay_fields[] = {
    {ORR_FIELD(INT, orr_replay_def, count), .low = 0, .high = 1000, .preset = "4",
     .help = "Noisy replays of each demonstration for training"},
    {ORR_FIELD(RANGE, orr_replay_def, sigma), .unit = "action", .low = 0, .high = 1e6,
     .preset = "{choice: [0.1, 0.2, 0.3]}",
     .help = "Deviation of the noise on where the actuated bodies aim, drawn per replay"},
    {ORR_FIELD(RANGE, orr_replay_def, correlation), .low = 0, .high = 0.999,
     .preset = "{uniform: [0, 0.9]}",
     .help = "Correlation of the noise from one control step to the next, drawn per replay"},
};
static const orr_record replay_record = {
    ORR_RECORD("replay", orr_replay_def, replay_fields),
    .help = "Replays of demonstrations with noise: what happens beside the path"};

static const orr_field weak_fields[] = {
    {ORR_FIELD(REAL, orr_weak_def, amplitude), .low = 0, .high = 1e6, .preset = "1",
     .help = "Longest stroke: of a relative action, or in reaches of an absolute one"},
    {ORR_FIELD(REAL, orr_weak_def, reach), .unit = "length", .low = 0, .high = 1e9, .preset = "100",
     .help = "Targets stay this near, along each axis, to the nearest free body"},
    {ORR_FIELD(INT, orr_weak_def, hold), .unit = "control steps", .low = 1, .high = 1000,
     .preset = "1", .help = "How long a stroke is held"},
};
static const orr_record weak_record = {ORR_RECORD("weak_policy", orr_weak_def, weak_fields),
                                       .help = "Random strokes that stay near what can be pushed"};

static const orr_field collect_fields[] = {
    {ORR_FIELD(INT, orr_collect_def, seed), .low = 0, .high = 9007199254740991.0, .preset = "0",
     .help = "Seed of starts, goals, planners and noise"},
    {ORR_FIELD(INT, orr_collect_def, experts), .low = 0, .high = 1e8, .preset = "1000",
     .help = "Demonstrations for training"},
    {ORR_FIELD(INT, orr_collect_def, held_out), .low = 0, .high = 1e8, .preset = "100",
     .help = "Other demonstrations, without replays, for evaluation"},
    {ORR_FIELD(INT, orr_collect_def, steps), .unit = "control steps", .low = 1, .high = 1e6,
     .preset = "150", .help = "Longest demonstration"},
    {ORR_FIELD(INT, orr_collect_def, linger), .unit = "control steps", .low = 0, .high = 1e6,
     .preset = "5", .help = "How long a demonstration goes on at its goal"},
    {ORR_FIELD(REAL, orr_collect_def, random_goals), .low = 0, .high = 1, .preset = "0.5",
     .help = "Share of demonstrations whose goal is drawn like a start instead of the task's"},
    {ORR_FIELD(RECORD, orr_collect_def, reached), .record = &orr_goal_rule_record,
     .preset = "{name: reached, position: 8, angle: 0.1, hold: 5}",
     .help = "When a demonstration counts as done; without bodies and joints: all of the goal"},
    {ORR_FIELD(RECORD, orr_collect_def, expert), .record = &expert_record, .preset = "{}",
     .help = "The planner that demonstrates"},
    {ORR_FIELD(RECORD, orr_collect_def, replay), .record = &replay_record, .preset = "{}",
     .help = "Noisy replays of demonstrations"},
    {ORR_FIELD(INT, orr_collect_def, weak), .low = 0, .high = 1e8, .preset = "2000",
     .help = "Episodes of the weak policy"},
    {ORR_FIELD(INT, orr_collect_def, weak_steps), .unit = "control steps", .low = 1, .high = 1e6,
     .preset = "60", .help = "Their length"},
    {ORR_FIELD(RECORD, orr_collect_def, weak_policy), .record = &weak_record, .preset = "{}",
     .help = "The weak policy"},
    {ORR_FIELD(INT, orr_collect_def, random), .low = 0, .high = 1e8, .preset = "0",
     .help = "Episodes of uniformly random actions"},
    {ORR_FIELD(INT, orr_collect_def, random_steps), .unit = "control steps", .low = 1, .high = 1e6,
     .preset = "60", .help = "Their length"},
    {ORR_FIELD(INT, orr_collect_def, shard_episodes), .low = 1, .high = 1e6, .preset = "500",
     .help = "About how many episodes go into one file; fewer when their pictures would fill more "
             "than 4 GiB before they are deflated"},
};
const orr_record orr_collect_record = {ORR_RECORD("collect", orr_collect_def, collect_fields),
                                       .help = "Which episodes are recorded"};

/* ---- digest ---- */

static orr_hash text_digest(const char *text) {
  return text ? orr_hash_bytes(text, strlen(text)) : (orr_hash){0, 0};
}

static orr_hash list_digest(const orr_field *field, const orr_list *list) {
  orr_hash hash = orr_hash_bytes(&list->count, sizeof list->count);
  for (size_t i = 0; i < list->count; i++) {
    orr_hash item =
        field->type == ORR_FIELD_TEXTS
            ? text_digest(((const char *const *)list->items)[i])
            : orr_record_digest(field->record, (const char *)list->items + i * field->record->size);
    hash = orr_hash_join(hash, item);
  }
  return hash;
}

static orr_hash range_digest(const orr_range *range) {
  int words[2] = {(int)range->kind, range->count};
  size_t count = range->kind == ORR_RANGE_CHOICE  ? (size_t)range->count
                 : range->kind == ORR_RANGE_VALUE ? 1
                                                  : 2;
  return orr_hash_join(orr_hash_bytes(words, sizeof words),
                       orr_hash_bytes(range->values, count * sizeof *range->values));
}

static orr_hash field_digest(const orr_field *field, const void *value) {
  switch (field->type) {
  case ORR_FIELD_BOOL: return orr_hash_bytes(value, sizeof(bool));
  case ORR_FIELD_INT: return orr_hash_bytes(value, sizeof(int64_t));
  case ORR_FIELD_REAL: return orr_hash_bytes(value, sizeof(double));
  case ORR_FIELD_ENUM: return orr_hash_bytes(value, sizeof(int));
  case ORR_FIELD_TEXT: return text_digest(*(const char *const *)value);
  case ORR_FIELD_RANGE: return range_digest(value);
  case ORR_FIELD_RECORD: return orr_record_digest(field->record, value);
  case ORR_FIELD_TEXTS:
  case ORR_FIELD_LIST: return list_digest(field, value);
  default: break;
  }
  ORR_ASSERT(!"a type that no table of this room uses");
  return (orr_hash){0, 0};
}

/* Is a text what the preset says, a word that may be in quotes? */
static bool is_word(const char *text, const char *preset) {
  if (!text) return strcmp(preset, "null") == 0;
  size_t length = strlen(text), quote = *preset == '"';
  return strlen(preset) == length + 2 * quote && strncmp(preset + quote, text, length) == 0;
}

/* Of the types that later fields of this room have. */
static bool is_default(const orr_field *field, const void *value) {
  switch (field->type) {
  case ORR_FIELD_TEXTS: return ((const orr_list *)value)->count == 0;
  case ORR_FIELD_REAL: return *(const double *)value == strtod(field->preset, NULL);
  case ORR_FIELD_ENUM: return strcmp(field->names[*(const int *)value], field->preset) == 0;
  case ORR_FIELD_TEXT: return is_word(*(const char *const *)value, field->preset);
  default: break;
  }
  ORR_ASSERT(!"a later field of another type");
  return false;
}

/* Later fields count only when they say something: data sets that are stored keep their digest. */
orr_hash orr_record_digest(const orr_record *record, const void *value) {
  orr_hash hash = text_digest(record->name);
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    if (field->later && is_default(field, (const char *)value + field->offset)) continue;
    orr_hash one = field_digest(field, (const char *)value + field->offset);
    hash = orr_hash_join(hash, orr_hash_join(text_digest(field->name), one));
  }
  return hash;
}
