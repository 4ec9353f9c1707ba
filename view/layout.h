/* Where things lie in the window, for any size of it: the world to the left, as large as it gets,
 * the panel to the right of it while there is room for one. */
#ifndef ORR_VIEW_LAYOUT_H
#define ORR_VIEW_LAYOUT_H

#include <stdbool.h>

typedef struct orr_layout {
  double unit;          /* pixels of the canvas for one of a screen of usual density */
  int width, height;    /* of the canvas, pixels */
  int margin;           /* around everything */
  int x, y, w, h;       /* the world's rectangle */
  bool panel;           /* there is one */
  int panel_x, value_x; /* left edges of names and of values */
  int line, small_line; /* heights of lines of text */
  int text_end;         /* below this there is no text */
} orr_layout;

orr_layout orr_layout_of(int width, int height, double unit);

#endif
