/* The window: shows a picture, hands out what the user did. The only file that talks to SDL's
 * video. */
#ifndef ORR_VIEW_WINDOW_H
#define ORR_VIEW_WINDOW_H

#include "base/image.h"

typedef struct orr_window orr_window;

typedef struct orr_input {
  bool quit, pause, step, reset, help; /* pressed since the last call */
  double mouse[2];                     /* picture pixels */
  bool mouse_inside;                   /* the window has the mouse */
} orr_input;

/* Fails with a hint when there is no display. */
orr_status orr_window_open(const char *title, int width, int height, orr_window **out,
                           orr_error *err);
void orr_window_close(orr_window *window);
/* Uploads and shows the picture; waits for the next frame (60 a second at most). */
void orr_window_show(orr_window *window, const orr_image *image);
void orr_window_poll(orr_window *window, orr_input *out);
double orr_window_seconds(void); /* a clock for pacing, never for results */

#endif
