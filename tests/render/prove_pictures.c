/* The fast caster against the slow reference, over random scenes:
 *   prove_pictures [OPTION...]
 *     --scenes N     50          --first N     the first scene's number, 0
 *     --samples N    256         of the reference, a pixel; a power of 4
 *     --side N       96          pixels
 *     --limit DB     35          the least median of the PSNR at picture quality
 *     --out FOLDER               writes the scene that agrees least as PNG: reference, caster, and
 *                                eight times their difference; with --all every scene;
 *                                with --seen observations instead of pictures
 *     --self                     two seeds of the reference instead of the caster
 * Prints a line a scene: PSNR of pictures (16 samples, 16 shadow rays, 4 bounces) against the
 * reference; of observations (1, 1, 1) against the reference through the same pixel centres; the
 * pixels whose depth or label differs. Exit code 3 when the median misses the limit, or more than
 * one pixel in a thousand differs (rays along an edge may). */
#include "base/maths.h"
#include "base/pool.h"
#include "render/painter.h"
#include "render/reference.h"
#include "tests/render/random_scene.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
  long scenes, first, samples, side;
  double limit;
  const char *folder;
  int self, all, seen;
} options;

typedef struct studio {
  options options;
  orr_pool *pool;
  orr_image reference, fast, panel;
  float *depths;
  uint8_t *labels;
} studio;

typedef struct figures {
  double picture, observation;
  int apart; /* pixels whose depth or label differs */
} figures;

static void fail(const orr_error *err) {
  fprintf(stderr, "prove_pictures: %s\n", err->message);
  exit(1);
}

static void paint_reference(studio *s, const orr_scene *scene, const orr_quality *quality,
                            uint64_t seed, orr_image *image) {
  int side = (int)s->options.side;
  orr_reference_def def = {.width = side,
                           .height = side,
                           .samples = (int)s->options.samples,
                           .bounces = quality->bounces,
                           .centres = quality->samples == 1,
                           .seed = seed};
  orr_eye eye = orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, side, side);
  orr_control control = {.pool = s->pool};
  orr_error err;
  if (orr_reference_paint(&def, &eye, scene, &control, image, 0, 0, &err) != ORR_OK) fail(&err);
}

/* How many pixels show another solid than the reference finds, or one at another depth. */
static int count_apart(studio *s, const orr_scene *scene, const orr_painter *painter) {
  int side = (int)s->options.side, count = 0;
  orr_reference_def def = {.width = side, .height = side};
  orr_eye eye = orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, side, side);
  const float *depths = orr_painter_depth(painter);
  const uint8_t *labels = orr_painter_labels(painter);
  orr_error err;
  if (!depths || !labels) return side * side;
  if (orr_reference_survey(&def, &eye, scene, s->depths, s->labels, &err) != ORR_OK) fail(&err);
  for (int i = 0; i < side * side; i++) {
    bool both = isfinite(depths[i]) && isfinite(s->depths[i]);
    bool same = both ? fabsf(depths[i] - s->depths[i]) < 1e-3f * s->depths[i]
                     : isfinite(depths[i]) == isfinite(s->depths[i]);
    count += !same || labels[i] != s->labels[i];
  }
  return count;
}

static void paint_fast(studio *s, const orr_scene *scene, const orr_quality *quality, int *apart) {
  int side = (int)s->options.side;
  orr_painter_def def = {.width = side, .height = side, .quality = *quality};
  orr_painter *painter;
  orr_error err;
  if (orr_painter_create(&def, &painter, &err) != ORR_OK) fail(&err);
  if (orr_painter_paint(painter, scene, s->pool, &s->fast, 0, 0, &err) != ORR_OK) fail(&err);
  *apart = count_apart(s, scene, painter);
  orr_painter_destroy(painter);
}

static double compare(studio *s, const orr_scene *scene, const orr_quality *quality, int *apart) {
  paint_reference(s, scene, quality, 1, &s->reference);
  if (s->options.self)
    paint_reference(s, scene, quality, 2, &s->fast);
  else
    paint_fast(s, scene, quality, apart);
  return psnr(&s->reference, &s->fast);
}

static figures try_scene(studio *s, long number) {
  random_scene random;
  figures f = {0};
  random_scene_make((uint64_t)number, &random);
  for (int i = 0; i < 2; i++) { /* what shall be written comes last */
    bool picture = (i == 0) == (s->options.seen != 0);
    const orr_quality *quality = picture ? &orr_quality_picture : &orr_quality_observation;
    *(picture ? &f.picture : &f.observation) = compare(s, &random.scene, quality, &f.apart);
  }
  return f;
}

/* Side by side, of the pictures compared last. */
static void write_panel(studio *s, long number) {
  int side = (int)s->options.side;
  for (int i = 0; i < side * side; i++) {
    uint8_t *row = s->panel.pixels + 3 * (size_t)(i / side * 3 * side);
    for (int k = 0; k < 3; k++) {
      int a = s->reference.pixels[3 * i + k], b = s->fast.pixels[3 * i + k], x = i % side;
      row[3 * x + k] = (uint8_t)a;
      row[3 * (x + side) + k] = (uint8_t)b;
      row[3 * (x + 2 * side) + k] = (uint8_t)orr_min(8.0 * abs(a - b), 255.0);
    }
  }
  char path[4096];
  orr_error err;
  snprintf(path, sizeof path, "%s/scene-%03ld.png", s->options.folder, number);
  if (orr_image_write_png(&s->panel, path, &err) != ORR_OK) fail(&err);
  printf("written: %s\n", path);
}

static bool run(studio *s) {
  const options *o = &s->options;
  size_t count = (size_t)o->scenes;
  double *pictures = calloc(count, sizeof *pictures), *observations = calloc(count, sizeof(double));
  if (!pictures || !observations) return false;
  long worst = 0, apart = 0;
  for (long i = 0; i < o->scenes; i++) {
    figures f = try_scene(s, o->first + i);
    pictures[i] = f.picture;
    observations[i] = f.observation;
    apart += f.apart;
    printf(
        "scene %3ld: picture %5.1f dB, observation %5.1f dB, other solid or depth at %d pixels\n",
        o->first + i, f.picture, f.observation, f.apart);
    fflush(stdout);
    if (o->folder && o->all) write_panel(s, o->first + i);
    if (pictures[i] < pictures[worst]) worst = i;
  }
  if (o->folder) {
    try_scene(s, o->first + worst);
    write_panel(s, o->first + worst);
  }
  printf("worst: scene %ld, %.1f dB\n", o->first + worst, pictures[worst]);
  double median = orr_median(pictures, count), seen = orr_median(observations, count);
  printf("median of %ld scenes at %ld x %ld, %ld samples: pictures %.1f dB, observations %.1f dB\n",
         o->scenes, o->side, o->side, o->samples, median, seen);
  free(pictures);
  free(observations);
  bool alike = median >= o->limit, placed = 1000 * apart <= o->scenes * o->side * o->side;
  if (!alike) printf("MISSED: the median of pictures must be %.1f dB\n", o->limit);
  if (!placed) printf("MISSED: another solid or depth at %ld pixels\n", apart);
  return alike && placed;
}

static bool parse(int argc, char **argv, options *o) {
  static const struct option known[] = {
      {"scenes", required_argument, NULL, 'n'},  {"first", required_argument, NULL, 'f'},
      {"samples", required_argument, NULL, 's'}, {"side", required_argument, NULL, 'w'},
      {"limit", required_argument, NULL, 'l'},   {"out", required_argument, NULL, 'o'},
      {"self", no_argument, NULL, 'S'},          {"all", no_argument, NULL, 'a'},
      {"seen", no_argument, NULL, 'e'},          {0}};
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    switch (c) {
    case 'n': o->scenes = strtol(optarg, NULL, 10); break;
    case 'f': o->first = strtol(optarg, NULL, 10); break;
    case 's': o->samples = strtol(optarg, NULL, 10); break;
    case 'w': o->side = strtol(optarg, NULL, 10); break;
    case 'l': o->limit = strtod(optarg, NULL); break;
    case 'o': o->folder = optarg; break;
    case 'S': o->self = 1; break;
    case 'a': o->all = 1; break;
    case 'e': o->seen = 1; break;
    default: return false;
    }
  }
  return optind == argc && o->scenes > 0 && o->first >= 0 && o->samples > 0 &&
         o->samples <= 1 << 20 && o->side > 0 && o->side <= 4096;
}

int main(int argc, char **argv) {
  studio s = {.options = {.scenes = 50, .samples = 256, .side = 96, .limit = 35.0}};
  if (!parse(argc, argv, &s.options)) {
    fprintf(stderr, "prove_pictures: see the head of tests/render/prove_pictures.c\n");
    return 2;
  }
  int side = (int)s.options.side;
  size_t pixels = (size_t)side * (size_t)side;
  orr_error err;
  if (orr_pool_create(0, &s.pool, &err) != ORR_OK ||
      orr_image_create(side, side, &s.reference, &err) != ORR_OK ||
      orr_image_create(side, side, &s.fast, &err) != ORR_OK ||
      orr_image_create(3 * side, side, &s.panel, &err) != ORR_OK)
    fail(&err);
  s.depths = calloc(pixels, sizeof *s.depths);
  s.labels = calloc(pixels, 1);
  bool good = s.depths && s.labels && run(&s);
  free(s.depths);
  free(s.labels);
  orr_image_destroy(&s.reference);
  orr_image_destroy(&s.fast);
  orr_image_destroy(&s.panel);
  orr_pool_destroy(s.pool);
  return good ? 0 : 3;
}
