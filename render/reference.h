/* The slow reference: the light of light.h, integrated with many samples by the shortest code.
 *
 * It exists to certify the fast caster (caster.h) and shares no arithmetic with it: double
 * precision, one ray at a time, solids as intervals on a line (half spaces, quadrics in their own
 * frame), triangles by a tree of its own. Each sample of a pixel takes one point of the pixel's
 * area and one of each lamp's; both are stratified: the samples of a pixel fall one each into the
 * cells of a square grid, in an order that differs from area to area (Cook, Stochastic Sampling in
 * Computer Graphics, TOG 1986). Mirrors and glass split a ray; what is left of a branch below
 * a threshold is followed at random, so that its mean stays (Arvo and Kirk, Particle Transport and
 * Image Synthesis, SIGGRAPH 1990). Random numbers are those of (pixel, sample): the same seed gives
 * the same bytes for any number of threads.
 *
 * `global`: for pictures to be shown. Besides, every surface is lit by what it sees instead of by
 * A(n): a ray in a random direction (by the cosine) is followed like that of a mirror, with lamps
 * at each of its ends (Kajiya, The Rendering Equation, SIGGRAPH 1986). Where it meets nothing, and
 * when it has been followed `bounces` times, it sees the sky at the strength `ambient`: so a
 * surface that sees all of the sky is as bright as without `global`, and corners are darker. */
#ifndef ORR_RENDER_REFERENCE_H
#define ORR_RENDER_REFERENCE_H

#include "base/control.h"
#include "base/image.h"
#include "base/pool.h"
#include "render/eye.h"

typedef struct orr_reference_def {
  int width, height; /* pixels */
  int samples;       /* a pixel; rounded up to a power of 4 */
  int bounces;
  bool global;
  bool centres; /* all rays go through the middle of a pixel: only lamps are sampled */
  uint64_t seed;
} orr_reference_def;

orr_reference_def orr_reference_default(void); /* 96 x 96, 64 samples, 4 bounces, seed 1 */

/* Fills the rectangle at x, y. Solids whose numbers are not finite are left out. The control's pool
 * changes nothing but the time; its progress counts rows. */
orr_status orr_reference_paint(const orr_reference_def *def, const orr_eye *eye,
                               const orr_scene *scene, const orr_control *control, orr_image *image,
                               int x, int y, orr_error *err);
/* What lies behind the middle of each pixel, as orr_painter_depth and orr_painter_labels say it;
 * goals are seen through. By rows from the top, width x height; either may be NULL. */
orr_status orr_reference_survey(const orr_reference_def *def, const orr_eye *eye,
                                const orr_scene *scene, float *depths, uint8_t *labels,
                                orr_error *err);

#endif
