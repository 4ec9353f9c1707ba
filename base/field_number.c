/* Numbers of a configuration: integers, reals, angles in degrees, value-or-distribution. */
#include "base/field_internal.h"
#include "base/maths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool orr_field_has_limits(const orr_field *field) { return field->low != 0 || field->high != 0; }

void orr_field_limits(const orr_field *field, char *out, size_t size) {
  const char *unit = field->unit && field->unit[0] ? field->unit : NULL;
  out[0] = 0;
  if (!orr_field_has_limits(field)) return;
  if (isinf(field->high) && isinf(field->low)) return;
  if (isinf(field->high))
    snprintf(out, size, "at least %.10g", field->low);
  else if (isinf(field->low))
    snprintf(out, size, "at most %.10g", field->high);
  else
    snprintf(out, size, "in [%.10g, %.10g]", field->low, field->high);
  size_t used = strlen(out);
  if (unit && used < size) snprintf(out + used, size - used, " %s", unit);
}

static bool check_limits(orr_reader *reader, const orr_field *field, const orr_node *node,
                         const orr_trail *trail, double value) {
  if (!orr_field_has_limits(field)) return true;
  if (value >= field->low && value <= field->high) return true;
  char limits[128], hint[256] = "";
  orr_field_limits(field, limits, sizeof limits);
  if (orr_field_is_angle(field) && fabs(value) > 2 * ORR_PI)
    snprintf(hint, sizeof hint, "the unit is rad; for degrees write %.60sdeg", node->text);
  orr_reader_complain(reader, node->place, hint, trail, "%.60s is out of range: it must be %s",
                      node->text, limits);
  return false;
}

static bool is_bare_number(const orr_node *node) {
  return node->kind == ORR_NODE_SCALAR && !node->quoted &&
         orr_word_kind(node->text) == ORR_WORD_NUMBER;
}

static void expected_number(orr_reader *reader, const orr_node *node, const orr_trail *trail,
                            const char *what) {
  const char *hint = NULL;
  bool scalar = node->kind == ORR_NODE_SCALAR;
  if (scalar && node->quoted && orr_word_kind(node->text) == ORR_WORD_NUMBER)
    hint = "remove the quotes: a value in quotes is a text";
  else if (scalar && node->text[0] == '0' && strspn(node->text, "0123456789") > 1)
    hint = "remove the leading zeros";
  orr_reader_expected(reader, node, hint, trail, what);
}

bool orr_read_integer(orr_reader *reader, const orr_field *field, const orr_node *node,
                      const orr_trail *trail, int64_t *out) {
  if (!is_bare_number(node)) {
    expected_number(reader, node, trail, "a whole number");
    return false;
  }
  errno = 0;
  char *end = NULL;
  long long value = strtoll(node->text, &end, 10);
  if (end == node->text || *end != 0) {
    char hint[96] = "";
    double real = strtod(node->text, NULL);
    if (real == floor(real) && fabs(real) < 9e15)
      snprintf(hint, sizeof hint, "write %lld", (long long)real);
    orr_reader_expected(reader, node, hint, trail, "a whole number");
    return false;
  }
  if (errno == ERANGE) {
    orr_reader_complain(reader, node->place, NULL, trail,
                        "%.60s is out of range: it does not fit "
                        "into 64 bits",
                        node->text);
    return false;
  }
  if (!check_limits(reader, field, node, trail, (double)value)) return false;
  *out = value;
  return true;
}

/* The value of a number word, "inf" and "45deg" included; false for other words. These two may
 * stand in quotes, as JSON cannot say them otherwise. */
static bool parse_real(const orr_field *field, const orr_node *node, double *out) {
  if (node->kind != ORR_NODE_SCALAR) return false;
  orr_word word = orr_word_kind(node->text);
  const char *digits = node->text + (node->text[0] == '-' || node->text[0] == '+');
  bool degrees = word == ORR_WORD_DEGREES && orr_field_is_angle(field);
  bool infinite = strcmp(digits, "inf") == 0;
  if (word != ORR_WORD_NUMBER && !degrees) return false;
  if (node->quoted && !degrees && !infinite) return false;
  if (strcmp(digits, "inf") == 0 || strcmp(digits, ".inf") == 0) {
    *out = node->text[0] == '-' ? -INFINITY : INFINITY;
    return true;
  }
  *out = strcmp(digits, "nan") == 0 || strcmp(digits, ".nan") == 0 ? NAN : strtod(node->text, NULL);
  if (degrees) *out *= ORR_PI / 180.0;
  return true;
}

bool orr_read_real(orr_reader *reader, const orr_field *field, const orr_node *node,
                   const orr_trail *trail, double *out) {
  double value = 0;
  if (!parse_real(field, node, &value)) {
    bool degrees = node->kind == ORR_NODE_SCALAR && !node->quoted &&
                   orr_word_kind(node->text) == ORR_WORD_DEGREES;
    if (degrees)
      orr_reader_expected(reader, node, "degrees are for angles only", trail, "a number");
    else
      expected_number(reader, node, trail,
                      orr_field_is_angle(field) ? "a number of radians, or degrees "
                                                  "such as 45deg"
                                                : "a number");
    return false;
  }
  bool wide = (value > 0 && isinf(field->high) && field->high > 0) ||
              (value < 0 && isinf(field->low) && field->low < 0);
  if (!isfinite(value) && !(isinf(value) && wide)) {
    orr_reader_complain(reader, node->place, NULL, trail,
                        "%.60s is out of range: it must be a "
                        "finite number",
                        node->text);
    return false;
  }
  if (!check_limits(reader, field, node, trail, value)) return false;
  *out = value;
  return true;
}

/* --- value or distribution ------------------------------------------------------------------- */

enum { CHOICES = 8 };

/* The numbers of a distribution; `count` 0: from one to eight. */
static bool read_values(orr_reader *reader, const orr_field *field, const orr_node *list,
                        const orr_trail *trail, size_t count, orr_range *out) {
  bool fits = list->kind == ORR_NODE_LIST &&
              (count ? list->count == count : list->count >= 1 && list->count <= CHOICES);
  if (!fits) {
    orr_reader_expected(reader, list, NULL, trail,
                        count ? "a list of two numbers" : "a list of 1 to 8 numbers");
    return false;
  }
  for (size_t i = 0; i < list->count; i++) {
    orr_field free_field = *field;
    orr_trail here = {trail, NULL, i};
    bool spread = out->kind == ORR_RANGE_NORMAL && i == 1;
    if (spread) free_field.low = 0, free_field.high = INFINITY;
    if (!orr_read_real(reader, &free_field, list->items[i], &here, &out->values[i])) return false;
    if (isfinite(out->values[i])) continue;
    orr_reader_complain(reader, list->items[i]->place, NULL, &here,
                        "a distribution needs finite "
                        "numbers");
    return false;
  }
  out->count = (int)list->count;
  return true;
}

static void check_order(orr_reader *reader, const orr_node *list, const orr_trail *trail,
                        const orr_range *range) {
  double low = range->values[0], high = range->values[1];
  if (range->kind == ORR_RANGE_UNIFORM && low > high)
    orr_reader_complain(reader, list->place, "swap them", trail,
                        "the low end %.10g is above the "
                        "high end %.10g",
                        low, high);
  if (range->kind != ORR_RANGE_INTEGER) return;
  if (low != floor(low) || high != floor(high) || fabs(low) > 9e15 || fabs(high) > 9e15)
    orr_reader_complain(reader, list->place, NULL, trail, "integer needs two whole numbers");
  else if (low >= high)
    orr_reader_complain(reader, list->place, "the high end is not drawn itself", trail,
                        "no whole number is in [%.10g, %.10g)", low, high);
}

void orr_read_range(orr_reader *reader, const orr_field *field, const orr_node *node,
                    const orr_trail *trail, orr_range *out) {
  static const char *const names[] = {"uniform", "integer", "normal", "choice"};
  static const orr_range_kind kinds[] = {ORR_RANGE_UNIFORM, ORR_RANGE_INTEGER, ORR_RANGE_NORMAL,
                                         ORR_RANGE_CHOICE};
  *out = (orr_range){.kind = ORR_RANGE_VALUE};
  if (node->kind == ORR_NODE_SCALAR) {
    orr_read_real(reader, field, node, trail, &out->values[0]);
    return;
  }
  if (node->kind != ORR_NODE_MAP || node->count != 1) {
    orr_reader_expected(reader, node,
                        "write 3, or {uniform: [a, b]}, {integer: [a, b]}, "
                        "{normal: [mean, std]}, {choice: [...]}",
                        trail, "a number or one distribution");
    return;
  }
  const orr_entry *entry = &node->entries[0];
  size_t which = 0;
  while (which < 4 && strcmp(names[which], entry->key) != 0) which++;
  if (which == 4) {
    char hint[128], shown[ORR_SHOWN];
    orr_word_hint(entry->key, names, 4, hint, sizeof hint);
    orr_reader_complain(reader, entry->place, hint, trail, "unknown distribution %s",
                        orr_show(entry->key, shown));
    return;
  }
  out->kind = kinds[which];
  orr_trail here = {trail, entry->key, 0};
  size_t count = out->kind == ORR_RANGE_CHOICE ? 0 : 2;
  if (read_values(reader, field, entry->value, &here, count, out))
    check_order(reader, entry->value, &here, out);
}

double orr_range_draw(const orr_range *range, orr_random *random) {
  const double *v = range->values;
  switch (range->kind) {
  case ORR_RANGE_UNIFORM: return orr_random_uniform(random, v[0], v[1]);
  case ORR_RANGE_INTEGER: return (double)orr_random_integer(random, (int64_t)v[0], (int64_t)v[1]);
  case ORR_RANGE_NORMAL: return v[0] + v[1] * orr_random_normal(random);
  case ORR_RANGE_CHOICE: return v[orr_random_integer(random, 0, range->count)];
  case ORR_RANGE_VALUE: break;
  }
  return v[0];
}
