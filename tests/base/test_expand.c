/* Include, templates and repeats: what they make, and what is said about mistakes in them. */
#include "base/config.h"
#include "base/file.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- what is made ---------------------------------------------------------------------------- */

static char *expanded(const char *text) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status = orr_config_parse(text, strlen(text), "t.yaml", &config, found);
  if (status != ORR_OK) orr_diagnostics_print(found, stderr, false);
  assert_int_equal(status, ORR_OK);
  char *yaml = orr_node_to_yaml(orr_config_root(config));
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  return yaml;
}

/* The first line of each text is the section templates, when it has one. */
static const struct {
  const char *text, *yaml;
} made[] = {
    {"templates: {t: {value: 3}}\na: {template: t}", "a: 3\n"},
    {"templates: {t: {value: {k: 1}}}\na: [{template: t}, 2]", "a:\n  - k: 1\n  - 2\n"},
    {"templates: {t: {parameters: {x: 2}, value: '${x}'}}\na: [{template: t}, {template: t, with: "
     "{x: 5}}, {template: t, with: {x: null}}, {template: t, with: }]",
     "a: [2, 5, 2, 2]\n"},
    {"templates: {t: {parameters: {x: null}, value: '${x / 4}'}}\na: {template: t, with: {x: 3}}",
     "a: 0.75\n"},
    /* Whatever a parameter is, it can be put in whole. */
    {"templates: {t: {parameters: {x: [1, {b: 2}]}, value: {k: '${ x }'}}}\na: {template: t}",
     "a:\n  k:\n    - 1\n    - b: 2\n"},
    {"templates: {t: {parameters: {x: '5', y: 5, z: true}, value: ['${x}', '${y}', '${z}']}}\na: "
     "{template: t}",
     "a: [\"5\", 5, true]\n"},
    {"templates: {t: {parameters: {x: 45deg}, value: ['${x}', '${x * 4 - pi}', '${90deg - pi / "
     "2}']}}\na: {template: t}",
     "a: [45deg, 0, 0]\n"},
    /* Texts: numbers in their shortest form, and a text stays a text. */
    {"templates: {t: {parameters: {n: 7, s: ball}, value: ['${s}${n}', '${n}', '${n}${n}', "
     "'<${n / 2}>', '${0.1 + 0.2}', 'a ${n + 1} b ${s}']}}\na: {template: t}",
     "a: [ball7, 7, \"77\", \"<3.5>\", 0.30000000000000004, a 8 b ball]\n"},
    {"templates:\n  t:\n    parameters: {n: 7}\n    value:\n      - ${n}${n}\n      - ${n}\na: "
     "{template: t}",
     "a: [\"77\", 7]\n"},
    /* Numbers: the shortest that reads back. */
    {"a: [{repeat: {count: 1}, each: ['${2 + 0.3}', '${1 / 3}', '${6 / 2}', '${-0 * 1}', "
     "'${1e20}', "
     "'${2 * 3e-7}', '${123456789 * 1000}']}]",
     "a: [2.3, 0.3333333333333333, 3, 0, 1e+20, 6e-07, 123456789000]\n"},
    {"a: [{repeat: {count: 1}, each: ['${1 + 2 * 3 - 4 / 2}', '${(1 + 2) * 3}', '${-2 * -3}', "
     "'${- - 2}', '${2 - -2}', '${8 / 2 / 2}', '${7 % 3}', '${-1 % 4}', '${1 % -4}', '${5.5 % "
     "2}']}]",
     "a: [5, 9, 6, 2, 4, 2, 1, 3, -3, 1.5]\n"},
    {"a: [{repeat: {count: 1}, each: ['${sqrt(16)}', '${abs(-2.5)}', '${floor(-1.5)}', '${min(3, "
     "1, "
     "2)}', '${max(3, 1 + 4)}', '${sin(0)}', '${cos(0)}', '${tan(0)}', '${floor(pi * 100)}']}]",
     "a: [4, 2.5, -2, 1, 5, 0, 1, 0, 314]\n"},
    /* Repeats: any number of items, also none; indices of each repeat inside another. */
    {"a: [0, {repeat: {count: 3}, each: '${i}'}, 9]", "a: [0, 0, 1, 2, 9]\n"},
    {"a: [{repeat: {count: 0}, each: x}]", "a: []\n"},
    {"a: [{repeat: {count: '${1 + 1}', index: k}, each: [x, '${k}']}]", "a: [x, 0, x, 1]\n"},
    {"a: [{repeat: {count: 2}, each: {repeat: {count: 2, index: j}, each: '${10 * i + j}'}}]",
     "a: [0, 1, 10, 11]\n"},
    {"a: [{repeat: {count: 2}, each: [['${i}', 1]]}]", "a:\n  - [0, 1]\n  - [1, 1]\n"},
    {"a: [{repeat: {count: 3}, each: {repeat: {count: '${i}', index: j}, each: '${j}'}}]",
     "a: [0, 0, 1]\n"},
    /* Together: templates of templates, repeats in values, values that are repeats. */
    {"templates: {b: {parameters: {x: null}, value: {v: '${x}'}}, t: {parameters: {y: 1}, value: "
     "{in: {template: b, with: {x: '${y + 1}'}}}}}\na: {template: t, with: {y: 4}}",
     "a:\n  in:\n    v: 5\n"},
    {"templates: {row: {parameters: {n: 2}, value: {repeat: {count: '${n}'}, each: '${i}'}}}\na: [{"
     "template: row}, {template: row, with: {n: 3}}]",
     "a: [0, 1, 0, 1, 2]\n"},
    {"templates: {t: {parameters: {n: null}, value: 'p${n}'}}\na: [{repeat: {count: 2}, each: "
     "{template: t, with: {n: '${i + 1}'}}}]",
     "a: [p1, p2]\n"},
    {"templates: {t: {parameters: {kind: null}, value: {template: '${kind}'}}, u: {value: 1}}\na: "
     "{template: t, with: {kind: u}}",
     "a: 1\n"},
    {"templates: {t: {parameters: {tall: 0.5, half: '${tall / 2}'}, value: '${half}'}}\na: "
     "[{template: t}, {template: t, with: {tall: 3}}, {template: t, with: {half: 8}}]",
     "a: [0.25, 1.5, 8]\n"},
    {"templates: {t: {parameters: {x: null}, value: '${x}'}}\na: {template: t, with: {x: "
     "{template: "
     "t, with: {x: 4}}}}",
     "a: 4\n"},
    /* Elsewhere a text is a text, and a world's own `repeat` is a number. */
    {"a: '${1 + 1}'\nw: {repeat: 3}", "a: \"${1 + 1}\"\nw:\n  repeat: 3\n"},
    {"templates:\ninclude:\na: 1", "a: 1\n"},
    {"templates: {t: {value: &v [1]}}\na: {template: t}\nb: *v", "a: [1]\nb: [1]\n"},
};

static void trees_are_made(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
    char *yaml = expanded(made[i].text);
    if (strcmp(yaml, made[i].yaml) != 0) print_error("%s\n", made[i].text);
    assert_string_equal(yaml, made[i].yaml);
    char *again = expanded(yaml); /* what was made holds nothing to expand */
    assert_string_equal(again, yaml);
    orr_free(again);
    orr_free(yaml);
  }
}

static void edits_see_what_was_made(void **state) {
  (void)state;
  const char *text = "templates: {t: {parameters: {n: 0}, value: {name: 'b${n}', m: 1}}}\n"
                     "l: [{repeat: {count: 3}, each: {template: t, with: {n: '${i}'}}}]\n";
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  assert_int_equal(orr_config_parse(text, strlen(text), "t.yaml", &config, found), ORR_OK);
  assert_int_equal(orr_config_set(config, "l.b1.m=5", found), ORR_OK);
  const orr_node *root = orr_config_root(config);
  assert_string_equal(orr_node_find(root, "l.b0.m")->text, "1"); /* no two share a node */
  assert_string_equal(orr_node_find(root, "l.b1.m")->text, "5");
  assert_string_equal(orr_node_find(root, "l.b2.m")->text, "1");
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

/* --- mistakes -------------------------------------------------------------------------------- */

#define T(value)                                                                                   \
  "templates: {t: {parameters: {x: 1, s: ab, l: []}, value: " value "}}\na: {template: t}"
#define E(text) "a: [{repeat: {count: 2}, each: " text "}]"
static const struct {
  const char *text;
  int line, column;
  const char *word, *hint;
} catalogue[] = {
    {"templates: {tree: {value: 1}}\na: {template: tre}", 2, 15, "there is no template \"tre\"",
     "did you mean \"tree\"?"},
    {"a: {template: tre}", 1, 15, "there is no template \"tre\"", "no section `templates`"},
    {"templates: {t: {value: 1}}\na: {template: [t]}", 2, 15, "the name of a template", "NAME"},
    {T("1") "\nb: {template: t, wiht: {}}", 3, 18, "unknown key \"wiht\"",
     "did you mean \"with\"?"},
    {T("1") "\nb: {template: t, with: [1]}", 3, 24, "a map from parameters", ""},
    {T("1") "\nb: {template: t, with: {y: 1}}", 3, 25, "template t has no parameter \"y\"",
     "known: x, s, l"},
    {"templates: {t: {parameters: {tall: 1}, value: 1}}\nb: {template: t, with: {tal: 1}}", 2, 25,
     "no parameter \"tal\"", "did you mean \"tall\"?"},
    {"templates: {t: {value: 1}}\nb: {template: t, with: {x: 1}}", 2, 25, "no parameter",
     "it has no parameters"},
    {"templates: {t: {parameters: {x: null}, value: 1}}\nb: [{template: t}]", 2, 5,
     "template t needs the parameter x", "with: {x: ...}"},
    /* Arithmetic, at its place in the text. */
    {T("'${y}'"), 1, 61, "in ${y}: unknown name \"y\" (used at t.yaml:2:4)", "known: l, s, x"},
    {T("'a ${1 + yy * 2} b'"), 1, 67, "unknown name \"yy\"", "known"},
    {T("'${x / 0}'"), 1, 63, "in ${x / 0}: division by zero", ""},
    {T("'${1 % (x - 1)}'"), 1, 63, "division by zero", ""},
    {T("'${sqrt(-x)}'"), 1, 61, "not a finite number", ""},
    {T("'${1e308 * 10}'"), 1, 67, "not a finite number", ""},
    {T("'${1 + s}'"), 1, 65, "s is \"ab\", and arithmetic needs", ""},
    {T("'${l + 1}'"), 1, 61, "l is a list", ""},
    {T("'${(1 + 2}'"), 1, 61, "not closed", ""},
    {T("'${1 + }'"), 1, 65, "missing here", ""},
    {T("'${}'"), 1, 61, "missing here", ""},
    {T("'${1 2}'"), 1, 63, "no part of the arithmetic", ""},
    {T("'${1..2}'"), 1, 61, "malformed number", ""},
    {T("'${012}'"), 1, 61, "malformed number", ""},
    {T("'${squrt(4)}'"), 1, 61, "unknown function \"squrt\"", "did you mean \"sqrt\"?"},
    {T("'${sqrt(4, 5)}'"), 1, 61, "sqrt takes one number", ""},
    {T("'${min(4)}'"), 1, 61, "min takes two numbers or more", ""},
    {T("'${sqrt 4}'"), 1, 61, "sqrt is a function", ""},
    {T("'${min(1, 2'"), 1, 59, "this ${ has no }", ""},
    {T("'${x} ${x'"), 1, 64, "this ${ has no }", ""},
    {T("'${x ${x}}'"), 1, 59, "this ${ has no }", ""},
    {T("'${min(1, 2}'"), 1, 69, "a ) is missing", ""},
    {T("'n${l}'"), 1, 62, "this is a list", "only texts and numbers"},
    {T("\"\\x41 ${y}\""), 1, 58, "unknown name", ""}, /* an escape: the text's own place */
    {E("'${j}'"), 1, 35, "unknown name \"j\"", "known: i"},
    {"a: {b: {template: t, with: {x: '${z}'}}}\ntemplates: {t: {parameters: {x: 0}, value: 1}}", 1,
     35, "unknown name \"z\"", "parameters of the template"},
    {"templates: {t: {parameters: {x: '5'}, value: '${x + 1}'}}\na: {template: t}", 1, 49,
     "x is \"5\"", "remove the quotes"},
    {"templates: {t: {parameters: {x: inf}, value: '${x + 1}'}}\na: {template: t}", 1, 49,
     "x is \"inf\"", ""},
    /* Values know their own parameters only. */
    {"templates: {in: {value: '${y}'}, out: {parameters: {y: 1}, value: {template: in}}}\na: "
     "{template: out}",
     1, 28, "(used at t.yaml:1:67) (used at t.yaml:2:4)", "names are parameters"},
    /* Repeats. */
    {"a: [{repeat: {}, each: 1}]", 1, 14, "\"count\" is missing", "count: 10"},
    {"a: [{repeat: {count: 1.5}, each: 1}]", 1, 22, "whole number in [0, 10000], found 1.5", ""},
    {"a: [{repeat: {count: -1}, each: 1}]", 1, 22, "whole number in [0, 10000]", ""},
    {"a: [{repeat: {count: 10001}, each: 1}]", 1, 22, "whole number in [0, 10000]", ""},
    {"a: [{repeat: {count: many}, each: 1}]", 1, 22, "found \"many\"", ""},
    {"a: [{repeat: {cuont: 1, count: 1}, each: 1}]", 1, 15, "unknown key \"cuont\"",
     "did you mean \"count\"?"},
    {"a: [{repeat: {count: 1}}]", 1, 5, "\"each\" is missing", "ITEM"},
    {"a: [{each: 1}]", 1, 5, "\"repeat\" is missing", "ITEM"},
    {"a: [{repeat: 3, each: 1}]", 1, 14, "repeat: expected a map", "count"},
    {"a: [{repeat: {count: 1}, each: 1, eahc: 2}]", 1, 35, "unknown key \"eahc\" in a repeat",
     "did you mean \"each\"?"},
    {"a: [{repeat: {count: 1, index: 2x}, each: 1}]", 1, 32, "\"2x\" cannot be a name", "a letter"},
    {"a: [{repeat: {count: 1, index: pi}, each: 1}]", 1, 32, "\"pi\" cannot be a name", "already"},
    {"a: [{repeat: {count: 2}, each: {repeat: {count: 2}, each: 1}}]", 1, 41, "the name i is taken",
     "another name"},
    {"a: {b: {repeat: {count: 2}, each: 1}}", 1, 8, "only be an item of a list", "[ ]"},
    /* Templates. */
    {"templates: [1]\na: 1", 1, 12, "a map from names to templates", "NAME"},
    {"templates: {t: 3}\na: 1", 1, 16, "template t: expected a map", "NAME"},
    {"templates: {t: {parameters: {}}}\na: 1", 1, 13, "\"value\" is missing", "NAME"},
    {"templates: {t: {value: 1, params: {}}}\na: 1", 1, 27, "unknown key \"params\"",
     "known: parameters, value"},
    {"templates: {t: {value: 1, parameters: [x]}}\na: 1", 1, 39, "from names to defaults", ""},
    {"templates: {t: {value: 1, parameters: {a b: 1}}}\na: 1", 1, 40, "\"a b\" cannot be a name",
     ""},
    {"templates: {t: {value: 1, parameters: {min: 1}}}\na: 1", 1, 40, "\"min\" cannot be a name",
     ""},
    {"templates: {t: {value: [{template: t}]}}\na: {template: t}", 1, 36, "t > t: this never ends",
     "cannot hold itself"},
    {"templates: {t: {value: {template: u}}, u: {value: {k: {template: t}}}}\na: {template: t}", 1,
     66, "t > u > t: this never ends", ""},
    {"include: x.yaml\na: 1", 1, 10, "include needs a file", "into a file"},
    {"include: {x: 1}\na: 1", 1, 10, "the name of a file", "common/walls.yaml"},
    {"include: [a, 3]\na: 1", 1, 11, "include needs a file", ""},
};
#undef T
#undef E

static void broken_texts_are_refused_at_their_place(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++) {
    orr_diagnostics *found = orr_diagnostics_create();
    orr_config *config = NULL;
    orr_error err = {0};
    const char *text = catalogue[i].text;
    orr_status status = orr_config_parse(text, strlen(text), "t.yaml", &config, found);
    orr_diagnostics_status(found, &err);
    bool right = status == ORR_ERR_CONFIG && !config && err.line == catalogue[i].line &&
                 err.column == catalogue[i].column && strstr(err.message, catalogue[i].word) &&
                 strstr(err.hint, catalogue[i].hint);
    if (!right) {
      wrong++;
      print_error("%s: expected %d:%d %s\n  found %d:%d %s\n  hint %s\n", text, catalogue[i].line,
                  catalogue[i].column, catalogue[i].word, err.line, err.column, err.message,
                  err.hint);
    }
    orr_diagnostics_destroy(found);
  }
  assert_int_equal(wrong, 0);
}

/* Each mistake is told once, however often a template is used or an item laid out. */
static void mistakes_are_told_together_and_once(void **state) {
  (void)state;
  const char *text = "templates: {t: {value: ['${y}', 1, '${z}']}, u: {value: 1}}\n"
                     "a: [{repeat: {count: 50}, each: {template: t}}]\nb: {template: t}\n"
                     "c: [{template: v}, {template: w}]\nd: [{repeat: {count: 9}, each: '${q}'}]\n";
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  assert_int_equal(orr_config_parse(text, strlen(text), "t", &config, found), ORR_ERR_CONFIG);
  assert_int_equal(orr_diagnostics_count(found), 5);
  orr_diagnostics_destroy(found);
  text = "templates: {t: {value: {k: '${y}'}}}\na: {template: t}\nb: {template: t}\n";
  found = orr_diagnostics_create();
  assert_int_equal(orr_config_parse(text, strlen(text), "t", &config, found), ORR_ERR_CONFIG);
  assert_int_equal(orr_diagnostics_count(found), 1);
  orr_diagnostics_destroy(found);
}

static void refuse(const char *text, const char *word) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_error err = {0};
  assert_int_equal(orr_config_parse(text, strlen(text), "t", &config, found), ORR_ERR_CONFIG);
  orr_diagnostics_status(found, &err);
  if (!strstr(err.message, word)) fail_msg("%s", err.message);
  assert_int_equal(orr_diagnostics_count(found), 1);
  orr_diagnostics_destroy(found);
}

static void expansion_has_limits(void **state) {
  (void)state;
  refuse("a: [{repeat: {count: 500}, each: {repeat: {count: 500, index: j}, each: 1}}]",
         "more than 200000 values");
  refuse("a: [{repeat: {count: 10000}, each: {repeat: {count: 10000, index: j}, each: []}}]",
         "more than 200000 values");
  char *text = malloc(1 << 20);
  char *at = text + sprintf(text, "templates: {t: {parameters: {s: '");
  memset(at, 'x', 1 << 16);
  strcpy(at + (1 << 16),
         "'}, value: '${s} ${s}'}}\na: [{repeat: {count: 99}, each: {template: t}}]");
  refuse(text, "or 4 MB of text");
  at = text + sprintf(text, "templates: {t0: {value: 1}");
  for (int i = 1; i < 40; i++) at += sprintf(at, ", t%d: {value: {template: t%d}}", i, i - 1);
  strcpy(at, "}\na: {template: t39}");
  refuse(text, "more than 32 templates inside each other");
  at = text + sprintf(text, "templates: {t: {parameters: {x: 1}, value: ");
  for (int i = 0; i < 40; i++) at += sprintf(at, "[");
  at += sprintf(at, "'${x}'");
  for (int i = 0; i < 40; i++) at += sprintf(at, "]");
  strcpy(at, "}}\na: {template: t, with: {x: {template: t}}}");
  refuse(text, "nested deeper than 64 levels");
  at = text + sprintf(text, "a: [{repeat: {count: 1}, each: '${");
  for (int i = 0; i < 100000; i++) at += sprintf(at, "sin(");
  strcpy(at, "}'}]");
  refuse(text, "too many ( inside each other");
  free(text);
}

static void no_memory_is_an_error(void **state) {
  (void)state;
  const char *text =
      "templates: {t: {parameters: {n: 0, l: [1]}, value: {a: 'b${n}', l: '${l}'}}}\n"
      "l: [{repeat: {count: 40}, each: {template: t, with: {n: '${i / 7}'}}}]\n";
  size_t failures = 0;
  for (int64_t n = 1; n < 300; n++) {
    orr_diagnostics *found = orr_diagnostics_create();
    orr_config *config = NULL;
    orr_alloc_fail_at(n);
    orr_status status = orr_config_parse(text, strlen(text), "t", &config, found);
    orr_alloc_fail_at(0);
    assert_true(status == ORR_OK || status == ORR_ERR_MEMORY);
    failures += status != ORR_OK;
    orr_config_destroy(config);
    orr_diagnostics_destroy(found);
  }
  assert_true(failures > 10 && failures < 299);
}

/* --- files ----------------------------------------------------------------------------------- */

static void put(const char *path, const char *text) {
  assert_int_equal(orr_file_put(path, text, strlen(text), NULL), ORR_OK);
}

static orr_status load(const char *path, orr_config **config, orr_error *err, char **printed) {
  orr_diagnostics *found = orr_diagnostics_create();
  size_t size = 0;
  orr_status status = orr_config_load(path, config, found);
  *err = (orr_error){0};
  orr_diagnostics_status(found, err);
  FILE *stream = printed ? open_memstream(printed, &size) : NULL;
  if (stream) {
    orr_diagnostics_print(found, stream, false);
    fclose(stream);
  }
  orr_diagnostics_destroy(found);
  return status;
}

static void included_files_lie_below(void **state) {
  (void)state;
  orr_folder_make("expand/common", NULL);
  put("expand/common/room.yaml",
      "\xef\xbb\xbf"
      "include: ../base.yaml\n"
      "templates: {ball: {parameters: {n: 0}, value: {name: 'ball${n}', r: "
      "1}}, old: {value: 1}}\n"
      "w: {dt: 1, size: [1, 2], deep: {a: 1, b: 2}, gone: 5}\n"
      "bodies: [{name: floor, m: 1, s: {k: 1}}, {template: ball}]\n"
      "points: [1, 2, 3]\nrules: [{name: one, p: 1}, {name: two}]\n");
  put("expand/base.yaml", "w: {dt: 7, top: 1}\nlow: base\n");
  put("expand/more.yaml", "w: {dt: 3}\nbodies: [{name: wall}]\ntemplates: {old: {value: 2}}\n");
  put("expand/main.yaml",
      "include: [common/room.yaml, ./more.yaml]\n"
      "w: {size: [9], deep: {b: 3}, gone: null}\n"
      "bodies:\n  - {name: floor, m: 2, s: {l: 2}}\n"
      "  - {template: ball, with: {n: 5}}\n  - {name: ball0, r: {template: old}}\n"
      "points: [4]\nrules: {one: {p: 2}, two: null}\n");
  orr_config *config = NULL;
  orr_error err;
  orr_status status = load("expand/main.yaml", &config, &err, NULL);
  if (status != ORR_OK) print_error("%s:%d: %s\n", err.file, err.line, err.message);
  assert_int_equal(status, ORR_OK);
  char *yaml = orr_node_to_yaml(orr_config_root(config));
  assert_string_equal(yaml, "w:\n  size: [9]\n  deep:\n    b: 3\n    a: 1\n  dt: 3\n  top: 1\n"
                            "bodies:\n  - name: floor\n    m: 2\n    s:\n      l: 2\n      k: 1\n"
                            "  - name: ball0\n    r: 2\n  - name: wall\n  - name: ball5\n    r: 1\n"
                            "points: [4]\nrules:\n  - name: one\n    p: 2\nlow: base\n");
  const orr_node *root = orr_config_root(config);
  assert_string_equal(orr_node_find(root, "low")->place.file, "expand/base.yaml");
  assert_string_equal(orr_node_find(root, "bodies.wall")->place.file, "expand/more.yaml");
  assert_string_equal(orr_node_find(root, "bodies.ball5.r")->place.file, "expand/common/room.yaml");
  assert_int_equal(orr_node_find(root, "bodies.ball5.r")->place.line, 2);
  orr_free(yaml);
  orr_config_destroy(config);
}

static void carets_stand_in_the_right_file(void **state) {
  (void)state;
  orr_folder_make("expand", NULL);
  put("expand/lib.yaml", "# templates\ntemplates:\n  half:\n    parameters: {x: 1}\n"
                         "    value: \"${x / 0}\"\n");
  put("expand/uses.yaml", "include: lib.yaml\na:\n  b: {template: half}\n");
  orr_config *config = NULL;
  orr_error err;
  char *printed = NULL;
  assert_int_equal(load("expand/uses.yaml", &config, &err, &printed), ORR_ERR_CONFIG);
  assert_null(config);
  assert_string_equal(printed, "expand/lib.yaml:5:17: in ${x / 0}: division by zero (used at "
                               "expand/uses.yaml:3:6)\n"
                               "     5 |     value: \"${x / 0}\"\n"
                               "       |                 ^\n");
  free(printed);
}

static const struct {
  const char *file, *text;
  int line, column;
  const char *at, *word, *hint;
} broken_files[] = {
    {"a", "include: libb.yaml\n", 1, 10, "a", "libb.yaml", "did you mean \"lib.yaml\"?"},
    {"a", "x: 1\ninclude: [lib.yaml, no/such.yaml]\n", 2, 21, "a", "no/such.yaml", "no such file"},
    {"a", "include: a.yaml\n", 1, 10, "a", "a.yaml includes itself", "remove one"},
    {"b", "include: ./c.yaml\n", 1, 10, "c", "b.yaml includes itself", "remove one"},
    {"a", "include: torn.yaml\n", 1, 9, "torn", "expected ',' or ']'", ""},
    {"a", "include: list.yaml\n", 1, 1, "list", "a configuration is a map", ""},
    {"a", "include: .\n", 1, 10, "a", "folder", ""},
    {"a", "include: [3]\n", 1, 11, "a", "the name of a file", ""},
    {"a", "include: names.yaml\nl: {tow: {k: 1}}\n", 2, 5, "a", "no item of the list",
     "did you mean \"two\"?"},
    {"a", "include: deep1.yaml\n", 1, 10, "deep8", "deeper than 8 levels", ""},
};

static void broken_includes_are_refused_at_their_place(void **state) {
  (void)state;
  orr_folder_make("expand", NULL);
  put("expand/lib.yaml", "x: 1\n");
  put("expand/c.yaml", "include: b.yaml\n");
  put("expand/torn.yaml", "a: [1, 2");
  put("expand/list.yaml", "- 1\n");
  put("expand/names.yaml", "l: [{name: one}, {name: two}]\n");
  for (int i = 1; i < 10; i++) {
    char path[64], text[64];
    snprintf(path, sizeof path, "expand/deep%d.yaml", i);
    snprintf(text, sizeof text, "include: deep%d.yaml\n", i + 1);
    put(path, text);
  }
  for (size_t i = 0; i < sizeof broken_files / sizeof broken_files[0]; i++) {
    char path[64], at[64];
    orr_config *config = NULL;
    orr_error err;
    snprintf(path, sizeof path, "expand/%s.yaml", broken_files[i].file);
    snprintf(at, sizeof at, "expand/%s.yaml", broken_files[i].at);
    put(path, broken_files[i].text);
    assert_int_equal(load(path, &config, &err, NULL), ORR_ERR_CONFIG);
    assert_null(config);
    bool right = err.line == broken_files[i].line && err.column == broken_files[i].column &&
                 strcmp(err.file, at) == 0 && strstr(err.message, broken_files[i].word) &&
                 strstr(err.hint, broken_files[i].hint);
    if (!right)
      fail_msg("%s\nfound %s:%d:%d %s\nhint %s", broken_files[i].text, err.file, err.line,
               err.column, err.message, err.hint);
  }
}

static void many_included_files_are_refused(void **state) {
  (void)state;
  orr_folder_make("expand", NULL);
  put("expand/lib.yaml", "x: 1\n");
  char text[2048] = "include: [lib.yaml";
  for (int i = 0; i < 64; i++) strcat(text, ", lib.yaml");
  strcat(text, "]\n");
  put("expand/many.yaml", text);
  orr_config *config = NULL;
  orr_error err;
  assert_int_equal(load("expand/many.yaml", &config, &err, NULL), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "more than 64 included files"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trees_are_made),
      cmocka_unit_test(edits_see_what_was_made),
      cmocka_unit_test(broken_texts_are_refused_at_their_place),
      cmocka_unit_test(mistakes_are_told_together_and_once),
      cmocka_unit_test(expansion_has_limits),
      cmocka_unit_test(no_memory_is_an_error),
      cmocka_unit_test(included_files_lie_below),
      cmocka_unit_test(carets_stand_in_the_right_file),
      cmocka_unit_test(broken_includes_are_refused_at_their_place),
      cmocka_unit_test(many_included_files_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
