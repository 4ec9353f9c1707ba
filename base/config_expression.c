/* Arithmetic in a configuration: what stands between ${ and }.
 *
 *   sum     = term   { (+ | -) term }
 *   term    = factor { (* | / | %) factor }
 *   factor  = (- | +) factor | number | number deg | name | name ( sum {, sum} ) | ( sum )
 *
 * Recursive descent in double precision; the first mistake ends it, with its place in the text. */
#include "base/config_template.h"
#include "base/field_internal.h"
#include "base/maths.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTING = 40, MAX_ARGUMENTS = 16 };

typedef struct reading {
  const char *start, *at, *end;
  const orr_binding *scope;
  int depth;
  bool failed;
  orr_mistake *mistake;
} reading;

static double read_sum(reading *r);

static double mistake_at(reading *r, const char *at, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static double mistake_at(reading *r, const char *at, const char *hint, const char *format, ...) {
  if (r->failed) return 0;
  r->failed = true;
  r->mistake->at = (size_t)(at - r->start);
  snprintf(r->mistake->hint, sizeof r->mistake->hint, "%s", hint ? hint : "");
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(r->mistake->message, sizeof r->mistake->message, format, arguments);
  va_end(arguments);
  return 0;
}

static double checked(reading *r, const char *at, double value) {
  if (isfinite(value)) return value;
  return mistake_at(r, at, NULL, "the result is not a finite number");
}

/* --- words ----------------------------------------------------------------------------------- */

static void skip_spaces(reading *r) {
  while (r->at < r->end && strchr(" \t\r\n", *r->at)) r->at++;
}

/* Takes a sign when it comes next. */
static bool take(reading *r, char sign) {
  skip_spaces(r);
  if (r->at == r->end || *r->at != sign) return false;
  r->at++;
  return true;
}

size_t orr_name_length(const char *text, size_t length) {
  if (length == 0 || !(isalpha((unsigned char)text[0]) || text[0] == '_')) return 0;
  size_t count = 1;
  while (count < length && (isalnum((unsigned char)text[count]) || text[count] == '_')) count++;
  return count;
}

const orr_node *orr_binding_find(const orr_binding *scope, const char *name, size_t length) {
  for (; scope; scope = scope->up)
    if (strncmp(scope->name, name, length) == 0 && scope->name[length] == 0) return scope->value;
  return NULL;
}

/* --- functions ------------------------------------------------------------------------------- */

typedef struct function {
  const char *name;
  double (*of)(double);
  double (*of_two)(double, double); /* or of more: from the left */
} function;

static const function functions[] = {
    {"sqrt", sqrt, NULL}, {"sin", sin, NULL},     {"cos", cos, NULL},     {"tan", tan, NULL},
    {"abs", fabs, NULL},  {"floor", floor, NULL}, {"min", NULL, orr_min}, {"max", NULL, orr_max},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

bool orr_name_is_reserved(const char *name) {
  for (size_t i = 0; i < FUNCTIONS; i++)
    if (strcmp(functions[i].name, name) == 0) return true;
  return strcmp(name, "pi") == 0;
}

static double call(reading *r, const function *f, const char *name) {
  double values[MAX_ARGUMENTS];
  int count = 0;
  do {
    if (count == MAX_ARGUMENTS)
      return mistake_at(r, name, NULL, "%s takes at most %d numbers", f->name, MAX_ARGUMENTS);
    values[count++] = read_sum(r);
  } while (!r->failed && take(r, ','));
  if (!take(r, ')'))
    return mistake_at(r, r->at, NULL, "a ) is missing after the numbers of %s", f->name);
  if (f->of && count != 1) return mistake_at(r, name, NULL, "%s takes one number", f->name);
  if (f->of) return checked(r, name, f->of(values[0]));
  if (count < 2) return mistake_at(r, name, NULL, "%s takes two numbers or more", f->name);
  double value = values[0];
  for (int i = 1; i < count; i++) value = f->of_two(value, values[i]);
  return value;
}

static double unknown_function(reading *r, const char *name, size_t length) {
  const char *names[FUNCTIONS];
  char word[ORR_CONFIG_MAX_KEY + 1], hint[sizeof r->mistake->hint], shown[ORR_SHOWN];
  for (size_t i = 0; i < FUNCTIONS; i++) names[i] = functions[i].name;
  snprintf(word, sizeof word, "%.*s", (int)length, name);
  orr_word_hint(word, names, FUNCTIONS, hint, sizeof hint);
  return mistake_at(r, name, hint, "unknown function %s", orr_show(word, shown));
}

/* --- names ----------------------------------------------------------------------------------- */

static double unknown_name(reading *r, const char *name, size_t length) {
  enum { NAMES = 64 };
  const char *names[NAMES];
  char word[ORR_CONFIG_MAX_KEY + 1], hint[sizeof r->mistake->hint] = "", shown[ORR_SHOWN];
  size_t count = 0;
  for (const orr_binding *b = r->scope; b && count < NAMES; b = b->up) names[count++] = b->name;
  snprintf(word, sizeof word, "%.*s", (int)length, name);
  for (size_t i = 0; i < FUNCTIONS; i++)
    if (strcmp(functions[i].name, word) == 0)
      return mistake_at(r, name, NULL, "%s is a function: it needs (", word);
  if (count)
    orr_word_hint(word, names, count, hint, sizeof hint);
  else
    snprintf(hint, sizeof hint, "names are parameters of the template and indices of repeats");
  return mistake_at(r, name, hint, "unknown name %s", orr_show(word, shown));
}

bool orr_node_number(const orr_node *node, double *out) {
  if (node->kind != ORR_NODE_SCALAR || node->quoted) return false;
  orr_word word = orr_word_kind(node->text);
  if (word != ORR_WORD_NUMBER && word != ORR_WORD_DEGREES) return false;
  const char *digits = node->text + (node->text[0] == '-' || node->text[0] == '+');
  if (!isdigit((unsigned char)digits[digits[0] == '.'])) return false; /* inf, nan */
  *out = strtod(node->text, NULL) * (word == ORR_WORD_DEGREES ? ORR_PI / 180.0 : 1.0);
  return isfinite(*out);
}

static double read_name(reading *r) {
  const char *name = r->at;
  size_t length = orr_name_length(name, (size_t)(r->end - name));
  r->at += length;
  if (take(r, '(')) {
    for (size_t i = 0; i < FUNCTIONS; i++)
      if (strncmp(functions[i].name, name, length) == 0 && functions[i].name[length] == 0)
        return call(r, &functions[i], name);
    return unknown_function(r, name, length);
  }
  if (length == 2 && memcmp(name, "pi", 2) == 0) return ORR_PI;
  const orr_node *node = orr_binding_find(r->scope, name, length);
  if (!node) return unknown_name(r, name, length);
  double value = 0;
  if (orr_node_number(node, &value)) return value;
  char shown[ORR_SHOWN];
  const char *what = node->kind == ORR_NODE_LIST  ? "a list"
                     : node->kind == ORR_NODE_MAP ? "a map"
                                                  : orr_show(node->text, shown);
  const char *hint =
      node->kind == ORR_NODE_SCALAR && node->quoted && orr_word_kind(node->text) == ORR_WORD_NUMBER
          ? "remove the quotes: a value in quotes is a text"
          : NULL;
  return mistake_at(r, name, hint, "%.*s is %s, and arithmetic needs a finite number", (int)length,
                    name, what);
}

/* --- the grammar ----------------------------------------------------------------------------- */

static double read_number(reading *r) {
  const char *start = r->at;
  char text[64];
  size_t used = 0;
  bool exponent = false;
  for (; r->at < r->end && used + 1 < sizeof text; r->at++) {
    char c = *r->at;
    bool sign = (c == '+' || c == '-') && used && (text[used - 1] == 'e' || text[used - 1] == 'E');
    bool power = (c == 'e' || c == 'E') && !exponent && r->at + 1 < r->end &&
                 (isdigit((unsigned char)r->at[1]) || strchr("+-", r->at[1]));
    exponent = exponent || power;
    if (!isdigit((unsigned char)c) && c != '.' && !sign && !power) break;
    text[used++] = c;
  }
  text[used] = 0;
  bool degrees = r->end - r->at >= 3 && memcmp(r->at, "deg", 3) == 0;
  if (degrees) r->at += 3;
  bool glued = r->at < r->end && (isalnum((unsigned char)*r->at) || strchr("_.", *r->at));
  if (orr_word_kind(text) != ORR_WORD_NUMBER || glued)
    return mistake_at(r, start, "write numbers such as 2, 0.5, 1e-3, 45deg", "malformed number");
  return checked(r, start, strtod(text, NULL)) * (degrees ? ORR_PI / 180.0 : 1.0);
}

static double read_factor(reading *r) {
  double sign = 1;
  for (;;) { /* - - x */
    if (take(r, '-'))
      sign = -sign;
    else if (!take(r, '+'))
      break;
  }
  skip_spaces(r);
  if (r->at == r->end) return mistake_at(r, r->at, NULL, "a number or a name is missing here");
  if (r->failed) return 0;
  char c = *r->at;
  if (isdigit((unsigned char)c) || c == '.') return sign * read_number(r);
  if (orr_name_length(r->at, 1)) return sign * read_name(r);
  if (c != '(') return mistake_at(r, r->at, NULL, "expected a number, a name or (");
  const char *open = r->at++;
  double value = read_sum(r);
  if (!take(r, ')')) return mistake_at(r, open, NULL, "this ( is not closed");
  return sign * value;
}

static double divide(reading *r, char sign, const char *at, double a, double b) {
  if (b == 0) return mistake_at(r, at, NULL, "division by zero");
  if (sign == '/') return a / b;
  double rest = fmod(a, b); /* of a; moved to the sign of b, so that -1 % 4 is 3 */
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static double read_term(reading *r) {
  double value = read_factor(r);
  while (!r->failed) {
    skip_spaces(r);
    const char *at = r->at;
    if (at == r->end || !strchr("*/%", *at)) break;
    r->at++;
    double next = read_factor(r);
    if (r->failed) break;
    value = checked(r, at, *at == '*' ? value * next : divide(r, *at, at, value, next));
  }
  return value;
}

static double read_sum(reading *r) {
  if (r->depth == MAX_NESTING) return mistake_at(r, r->at, NULL, "too many ( inside each other");
  r->depth++;
  double value = read_term(r);
  while (!r->failed) {
    skip_spaces(r);
    const char *at = r->at;
    if (at == r->end || !strchr("+-", *at)) break;
    r->at++;
    double next = read_term(r);
    if (r->failed) break;
    value = checked(r, at, *at == '+' ? value + next : value - next);
  }
  r->depth--;
  return value;
}

bool orr_expression_value(const char *text, size_t length, const orr_binding *scope, double *out,
                          orr_mistake *mistake) {
  reading r = {.start = text, .at = text, .end = text + length, .scope = scope, .mistake = mistake};
  *mistake = (orr_mistake){0};
  *out = read_sum(&r);
  skip_spaces(&r);
  if (!r.failed && r.at < r.end)
    mistake_at(&r, r.at, "+ - * / % ( ) and names", "this is no part of the arithmetic before it");
  return !r.failed;
}

/* The fewest digits that read back as the same number. */
void orr_number_text(double value, char out[ORR_NUMBER_TEXT]) {
  if (value == 0) value = 0; /* not -0 */
  if (value == floor(value) && fabs(value) < 1e15) {
    snprintf(out, ORR_NUMBER_TEXT, "%.0f", value);
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(out, ORR_NUMBER_TEXT, "%.*g", digits, value);
    if (strtod(out, NULL) == value) return;
  }
}
