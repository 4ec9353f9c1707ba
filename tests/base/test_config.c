/* The configuration tree: places, strictness, edits, canonical text, findings. */
#include "base/config.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static orr_config *parse(const char *text) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status = orr_config_parse(text, strlen(text), "t.yaml", &config, found);
  if (status != ORR_OK) orr_diagnostics_print(found, stderr, false);
  assert_int_equal(status, ORR_OK);
  assert_non_null(config);
  orr_diagnostics_destroy(found);
  return config;
}

static const char *text_at(const orr_config *config, const char *path) {
  const orr_node *node = orr_node_find(orr_config_root(config), path);
  assert_non_null(node);
  return node->text;
}

static void places_are_kept(void **state) {
  (void)state;
  orr_config *config =
      parse("# a comment\r\na: 1\r\nlist:\r\n  - \xc3\xa4: {k: 'v'}\r\n  - [x, ]\r\n");
  const orr_node *root = orr_config_root(config);
  assert_int_equal(root->place.line, 2);
  assert_int_equal(root->entries[1].place.line, 3);
  const orr_node *value = orr_node_find(root, "list[0].\xc3\xa4.k");
  assert_non_null(value);
  assert_true(value->quoted);
  assert_int_equal(value->place.line, 4);
  assert_int_equal(value->place.column, 12); /* characters, not bytes */
  assert_string_equal(value->place.file, "t.yaml");
  assert_int_equal(orr_node_find(root, "list[1]")->count, 1);
  orr_config_destroy(config);
}

static void words_are_strict(void **state) {
  (void)state;
  orr_config *config = parse("\xef\xbb\xbf"
                             "a: yes\nb: ~\nc:\nd: null\ne: 'null'\nf: 012\ng: |\n  12\n");
  const orr_node *root = orr_config_root(config);
  static const orr_node_kind kinds[] = {ORR_NODE_SCALAR, ORR_NODE_NULL,   ORR_NODE_NULL,
                                        ORR_NODE_NULL,   ORR_NODE_SCALAR, ORR_NODE_SCALAR,
                                        ORR_NODE_SCALAR};
  assert_int_equal(root->count, 7);
  for (size_t i = 0; i < 7; i++) assert_int_equal(root->entries[i].value->kind, kinds[i]);
  assert_true(root->entries[6].value->quoted);
  assert_int_equal(root->entries[0].place.column, 1);
  orr_config_destroy(config);
}

static void paths_find_by_index_and_name(void **state) {
  (void)state;
  orr_config *config = parse("w: {bodies: [{name: a, m: 1}, {name: block, m: 2}]}");
  const orr_node *root = orr_config_root(config);
  assert_string_equal(text_at(config, "w.bodies[1].m"), "2");
  assert_string_equal(text_at(config, "w.bodies.block.m"), "2");
  static const char *const absent[] = {
      "",           "w.",          ".w",
      "w..bodies",  "w.bodies[2]", "w.bodies[x]",
      "w.bodies[0", "w.bodies.c",  "w.bodies[0].m.q",
      "w[0]",       "[0]",         "w.bodies[99999999999999999999]"};
  for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
    assert_null(orr_node_find(root, absent[i]));
  orr_config_destroy(config);
}

/* --- broken texts ---------------------------------------------------------------------------- */

typedef struct broken {
  const char *text;
  size_t length; /* 0: up to the zero byte */
  int line, column;
  const char *word;
} broken;

static const broken catalogue[] = {
    {"", 0, 1, 1, "empty"},
    {"# only a comment\n", 0, 1, 1, "empty"},
    {"---\n", 0, 1, 1, "empty"},
    {"null", 0, 1, 1, "empty"},
    {"- a\n- b\n", 0, 1, 1, "a list"},
    {"just a text", 0, 1, 1, "single value"},
    {"a: 1\n---\nb: 2\n", 0, 2, 1, "second"},
    {"a: 1\nb: 2\na: 3\n", 0, 3, 1, "already at 1:1"},
    {"m: {k: 1, l: 2, k: 3}", 0, 1, 17, "already at 1:5"},
    {"a: {\"k\": 1, k: 2}", 0, 1, 13, "again"},
    {"a:\n\tb: 1\n", 0, 2, 1, "token"},
    {"a: [1, 2\nb: 3\n", 0, 2, 2, "expected ',' or ']'"},
    {"a: {b: 1\n", 0, 2, 1, "expected ',' or '}'"},
    {"a: 'open\n", 0, 2, 1, "end of stream"},
    {"a: b: c\n", 0, 1, 5, "not allowed"},
    {"a: 1\n b: 2\n", 0, 2, 3, "not allowed"},
    {"a: 1\nb\n", 0, 3, 1, "':'"},
    {"a: @x\n", 0, 1, 4, "token"},
    {"a: %x\n", 0, 1, 4, "token"},
    {"a: \"\\q\"\n", 0, 1, 5, "escape"},
    {"a: 1\nb: x\0y\n", 12, 2, 5, "zero byte"},
    {"a: \"x\\0y\"\n", 0, 1, 4, "zero byte"},
    {"a: \xff\n", 0, 1, 4, "0xFF is not valid UTF-8"},
    {"a: \xc3\n", 0, 1, 4, "0xC3 is not valid UTF-8"},
    {"a: \xc0\xaf\n", 0, 1, 4, "not valid UTF-8"},
    {"a: \xed\xa0\x80\n", 0, 1, 4, "not valid UTF-8"},
    {"a: \xf4\x90\x80\x80\n", 0, 1, 4, "not valid UTF-8"},
    {"\xc3\xa4: 1\nb: \x07\n", 0, 2, 4, "U+0007"},
    {"a: x\xe2\x80\xa8y\n", 0, 1, 5, "U+2028"},
    {"a: 1\n\xef\xbb\xbf"
     "b: 2\n",
     0, 2, 1, "U+FEFF"},
    {"a: !!int 5\n", 0, 1, 4, "tag"},
    {"a: !mine {}\n", 0, 1, 4, "tag"},
    {"a: &x {b: 1}\nc:\n  <<: *x\n", 0, 3, 3, "merge keys"},
    {"a: *nowhere\n", 0, 1, 4, "no anchor"},
    {"a: &x [1, *x]\n", 0, 1, 11, "contains itself"},
    {"? {a: 1}\n: 2\n", 0, 1, 3, "must be a word"},
    {"a: &x k\n*x : 2\n", 0, 2, 1, "cannot be a key"},
    {"&x a: 2\n", 0, 1, 1, "anchor on a key"},
    {"a: 1\n: 2\n", 0, 2, 1, "expected key"},
    {"{: 2}\n", 0, 1, 2, "node content"},
    {"a: [1, 2", 0, 1, 9, "expected ',' or ']'"},
    {"'': 2\n", 0, 1, 1, "missing before the colon"},
    {"%YAML 3.0\n---\na: 1\n", 0, 1, 1, "incompatible"},
    {"a: ]\n", 0, 1, 4, "expected"},
};

static orr_status parse_broken(const char *text, size_t length, orr_error *err, size_t *count) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status = orr_config_parse(text, length, "t.yaml", &config, found);
  assert_true((status == ORR_OK) == (orr_diagnostics_count(found) == 0));
  assert_int_equal(orr_diagnostics_status(found, err), status);
  if (count) *count = orr_diagnostics_count(found);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  return status;
}

static void broken_texts_are_refused_at_their_place(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++) {
    const broken *c = &catalogue[i];
    orr_error err = {0};
    parse_broken(c->text, c->length ? c->length : strlen(c->text), &err, NULL);
    bool right = err.status == ORR_ERR_CONFIG && err.line == c->line && err.column == c->column &&
                 strstr(err.message, c->word) && strcmp(err.file, "t.yaml") == 0;
    if (right) continue;
    wrong++;
    print_error("case %zu: expected %d:%d %s, found %d:%d %s\n", i, c->line, c->column, c->word,
                err.line, err.column, err.message);
  }
  assert_int_equal(wrong, 0);
}

static void check_repeated(const char *open, size_t times, const char *word) {
  size_t length = strlen(open);
  char *text = malloc(times * length + 4);
  memcpy(text, "a: ", 3);
  for (size_t i = 0; i < times; i++) memcpy(text + 3 + i * length, open, length);
  orr_error err = {0};
  parse_broken(text, 3 + times * length, &err, NULL);
  assert_int_equal(err.status, ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, word));
  free(text);
}

static void deep_and_large_texts_are_refused(void **state) {
  (void)state;
  check_repeated("[", 5000, "nested deeper than 64");
  check_repeated("{a: ", 5000, "nested deeper than 64");
  check_repeated("? ", 5000, "");
  check_repeated("x", (4 << 20) - 2, "larger than 4 MB");
  char *text = calloc(1, 5000 * 2 + 1);
  for (size_t i = 0; i < 5000; i++) memcpy(text + 2 * i, "- ", 2);
  orr_error err = {0};
  parse_broken(text, 10000, &err, NULL);
  assert_non_null(strstr(err.message, "nested deeper than 64"));
  free(text);
}

static void aliases_are_copies_with_a_cap(void **state) {
  (void)state;
  orr_config *config = parse("a: &x {k: [1]}\nb: *x\n");
  orr_diagnostics *found = orr_diagnostics_create();
  assert_int_equal(orr_config_set(config, "b.k[0]=2", found), ORR_OK);
  assert_string_equal(text_at(config, "a.k[0]"), "1");
  assert_string_equal(text_at(config, "b.k[0]"), "2");
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  /* Nine tenfold steps: a thousand million nodes. */
  char bomb[2048];
  int used = snprintf(bomb, sizeof bomb, "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
  for (int i = 1; i < 9; i++) {
    used += snprintf(bomb + used, sizeof bomb - (size_t)used, "a%d: &a%d [", i, i);
    for (int k = 0; k < 10; k++)
      used += snprintf(bomb + used, sizeof bomb - (size_t)used, "%s*a%d", k ? ", " : "", i - 1);
    used += snprintf(bomb + used, sizeof bomb - (size_t)used, "]\n");
  }
  orr_error err = {0};
  parse_broken(bomb, (size_t)used, &err, NULL);
  assert_non_null(strstr(err.message, "more than 10000 nodes"));
}

static void every_finding_is_told(void **state) {
  (void)state;
  orr_error err = {0};
  size_t count = 0;
  const char *text = "a: 1\na: 2\nb: !t 3\n'': 4\nc: *q\na: 5\n";
  parse_broken(text, strlen(text), &err, &count);
  assert_int_equal(count, 5);
  assert_int_equal(err.line, 2);
  assert_non_null(strstr(err.message, "\nt.yaml:3:4: the tag"));
  assert_non_null(strstr(err.message, "\nt.yaml:6:1: "));
  char many[8192] = "";
  for (int i = 0; i < 900; i++) strcat(many, "a: 1\n");
  parse_broken(many, strlen(many), &err, &count);
  assert_int_equal(count, 899);
  assert_non_null(strstr(err.message, " more"));
  assert_true(strlen(err.message) < sizeof err.message);
}

static void the_caret_stands_under_the_word(void **state) {
  (void)state;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  const char *text = "x: 1\n\"\xc3\xa4\": {\tk: 1, k: 2}\n";
  orr_config_parse(text, strlen(text), "t.yaml", &config, found);
  char *printed = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&printed, &size);
  orr_diagnostics_print(found, stream, false);
  fclose(stream);
  assert_string_equal(printed, "t.yaml:2:14: key \"k\" again; it is already at 2:8\n"
                               "     2 | \"\xc3\xa4\": { k: 1, k: 2}\n"
                               "       |              ^\n"
                               "  hint: a key may stand once in a map\n");
  free(printed);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

/* --- edits ----------------------------------------------------------------------------------- */

static char *yaml_of(const orr_config *config) { return orr_node_to_yaml(orr_config_root(config)); }

static void overlays_merge(void **state) {
  (void)state;
  orr_config *config = parse("w: {dt: 1, size: [1, 2]}\n"
                             "bodies: [{name: a, m: 1}, {name: b, m: 2}, {name: c}]\n"
                             "p: {cem: {n: 1}}\n");
  orr_config *over = parse("w: {size: [3], g: 9}\nbodies: {b: {m: 5, k: x}, c: null}\n"
                           "p: {cem: null, icem: {}}\nq: 1\n");
  orr_diagnostics *found = orr_diagnostics_create();
  orr_node *root = orr_config_root(config);
  assert_int_equal(orr_config_overlay(config, root, orr_config_root(over), found), ORR_OK);
  orr_config_destroy(over); /* the overlay was copied */
  char *yaml = yaml_of(config);
  assert_string_equal(yaml, "w:\n  dt: 1\n  size: [3]\n  g: 9\nbodies:\n  - name: a\n    m: 1\n"
                            "  - name: b\n    m: 5\n    k: x\np:\n  icem: {}\nq: 1\n");
  orr_free(yaml);
  over = parse("bodies: {bb: {m: 1}, a: 3}");
  assert_int_equal(orr_config_overlay(config, root, orr_config_root(over), found), ORR_ERR_CONFIG);
  assert_int_equal(orr_diagnostics_count(found), 2);
  orr_config_destroy(over);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

static void set_writes_one_value(void **state) {
  (void)state;
  orr_config *config = parse("w: {dt: 1}\nl: [{name: a, m: 1}]\n");
  orr_diagnostics *found = orr_diagnostics_create();
  static const char *const good[] = {"w.dt=0.5", "w.new.deep={uniform: [0, 1]}", "l.a.m=\"7\"",
                                     "l[0].k=", "t=a = b"};
  for (size_t i = 0; i < 5; i++) assert_int_equal(orr_config_set(config, good[i], found), ORR_OK);
  char *yaml = yaml_of(config);
  assert_string_equal(yaml, "w:\n  dt: 0.5\n  new:\n    deep:\n      uniform: [0, 1]\nl:\n"
                            "  - name: a\n    m: \"7\"\n    k: null\nt: \"a = b\"\n");
  orr_free(yaml);
  static const struct {
    const char *text;
    int column;
    const char *word;
  } bad[] = {
      {"w.dt", 1, "no ="},
      {"=3", 1, "malformed"},
      {"w..dt=3", 1, "malformed"},
      {"w.dt=[1, 2", 11, "expected"},
      {"w.dt.x=1", 6, "inside a single value"},
      {"l[4].m=1", 2, "no item [4]"},
      {"l.b.m=1", 3, "no item"},
      {"w.dt={a: 1, a: 2}", 13, "again"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    orr_diagnostics *one = orr_diagnostics_create();
    orr_error err = {0};
    assert_int_equal(orr_config_set(config, bad[i].text, one), ORR_ERR_CONFIG);
    orr_diagnostics_status(one, &err);
    assert_string_equal(err.file, "--set");
    assert_int_equal(err.column, bad[i].column);
    assert_non_null(strstr(err.message, bad[i].word));
    orr_diagnostics_destroy(one);
  }
  orr_node_remove(orr_config_root(config), "w");
  orr_node_remove(orr_config_root(config), "w");
  assert_null(orr_node_get(orr_config_root(config), "w"));
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

static void set_cannot_nest_without_end(void **state) {
  (void)state;
  orr_config *config = parse("a: 1");
  orr_diagnostics *found = orr_diagnostics_create();
  char text[200] = "b";
  for (int i = 0; i < 70; i++) strcat(text, ".b");
  strcat(text, "=1");
  assert_int_equal(orr_config_set(config, text, found), ORR_ERR_CONFIG);
  assert_null(orr_node_get(orr_config_root(config), "b"));
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

/* --- text and hash --------------------------------------------------------------------------- */

static void written_text_reads_back(void **state) {
  (void)state;
  orr_config *config = parse(
      "plain: some text (with) parts\nquoted: '5'\nyes: yes\n'null': 'null'\ndate: 2024-01-01\n"
      "nasty: \"a: b # c\\n\\t\\x07\\u2028\\\\ \\\" \\uFEFF\"\ncolon: 'x:'\n"
      "dash: '- x'\nempty: ''\n"
      "deg: 45deg\nneg: -3e-2\nlists: [[[1, 2], []], {a: [{b: c}]}, ~]\n'key: odd': {}\n"
      "utf: \xc3\xa4 \xf0\x9f\x98\x80\ndots: ...x\nspace: ' x '\n"
      "long: [aaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccccccccccccccccccccccccccccccc]\n");
  char *first = yaml_of(config);
  orr_config *again = parse(first);
  char *second = yaml_of(again);
  assert_string_equal(first, second);
  assert_true(orr_hash_equal(orr_node_hash(orr_config_root(config)),
                             orr_node_hash(orr_config_root(again))));
  assert_string_equal(text_at(config, "nasty"), text_at(again, "nasty"));
  assert_true(orr_node_find(orr_config_root(again), "quoted")->quoted);
  orr_free(first);
  orr_free(second);
  orr_config_destroy(config);
  orr_config_destroy(again);
}

static orr_hash hash_of(const char *text) {
  orr_config *config = parse(text);
  orr_hash hash = orr_node_hash(orr_config_root(config));
  orr_config_destroy(config);
  return hash;
}

static void the_hash_is_of_the_meaning(void **state) {
  (void)state;
  orr_hash hash = hash_of("a: 1\nb: [x, {c: ~}]\n");
  assert_true(orr_hash_equal(hash, hash_of("# note\nb:\n  - 'x'\n  - c:\na: 1")));
  static const char *const other[] = {"a: '1'\nb: [x, {c: ~}]", "a: 2\nb: [x, {c: ~}]",
                                      "a: 1\nb: [{c: ~}, x]",   "a: 1\nb: [x, {d: ~}]",
                                      "a: 1\nb: [x, {c: {}}]",  "a: 1\nb: [x, {c: []}]",
                                      "b: 1\na: [x, {c: ~}]",   "a: 1\nb: [x, c, ~]"};
  for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
    assert_false(orr_hash_equal(hash, hash_of(other[i])));
}

static void a_missing_file_is_a_finding(void **state) {
  (void)state;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_error err = {0};
  assert_int_equal(orr_config_load("no/such/file.yaml", &config, found), ORR_ERR_CONFIG);
  assert_null(config);
  orr_diagnostics_status(found, &err);
  assert_string_equal(err.file, "no/such/file.yaml");
  orr_diagnostics_destroy(found);
}

/* Fails every allocation in turn: an error or success, never a crash, and nothing is lost. */
static void no_memory_is_an_error(void **state) {
  (void)state;
  const char *text = "a: &x {k: [1, 2, 3, 4, 5, 6, 7, 8, 9]}\nb: *x\nc: 'text'\n";
  size_t failures = 0;
  for (int64_t n = 1; n < 200; n++) {
    orr_diagnostics *found = orr_diagnostics_create();
    orr_config *config = NULL;
    orr_alloc_fail_at(n);
    orr_status status = orr_config_parse(text, strlen(text), "t", &config, found);
    if (status == ORR_OK) status = orr_config_set(config, "b.k=[1, 2, 3]", found);
    orr_alloc_fail_at(0);
    assert_true(status == ORR_OK || status == ORR_ERR_MEMORY);
    if (status == ORR_ERR_MEMORY) {
      failures++;
      assert_int_equal(orr_diagnostics_status(found, NULL), ORR_ERR_MEMORY);
    }
    orr_config_destroy(config);
    orr_diagnostics_destroy(found);
  }
  assert_true(failures > 2 && failures < 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_kept),
      cmocka_unit_test(words_are_strict),
      cmocka_unit_test(paths_find_by_index_and_name),
      cmocka_unit_test(broken_texts_are_refused_at_their_place),
      cmocka_unit_test(deep_and_large_texts_are_refused),
      cmocka_unit_test(aliases_are_copies_with_a_cap),
      cmocka_unit_test(every_finding_is_told),
      cmocka_unit_test(the_caret_stands_under_the_word),
      cmocka_unit_test(overlays_merge),
      cmocka_unit_test(set_writes_one_value),
      cmocka_unit_test(set_cannot_nest_without_end),
      cmocka_unit_test(written_text_reads_back),
      cmocka_unit_test(the_hash_is_of_the_meaning),
      cmocka_unit_test(a_missing_file_is_a_finding),
      cmocka_unit_test(no_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
