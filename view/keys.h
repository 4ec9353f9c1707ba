/* What keys and the mouse do: one table, for the help on screen and for `orrery view --help`. */
#ifndef ORR_VIEW_KEYS_H
#define ORR_VIEW_KEYS_H

enum {
  ORR_KEYS_ALWAYS = 1,
  ORR_KEYS_FLAT = 2, /* a 2D world */
  ORR_KEYS_SOLID = 4,
  ORR_KEYS_HUMAN = 8,
  ORR_KEYS_PLAN = 16, /* the agent plans */
  ORR_KEYS_LAMPS = 32 /* outlines, and there are some */
};

/* X(keys, what they do, when) */
#define ORR_VIEW_KEYS(X)                                                                           \
  X("Space ", "pause or go on", ORR_KEYS_ALWAYS)                                                   \
  X(".     ", "one step", ORR_KEYS_ALWAYS)                                                         \
  X("R     ", "next episode", ORR_KEYS_ALWAYS)                                                     \
  X("H     ", "hide or show this help", ORR_KEYS_ALWAYS)                                           \
  X("Q     ", "quit", ORR_KEYS_ALWAYS)                                                             \
  X("mouse ", "the hand's target, no button down", ORR_KEYS_HUMAN)                                 \
  X("G     ", "the imagined future, on or off", ORR_KEYS_PLAN)                                     \
  X("T     ", "flat, or in relief", ORR_KEYS_FLAT)                                                 \
  X("L     ", "lamps on or off", ORR_KEYS_LAMPS)                                                   \
  X("drag  ", "turn: about the middle", ORR_KEYS_SOLID)                                            \
  X("right ", "drag: move (also middle, Shift)", ORR_KEYS_SOLID)                                   \
  X("wheel ", "nearer to the cursor", ORR_KEYS_SOLID)                                              \
  X("F     ", "follow what is there (double click)", ORR_KEYS_SOLID)                               \
  X("C     ", "see with its eyes; again: leave it", ORR_KEYS_SOLID)                                \
  X("V     ", "back to the first view (also Home)", ORR_KEYS_SOLID)                                \
  X("1-4   ", "camera, top, front, side", ORR_KEYS_SOLID)                                          \
  X("O     ", "perspective or parallel", ORR_KEYS_SOLID)                                           \
  X("D     ", "colours, depth or labels", ORR_KEYS_SOLID)                                          \
  X("+ - 0 ", "finer, coarser, as time allows", ORR_KEYS_SOLID)

#define ORR_KEYS_LINE(keys, what, when) "  " keys "  " what "\n"

#endif
