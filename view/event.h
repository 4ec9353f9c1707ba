/* What a user does, from a window or from a test. */
#ifndef ORR_VIEW_EVENT_H
#define ORR_VIEW_EVENT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum orr_event_kind {
  ORR_EVENT_QUIT,
  ORR_EVENT_KEY,     /* `key` */
  ORR_EVENT_MOVE,    /* the mouse is at x, y */
  ORR_EVENT_PRESS,   /* `button` at x, y */
  ORR_EVENT_RELEASE, /* `button` */
  ORR_EVENT_WHEEL,   /* `wheel` notches at x, y */
  ORR_EVENT_LEAVE    /* the mouse has left the window */
} orr_event_kind;

enum { ORR_BUTTON_LEFT = 1, ORR_BUTTON_MIDDLE, ORR_BUTTON_RIGHT };
/* Keys are characters in lower case, and these. */
enum { ORR_KEY_ESCAPE = 256, ORR_KEY_RIGHT, ORR_KEY_F1, ORR_KEY_HOME };

typedef struct orr_event {
  int64_t frame; /* of an event that is not a window's: when it happens */
  orr_event_kind kind;
  int key, button;
  int clicks;   /* of a press: 2 the second in short time */
  bool shift;   /* is held */
  double x, y;  /* pixels of the canvas */
  double wheel; /* > 0: away from the user */
} orr_event;

#endif
