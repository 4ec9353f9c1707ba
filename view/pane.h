/* The pane: the world's rectangle of the window, as fine as there is time for.
 *
 * While something moves, solids are painted at a part of the pane's resolution (pace.h) and
 * enlarged. As soon as the eye and the scene stand still, the picture is painted again in strips,
 * a few each time, first at full resolution and then with more and more rays, so that input is
 * never kept waiting. Nothing here changes what is shown, only how finely. */
#ifndef ORR_VIEW_PANE_H
#define ORR_VIEW_PANE_H

#include "render/painter.h"
#include "view/pace.h"

typedef enum orr_overlay {
  ORR_OVERLAY_COLOURS,
  ORR_OVERLAY_DEPTH, /* these two of solids alone */
  ORR_OVERLAY_LABELS
} orr_overlay;
extern const char *const orr_overlay_names[]; /* NULL-terminated, by orr_overlay */

/* How carefully rays are cast: in motion fast and in rest as at best, or always as said. */
typedef enum orr_care { ORR_CARE_AUTO, ORR_CARE_FAST, ORR_CARE_GOOD, ORR_CARE_BEST } orr_care;
extern const char *const orr_care_names[]; /* NULL-terminated, by orr_care */

typedef struct orr_pane_how {
  orr_overlay overlay;
  orr_care care;
  int divisor;  /* 1 ... ORR_PACE_COARSEST; 0: as time allows */
  bool unlit;   /* outlines without their lamps */
  bool at_once; /* the finest picture, whatever the time: no clock is asked */
} orr_pane_how;

typedef struct orr_pane orr_pane;

orr_status orr_pane_create(orr_pane **out, orr_error *err);
void orr_pane_destroy(orr_pane *pane);
/* Forgets the picture when the size is another. */
orr_status orr_pane_resize(orr_pane *pane, int width, int height, orr_error *err);
/* `eye`: for a picture of the pane's size; outlines are seen from above. The picture is the pane's,
 * and may be drawn on: it is whole again with each call. */
orr_status orr_pane_paint(orr_pane *pane, const orr_pane_how *how, const orr_scene *scene,
                          const orr_eye *eye, orr_pool *pool, orr_error *err);
orr_image *orr_pane_image(orr_pane *pane);
/* "rendering 340×340 of 680×680"; empty when every picture is exact at once. */
void orr_pane_describe(const orr_pane *pane, char *out, size_t size);
int orr_pane_divisor(const orr_pane *pane); /* of the last picture */
bool orr_pane_done(const orr_pane *pane);   /* it will not become finer */
bool orr_pane_still(const orr_pane *pane);  /* it shows what the one before did */
/* What solid is seen at a pixel: its label (0: nothing) and depth (INFINITY: nothing). */
orr_status orr_pane_probe(orr_pane *pane, const orr_scene *scene, const orr_eye *eye,
                          const double pixel[2], int *label, double *depth, orr_error *err);

#endif
