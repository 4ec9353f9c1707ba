/* Section `observe.pixels`: its table, and what no table can say about it. */
#include "agents/env.h"

static const orr_field pixels_fields[] = {
    {ORR_FIELD(INT, orr_pixels_def, width), .unit = "pixels", .low = ORR_LEAST_PIXELS,
     .high = ORR_MAX_PICTURE_SIDE, .preset = "64", .help = "Width of the pictures"},
    {ORR_FIELD(INT, orr_pixels_def, height), .unit = "pixels", .low = 0,
     .high = ORR_MAX_PICTURE_SIDE, .preset = "0", .help = "Their height; 0: as width"},
    {ORR_FIELD(ENUM, orr_pixels_def, from), .names = orr_viewpoint_names, .preset = "camera",
     .help = "From where solids are seen: camera (the world's, or one that shows all), or a "
             "parallel projection along an axis"},
    {ORR_FIELD(BOOL, orr_pixels_def, relief), .preset = "false",
     .help = "A 2D world as solids that stand on a table, by the light of 3D worlds"},
    {ORR_FIELD(ENUM, orr_pixels_def, theme), .names = orr_theme_names, .preset = "plain",
     .help = "How a 2D world is drawn from above: plain, or pymunk, as the published Push-T "
             "environments draw it"},
    {ORR_FIELD(BOOL, orr_pixels_def, unlit), .preset = "false",
     .help = "A flat picture of a 2D world without its lamps: every colour as it is"},
    {ORR_FIELD(BOOL, orr_pixels_def, depth), .preset = "false",
     .help = "A second picture: how far away things are along the view's axis, in world units; "
             "inf where nothing is"},
    {ORR_FIELD(BOOL, orr_pixels_def, segmentation), .preset = "false",
     .help = "A third one: what is seen, 1 + its number in world.bodies; 0 where nothing is"},
    {ORR_FIELD(INT, orr_pixels_def, samples), .low = 1, .high = 16, .preset = "1",
     .help = "Rays for a pixel through which an edge runs, of a picture that is cast: 1, 4 or 16"},
    {ORR_FIELD(INT, orr_pixels_def, shadow_rays), .low = 1, .high = 16, .preset = "1",
     .help = "Rays to each lamp that has a size: 1 (hard shadows), 4 or 16"},
    {ORR_FIELD(INT, orr_pixels_def, bounces), .low = 0, .high = 8, .preset = "1",
     .help = "How often a ray is followed before it sees the sky: a mirror takes 1, clear glass 2, "
             "in and out"},
};
const orr_record orr_pixels_record = {ORR_RECORD("pixels", orr_pixels_def, pixels_fields),
                                      .help = "Pictures that belong to an observation"};

static bool is_power(int64_t rays) { return rays == 1 || rays == 4 || rays == 16; }

size_t orr_pixels_check(const orr_scenario *scenario, const orr_pixels_def *def,
                        orr_pixels_fault out[ORR_MOST_PIXELS_FAULTS]) {
  static const char *const four = "1, 4 or 16";
  static const char *const stand = "set observe.pixels.relief: true, or leave it out";
  bool solid = scenario->world.space.dimensions == 3, flat = !solid && !def->relief;
  const struct {
    bool wrong;
    orr_pixels_fault fault;
  } rules[ORR_MOST_PIXELS_FAULTS] = {
      {def->height != 0 && def->height < ORR_LEAST_PIXELS,
       {"height", "fewer than 16 pixels are too few", "0 makes it as width"}},
      {flat && def->from != ORR_VIEWPOINT_CAMERA,
       {"from", "a flat picture of a 2D world is always seen from above", stand}},
      {solid && def->relief, {"relief", "the solids of a 3D world stand already", "leave it out"}},
      {!flat && def->theme != ORR_THEME_PLAIN,
       {"theme", "only a flat picture of a 2D world has a theme", "leave it out"}},
      {flat && def->unlit && def->theme != ORR_THEME_PLAIN,
       {"unlit", "this theme regards no lamps", "leave it out"}},
      {!flat && def->unlit,
       {"unlit", "only a flat picture of a 2D world can be unlit", "leave it out"}},
      {flat && def->depth, {"depth", "a flat picture of a 2D world has no depth", stand}},
      {flat && def->segmentation,
       {"segmentation", "a flat picture of a 2D world mixes bodies at their edges", stand}},
      {def->segmentation && scenario->world.bodies.count > UINT8_MAX,
       {"segmentation", "a pixel holds a number up to 255, this world has more bodies",
        "leave it out, or take away bodies"}},
      {!is_power(def->samples), {"samples", "so many rays cannot be spread evenly", four}},
      {!is_power(def->shadow_rays), {"shadow_rays", "so many rays cannot be spread evenly", four}},
  };
  size_t count = 0;
  for (size_t i = 0; i < ORR_MOST_PIXELS_FAULTS; i++)
    if (rules[i].wrong) out[count++] = rules[i].fault;
  return count;
}

orr_painter_def orr_pixels_painter(const orr_pixels_def *def) {
  return (orr_painter_def){.width = (int)def->width,
                           .height = (int)(def->height ? def->height : def->width),
                           .viewpoint = (orr_viewpoint)def->from,
                           .relief = def->relief,
                           .theme = (orr_theme)def->theme,
                           .unlit = def->unlit,
                           .quality = {.samples = (int)def->samples,
                                       .shadow_rays = (int)def->shadow_rays,
                                       .bounces = (int)def->bounces}};
}
