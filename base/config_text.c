/* Words of a configuration: UTF-8, what a plain word means, the closest known word. */
#include "base/config_internal.h"
#include "base/field.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF. */
size_t orr_utf8_next(const char *text, size_t length, uint32_t *out) {
  const unsigned char *s = (const unsigned char *)text;
  *out = 0;
  if (length == 0) return 0;
  *out = s[0];
  if (s[0] < 0x80) return 1;
  size_t bytes = s[0] >= 0xf0 && s[0] < 0xf8 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc0 ? 2 : 0;
  if (s[0] >= 0xf8 || bytes == 0 || bytes > length) return 0;
  uint32_t code = s[0] & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; i++) {
    if ((s[i] & 0xc0) != 0x80) return 0;
    code = code << 6 | (s[i] & 0x3fu);
  }
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  *out = code;
  return bytes;
}

/* YAML 1.2, production [1], without the breaks that YAML 1.1 knew (U+0085, U+2028, U+2029) and
 * without the byte order mark. */
bool orr_utf8_printable(uint32_t code) {
  if (code == '\t' || code == '\n' || code == '\r') return true;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  return code != 0x2028 && code != 0x2029 && code != 0xfeff && code != 0xfffe && code != 0xffff;
}

/* [-+]? (digits [. digits]? | . digits) ([eE] [-+]? digits)?, no leading zeros; its length. */
static size_t number_length(const char *text) {
  const char *s = text + (*text == '-' || *text == '+');
  size_t whole = strspn(s, "0123456789"), part = 0;
  if (whole > 1 && s[0] == '0') return 0;
  s += whole;
  if (*s == '.') {
    part = strspn(s + 1, "0123456789");
    s += 1 + part;
  }
  if (whole + part == 0) return 0;
  if (*s == 'e' || *s == 'E') {
    const char *digits = s + 1 + (s[1] == '-' || s[1] == '+');
    size_t count = strspn(digits, "0123456789");
    if (count > 0) s = digits + count;
  }
  return (size_t)(s - text);
}

static bool is_one_of(const char *text, const char *const *names) {
  for (; *names; names++)
    if (strcmp(text, *names) == 0) return true;
  return false;
}

orr_word orr_word_kind(const char *text) {
  static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
  static const char *const bools[] = {"true", "false", NULL};
  static const char *const numbers[] = {"inf",   "+inf", "-inf", ".inf", "+.inf",
                                        "-.inf", "nan",  ".nan", NULL};
  if (is_one_of(text, nulls)) return ORR_WORD_NULL;
  if (is_one_of(text, bools)) return ORR_WORD_BOOL;
  if (is_one_of(text, numbers)) return ORR_WORD_NUMBER;
  size_t number = number_length(text);
  if (number == 0) return ORR_WORD_TEXT;
  if (text[number] == 0) return ORR_WORD_NUMBER;
  return strcmp(text + number, "deg") == 0 ? ORR_WORD_DEGREES : ORR_WORD_TEXT;
}

bool orr_node_is_text(const orr_node *node) {
  return node->kind == ORR_NODE_SCALAR &&
         (node->quoted || orr_word_kind(node->text) == ORR_WORD_TEXT);
}

const char *orr_show(const char *text, char out[ORR_SHOWN]) {
  size_t length = strlen(text), used = 0, at = 0;
  out[used++] = '"';
  while (at < length && used + 10 < ORR_SHOWN) {
    uint32_t code;
    size_t bytes = orr_utf8_next(text + at, length - at, &code);
    bool plain = bytes && code != '\t' && code != '\n' && code != '\r' && orr_utf8_printable(code);
    if (plain)
      memcpy(out + used, text + at, bytes);
    else
      out[used] = '?';
    used += plain ? bytes : 1;
    at += bytes ? bytes : 1;
  }
  memcpy(out + used, at < length ? "...\"" : "\"", at < length ? 5 : 2);
  return out;
}

static int compare_words(const void *a, const void *b) {
  const orr_word_at *x = a, *y = b;
  int order = strcmp(x->text, y->text);
  if (order != 0) return order;
  return x->index < y->index ? -1 : x->index > y->index;
}

void orr_words_sort(orr_word_at *words, size_t count) {
  if (count > 1) qsort(words, count, sizeof *words, compare_words);
}

size_t orr_words_find(const orr_word_at *words, size_t count, const char *text) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(words[middle].text, text) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && strcmp(words[low].text, text) == 0 ? words[low].index : SIZE_MAX;
}

enum { CLOSEST = 48 }; /* longer words get no suggestion */

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each once
 * (Damerau 1964); capital letters count as small ones. */
static size_t distance(const char *a, size_t n, const char *b, size_t m) {
  size_t rows[3][CLOSEST + 1];
  size_t *before = rows[0], *last = rows[1], *row = rows[2];
  for (size_t j = 0; j <= m; j++) last[j] = j;
  for (size_t i = 1; i <= n; i++) {
    row[0] = i;
    for (size_t j = 1; j <= m; j++) {
      int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
      size_t best = last[j - 1] + (x != y);
      if (last[j] + 1 < best) best = last[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      bool swapped = i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                     y == tolower((unsigned char)a[i - 2]);
      if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      row[j] = best;
    }
    size_t *oldest = before;
    before = last;
    last = row;
    row = oldest;
  }
  return last[m];
}

const char *orr_closest(const char *word, const char *const *names, size_t count) {
  size_t n = strlen(word);
  if (n == 0 || n > CLOSEST) return NULL;
  size_t best = n <= 2 ? 1 : n <= 5 ? 2 : 3; /* the first distance that is too far, less one */
  const char *found = NULL;
  best += 1;
  for (size_t i = 0; i < count; i++) {
    size_t m = strlen(names[i]);
    if (m > CLOSEST || m == 0) continue;
    size_t d = distance(word, n, names[i], m);
    size_t longer = n > m ? n : m;
    if (d >= best || d * 2 > longer) continue;
    best = d;
    found = names[i];
  }
  return found;
}
