/* A rule in words, for the page. */
#include "eval/report_private.h"

#include "base/maths.h"

static void put_names(FILE *to, const json_t *names) {
  size_t i;
  json_t *name;
  json_array_foreach(names, i, name) {
    fputs(i ? " and " : "", to);
    orr_html_text(to, json_string_value(name));
  }
}

static const char *degrees(const json_t *rule, const char *key, orr_cell *out) {
  *out = orr_cell_number(json_object_get(rule, key), 1, 180.0 / ORR_PI);
  return out->text;
}

static void put_angles(FILE *to, const json_t *rule, const char *join) {
  orr_cell cell;
  const json_t *angles = json_object_get(rule, "angle_bodies"),
               *turn = json_object_get(rule, "turn");
  fprintf(to, "%sthe angle of ", join);
  put_names(to, angles);
  fprintf(to, " is within %s&deg;", degrees(rule, "angle", &cell));
  if (turn)
    fprintf(to, " and the rotation to the goal's turn %s&deg;", degrees(rule, "turn", &cell));
}

/* The tolerance of joints in rad or length: what stands first of joint, and angle and position. */
static void put_joints(FILE *to, const json_t *rule, const char *join, const char *unit) {
  orr_cell cell;
  const json_t *own = json_object_get(rule, "joint");
  fprintf(to, "%severy difference of ", join);
  put_names(to, json_object_get(rule, "joints"));
  if (own)
    fprintf(to, " is within %.6g rad or %s", json_number_value(own), unit);
  else
    fprintf(to, " is within %s&deg; or %.6g %s", degrees(rule, "angle", &cell),
            json_number_value(json_object_get(rule, "position")), unit);
}

void orr_html_rule(FILE *to, const json_t *report, const json_t *table) {
  const json_t *rule = json_object_get(table, "rule");
  const char *unit = orr_json_text(json_object_get(report, "scenario"), "unit"), *join = "";
  const json_t *positions = json_object_get(rule, "position_bodies");
  fputs("<p>A goal counts as reached when ", to);
  if (json_array_size(positions)) {
    fputs(json_array_size(positions) > 1 ? "the positions of " : "the position of ", to);
    put_names(to, positions);
    fprintf(to, "%s within %.6g %s", json_array_size(positions) > 1 ? " together are" : " is",
            json_number_value(json_object_get(rule, "position")), unit);
    join = " and ";
  }
  if (json_array_size(json_object_get(rule, "angle_bodies"))) {
    put_angles(to, rule, join);
    join = " and ";
  }
  if (json_array_size(json_object_get(rule, "joints"))) put_joints(to, rule, join, unit);
  long long hold = json_integer_value(json_object_get(rule, "hold"));
  if (hold > 1) fprintf(to, ", for %lld control steps in a row", hold);
  fprintf(to,
          ". The goal lies %lld control steps ahead in a demonstration that no training saw; the "
          "budget is %lld control steps.</p>\n",
          (long long)json_integer_value(orr_json_at(table, "manifest.goal_offset")),
          (long long)json_integer_value(orr_json_at(table, "manifest.budget")));
}
