#include "view/layout.h"

/* Pixels of a screen of usual density. */
#define MARGIN     20
#define GAP        24  /* between world and panel */
#define PANEL      256 /* width of the panel's text */
#define VALUE      92  /* of a value, from the panel's left edge */
#define LINE       26
#define SMALL_LINE 17
#define LEAST      280 /* of the world's width: before there is less, the panel goes */
#define CRAMPED    320 /* a window of so little has no margin */

static int scaled(double unit, int pixels) { return (int)(unit * pixels + 0.5); }

static int at_least_one(int pixels) { return pixels < 1 ? 1 : pixels; }

orr_layout orr_layout_of(int width, int height, double unit) {
  orr_layout out = {.unit = unit, .width = width, .height = height};
  bool cramped = width < scaled(unit, CRAMPED) || height < scaled(unit, CRAMPED);
  int panel = scaled(unit, GAP + PANEL);
  out.margin = cramped ? 0 : scaled(unit, MARGIN);
  out.panel = !cramped && width - 2 * out.margin - panel >= scaled(unit, LEAST);
  out.x = out.y = out.margin;
  out.w = at_least_one(width - 2 * out.margin - (out.panel ? panel : 0));
  out.h = at_least_one(height - 2 * out.margin);
  out.panel_x = out.x + out.w + scaled(unit, GAP);
  out.value_x = out.panel_x + scaled(unit, VALUE);
  out.line = scaled(unit, LINE);
  out.small_line = scaled(unit, SMALL_LINE);
  out.text_end = height - out.margin;
  return out;
}
