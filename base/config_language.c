/* What `orrery explain` and the JSON Schema say about include, templates and repeat. */
#include "base/config_template.h"
#include "base/field_internal.h"

#include <string.h>

static const char include_text[] =
    "include\n"
    "  Other files whose sections are laid under those of this file\n"
    "  type     name of a file, or a list of names, relative to this file; a later one lies over "
    "an\n"
    "           earlier one\n"
    "  merging  own values win; maps merge key by key, and null takes a key away; of two lists of\n"
    "           named items the included items come first, and an own item with the name of one "
    "of\n"
    "           them merges over it; any other list replaces the included one\n"
    "  allowed  8 files inside each other, 64 in all, 4 MB together; only at the top of a file\n"
    "  example  include: [common/walls.yaml]\n";

static const char templates_text[] =
    "templates\n"
    "  Trees with parameters, written once and used in many places\n"
    "  type     map from names to {parameters: {NAME: DEFAULT}, value: TREE}; a default of null "
    "makes\n"
    "           the parameter required; those of included files can be used too, and an own one\n"
    "           hides one of the same name\n"
    "  use      {template: NAME, with: {NAME: VALUE}} as any value or item of a list\n"
    "  ${...}   in a value, in `with` and in a repeat: + - * / % ( ) sqrt sin cos tan abs floor "
    "min\n"
    "           max pi, parameters, indices; alone it is a number, or whatever the parameter is; "
    "in\n"
    "           a longer text it adds to the text; a value sees only the parameters of its "
    "template\n"
    "  allowed  32 templates inside each other, 200000 values made in all\n"
    "  example  templates:\n"
    "             ball:\n"
    "               parameters: {name: null, x: 0, r: 0.1}\n"
    "               value:\n"
    "                 name: \"${name}\"\n"
    "                 start: {position: [\"${x}\", \"${2 * r}\"]}\n"
    "                 shapes: [{geometry: {circle: {radius: \"${r}\"}}}]\n"
    "           world:\n"
    "             bodies: [{template: ball, with: {name: red, x: 1}}]\n";

static const char repeat_text[] =
    "repeat\n"
    "  An item of a list, laid out several times\n"
    "  type     {repeat: {count: NUMBER, index: NAME}, each: ITEM or list of items}\n"
    "  count    whole number in [0, 10000]\n"
    "  index    name that ${...} in `each` uses, counted from 0; default i\n"
    "  example  - repeat: {count: 10}\n"
    "             each: {template: ball, with: {name: \"ball${i}\", x: \"${0.3 * i}\"}}\n";

static const struct {
  const char *word, *help, *text;
} words[] = {
    {"include", "Other files whose sections are laid under those of this file", include_text},
    {"templates", "Trees with parameters, written once and used in many places", templates_text},
    {"repeat", "An item of a list, laid out several times", repeat_text},
};
enum { WORDS = sizeof words / sizeof words[0] };

const char *orr_config_word(size_t index, const char **help) {
  if (index >= WORDS) return NULL;
  *help = words[index].help;
  return words[index].word;
}

const char *orr_config_explain(const char *word) {
  static const char *const also[][2] = {{"template", "templates"},
                                        {"parameters", "templates"},
                                        {"with", "templates"},
                                        {"each", "repeat"}};
  for (size_t i = 0; i < sizeof also / sizeof also[0]; i++)
    if (strcmp(also[i][0], word) == 0) word = also[i][1];
  for (size_t i = 0; i < WORDS; i++)
    if (strcmp(words[i].word, word) == 0) return words[i].text;
  return NULL;
}

/* --- JSON Schema ----------------------------------------------------------------------------- */

static json_t *text_or_texts(void) {
  return json_pack("{s:[{s:s},{s:s,s:{s:s}}]}", "anyOf", "type", "string", "type", "array", "items",
                   "type", "string");
}

static json_t *template_schema(void) {
  return json_pack("{s:s, s:s, s:{s:{s:s}, s:{}}, s:[s], s:b}", "type", "object", "description",
                   "A tree that uses stand for", "properties", "parameters", "type", "object",
                   "value", "required", "value", "additionalProperties", 0);
}

/* Properties of the root of a file that are gone once it is read. */
void orr_config_schema_root(json_t *properties) {
  json_t *include = text_or_texts();
  json_t *templates =
      json_pack("{s:s, s:o}", "type", "object", "additionalProperties", template_schema());
  json_object_set_new(include, "description", json_string(words[0].help));
  json_object_set_new(templates, "description", json_string(words[1].help));
  json_object_set_new(properties, "include", include);
  json_object_set_new(properties, "templates", templates);
}

/* "template_use", and "made": what may stand in a list for one item or several. */
void orr_config_schema_definitions(json_t *definitions) {
  json_t *use =
      json_pack("{s:s, s:s, s:{s:{s:s}, s:{s:s}}, s:[s], s:b}", "type", "object", "description",
                "The value of a template", "properties", "template", "type", "string", "with",
                "type", "object", "required", "template", "additionalProperties", 0);
  json_t *count = json_pack("{s:[{s:s, s:i, s:i}, {s:s}]}", "anyOf", "type", "integer", "minimum",
                            0, "maximum", ORR_CONFIG_MAX_COUNT, "type", "string");
  json_t *how =
      json_pack("{s:s, s:{s:o, s:{s:s}}, s:[s], s:b}", "type", "object", "properties", "count",
                count, "index", "type", "string", "required", "count", "additionalProperties", 0);
  json_t *repeat = json_pack("{s:s, s:s, s:{s:o, s:{}}, s:[s, s], s:b}", "type", "object",
                             "description", words[2].help, "properties", "repeat", how, "each",
                             "required", "repeat", "each", "additionalProperties", 0);
  json_object_set_new(definitions, "template_use", use);
  json_object_set_new(
      definitions, "made",
      json_pack("{s:[{s:s}, o]}", "anyOf", "$ref", "#/definitions/template_use", repeat));
}
