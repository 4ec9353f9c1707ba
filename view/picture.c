#include "view/picture.h"
#include "base/maths.h"
#include "render/painter.h"
#include "view/player.h"

#define LONGEST 512 /* pixels of the longer side, when no size is given */

/* The agent's first steps of the episode. */
static orr_status play(const orr_picture_def *def, orr_player *player, const orr_control *control,
                       orr_error *err) {
  ORR_TRY(orr_player_reset(player, def->episode, err));
  const orr_scene *scene = orr_world_scene(orr_env_world(orr_player_env(player)));
  const double middle[2] = {0.5 * scene->size[0], 0.5 * scene->size[1]};
  for (int64_t step = 0; step < def->steps && !orr_cancelled(control); step++) {
    if (orr_player_success(player) || orr_player_end(player) != ORR_RUNNING) break;
    ORR_TRY(orr_player_step(player, middle, err));
  }
  return orr_cancelled(control) ? ORR_ERR_CANCELLED : ORR_OK;
}

static void choose_size(const orr_picture_def *def, const orr_scene *scene, int *width,
                        int *height) {
  double wide = scene->size[0], tall = scene->size[1];
  if (scene->dimensions == 3) wide = 4.0, tall = 3.0;
  double scale = LONGEST / orr_max(wide, tall);
  *width = def->width ? def->width : (int)orr_max(64.0, floor(wide * scale + 0.5));
  *height = def->height ? def->height : (int)orr_max(64.0, floor(tall * scale + 0.5));
}

static orr_status draw(const orr_picture_def *def, const orr_scene *scene, orr_pool *pool,
                       orr_image *image, orr_error *err) {
  orr_painter *painter;
  const orr_painter_def how = {.width = image->width,
                               .height = image->height,
                               .viewpoint = def->viewpoint,
                               .quality = orr_quality_picture};
  ORR_TRY(orr_painter_create(&how, &painter, err));
  orr_status status = orr_painter_paint(painter, scene, pool, image, 0, 0, err);
  orr_painter_destroy(painter);
  return status;
}

static orr_status write_scene(const orr_picture_def *def, const orr_scene *scene, orr_pool *pool,
                              orr_error *err) {
  int width, height;
  orr_image image;
  choose_size(def, scene, &width, &height);
  ORR_TRY(orr_image_create(width, height, &image, err));
  orr_status status = draw(def, scene, pool, &image, err);
  if (status == ORR_OK) status = orr_image_write_png(&image, def->path, err);
  orr_image_destroy(&image);
  return status;
}

orr_status orr_picture_write(const orr_picture_def *def, const orr_control *control, int64_t *steps,
                             orr_error *err) {
  orr_pool *pool = control ? control->pool : NULL;
  orr_player *player;
  ORR_TRY(orr_player_create(&def->play, pool, &player, err));
  orr_status status = play(def, player, control, err);
  orr_world *world = orr_env_world(orr_player_env(player));
  *steps = orr_world_steps(world);
  if (status == ORR_OK) status = write_scene(def, orr_world_scene(world), pool, err);
  orr_player_destroy(player);
  return status;
}
