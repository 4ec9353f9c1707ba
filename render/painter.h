/* The painter: a scene -> pixels, 2D or 3D, by one call.
 *
 * The room `render` owns the way from a scene to pixels, on the CPU, without a display. A 2D scene
 * is drawn from above by a raster with exact coverage (raster.h), under its lamps when it has any
 * (flatlight.h), or as others draw it (raster_theme.h); in relief (relief.h), or in 3D, rays are
 * cast (caster.h; mesh_tree.h finds triangles) from an eye (eye.h), by the light of light.h; the
 * slow reference (reference.h) integrates the same light with many samples and certifies the
 * caster. Everything that shows a world goes through here: pixel observations, pictures, clips
 * (clip.h), side by side and with words (panels.h, text.h), the window. Same scene and def, same
 * bytes, for any number of threads and any instruction set. */
#ifndef ORR_RENDER_PAINTER_H
#define ORR_RENDER_PAINTER_H

#include "base/control.h"
#include "base/image.h"
#include "base/pool.h"
#include "render/eye.h"

/* How carefully rays are cast. All are powers of 4 or 0. */
typedef struct orr_quality {
  int samples;     /* per pixel where an edge runs through it: 1, 4 or 16 */
  int shadow_rays; /* to each lamp that has a size: 1, 4 or 16 */
  int bounces;     /* between mirrors and through glass: 0 ... 8 */
  int reference;   /* samples a pixel of the slow reference; 0: the fast caster */
  bool global;     /* reference only: light that surfaces throw at each other */
} orr_quality;
extern const orr_quality orr_quality_observation; /* 1 sample, 1 shadow ray, 1 bounce */
extern const orr_quality orr_quality_picture;     /* 16, 16, 4 */

/* How a 2D world is drawn from above. */
typedef enum orr_theme {
  ORR_THEME_PLAIN, /* flat colours with exact edges, under the lamps when there are any */
  ORR_THEME_PYMUNK /* as the published Push-T environments draw: see raster_theme.h */
} orr_theme;
extern const char *const orr_theme_names[]; /* NULL-terminated, by orr_theme */

typedef struct orr_painter_def {
  int width, height;
  orr_viewpoint viewpoint; /* 3D and relief */
  bool relief;             /* a 2D world as solids that stand on a table */
  orr_theme theme;         /* of a 2D world that is not in relief */
  bool unlit;              /* a 2D world without its lamps */
  orr_quality quality;
} orr_painter_def;

typedef struct orr_painter orr_painter;

orr_status orr_painter_create(const orr_painter_def *def, orr_painter **out, orr_error *err);
void orr_painter_destroy(orr_painter *painter);
/* From where solids are seen from now on, instead of the viewpoint; NULL: from there again. */
void orr_painter_look(orr_painter *painter, const orr_eye *eye);
/* Who may stop the slow reference on the way, and is told how far it is; NULL: nobody. Its pool is
 * not used. Borrowed. */
void orr_painter_watch(orr_painter *painter, const orr_control *control);
/* Fills the rectangle at x, y of the painter's size. `pool` may be NULL and changes nothing but the
 * time. Memory is needed when a scene has more shapes than any before. */
orr_status orr_painter_paint(orr_painter *painter, const orr_scene *scene, orr_pool *pool,
                             orr_image *image, int x, int y, orr_error *err);
/* Of the last picture, when it was cast; by rows from the top, width x height. Depth: along the
 * eye's forward axis, world units, INFINITY where nothing is. Labels: orr_scene_shape.label of the
 * nearest solid, at most 255, 0 where nothing is. Goals are looked through. NULL for a picture that
 * was not cast; borrowed. */
const float *orr_painter_depth(const orr_painter *painter);
const uint8_t *orr_painter_labels(const orr_painter *painter);

#endif
