/* What a user relies on: a clip shows the pictures that were put into it, each for its time, and is
 * there whole or not at all. Files are read back by the libraries' own readers. */
#include "base/file.h"
#include "base/memory.h"
#include "render/clip.h"
#include "render/raster.h"
#include <gif_lib.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <webp/demux.h>
#include <cmocka.h>

#define WIDTH  96
#define HEIGHT 61
#define BYTES  (3 * WIDTH * HEIGHT)
#define MOST   40

typedef enum scenery { FLAT, SHADED } scenery;

/* A disc that moves over plain ground, or over a ramp of many colours. */
static void paint(orr_image *image, scenery what, int picture) {
  const orr_colour blue = {65, 105, 225, 1.0};
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    uint8_t *pixel = image->pixels + 3 * i;
    int x = i % WIDTH, y = i / WIDTH;
    pixel[0] = what == FLAT ? 250 : (uint8_t)(40 + 2 * x);
    pixel[1] = what == FLAT ? 250 : (uint8_t)(40 + 3 * y);
    pixel[2] = what == FLAT ? 244 : (uint8_t)(200 - x - y);
  }
  const double centre[2] = {14.3 + 2.1 * picture, 30.0};
  orr_raster_disc(image, centre, 9.0, blue);
}

static orr_image new_image(void) {
  orr_image image;
  assert_int_equal(orr_image_create(WIDTH, HEIGHT, &image, NULL), ORR_OK);
  return image;
}

static orr_status write_clip(const char *path, scenery what, int count, double rate, bool lossless,
                             orr_error *err) {
  const orr_clip_options options = {.lossless = lossless, .quality = orr_clip_default.quality};
  orr_clip *clip;
  static uint8_t pixels[BYTES];
  orr_image image = {WIDTH, HEIGHT, pixels};
  orr_status status = orr_clip_create(path, WIDTH, HEIGHT, rate, &options, &clip, err);
  bool made = status == ORR_OK;
  for (int i = 0; i < count && status == ORR_OK; i++) {
    paint(&image, what, i);
    status = orr_clip_add(clip, &image, err);
  }
  if (status == ORR_OK)
    status = orr_clip_finish(clip, err);
  else if (made)
    orr_clip_abort(clip);
  return status;
}

/* ---- reading back ---- */

typedef struct read_clip {
  int count;
  int ends[MOST]; /* ms or 1/100 s */
  uint8_t pixels[MOST][BYTES];
} read_clip;
static read_clip seen;

static void read_webp(const char *path) {
  char *bytes;
  size_t size;
  assert_int_equal(orr_file_get(path, 1 << 24, &bytes, &size, NULL), ORR_OK);
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&(WebPData){(const uint8_t *)bytes, size}, NULL);
  assert_non_null(decoder);
  seen.count = 0;
  while (WebPAnimDecoderHasMoreFrames(decoder)) {
    uint8_t *rgba;
    assert_true(seen.count < MOST);
    assert_true(WebPAnimDecoderGetNext(decoder, &rgba, &seen.ends[seen.count]));
    for (int i = 0; i < WIDTH * HEIGHT; i++)
      memcpy(&seen.pixels[seen.count][3 * i], rgba + 4 * i, 3);
    seen.count++;
  }
  WebPAnimDecoderDelete(decoder);
  orr_free(bytes);
}

/* As a player draws: over what is there, but for what is transparent. */
static void draw_gif_picture(const SavedImage *saved, const GraphicsControlBlock *control,
                             uint8_t *canvas) {
  const GifImageDesc *at = &saved->ImageDesc;
  for (int y = 0; y < at->Height; y++)
    for (int x = 0; x < at->Width; x++) {
      int index = saved->RasterBits[y * at->Width + x];
      if (index == control->TransparentColor) continue;
      assert_true(index < at->ColorMap->ColorCount);
      const GifColorType *colour = &at->ColorMap->Colors[index];
      memcpy(canvas + 3 * ((y + at->Top) * WIDTH + x + at->Left),
             (uint8_t[3]){colour->Red, colour->Green, colour->Blue}, 3);
    }
}

static void read_gif(const char *path) {
  int error, time = 0;
  static uint8_t canvas[BYTES];
  GifFileType *gif = DGifOpenFileName(path, &error);
  assert_non_null(gif);
  assert_int_equal(DGifSlurp(gif), GIF_OK);
  assert_true(gif->SWidth == WIDTH && gif->SHeight == HEIGHT && gif->ImageCount <= MOST);
  seen.count = gif->ImageCount;
  for (int i = 0; i < gif->ImageCount; i++) {
    GraphicsControlBlock control;
    assert_int_equal(DGifSavedExtensionToGCB(gif, i, &control), GIF_OK);
    assert_int_equal(control.DisposalMode, DISPOSE_DO_NOT);
    draw_gif_picture(&gif->SavedImages[i], &control, canvas);
    memcpy(seen.pixels[i], canvas, BYTES);
    seen.ends[i] = time += control.DelayTime;
  }
  DGifCloseFile(gif, &error);
}

static bool has_program(const char *name) {
  char line[64];
  snprintf(line, sizeof line, "command -v %s >/dev/null", name);
  return system(line) == 0;
}

/* ffmpeg's own decoder; H.264 has even sides. */
static void read_mp4(const char *path) {
  char line[256];
  static uint8_t row[3 * WIDTH];
  snprintf(line, sizeof line,
           "ffmpeg -v error -i '%s' -f rawvideo -pix_fmt rgb24 -sws_flags accurate_rnd -", path);
  FILE *pipe = popen(line, "r");
  assert_non_null(pipe);
  for (seen.count = 0;; seen.count++) {
    if (fread(row, 1, sizeof row, pipe) == 0) break;
    assert_true(seen.count < MOST);
    memcpy(seen.pixels[seen.count], row, sizeof row);
    size_t rest = BYTES - sizeof row;
    assert_int_equal(fread(seen.pixels[seen.count] + sizeof row, 1, rest, pipe), rest);
    assert_int_equal(fread(row, 1, sizeof row, pipe), sizeof row); /* the row that made it even */
  }
  assert_int_equal(pclose(pipe), 0);
}

/* Peak signal-to-noise ratio, dB; the worst picture. */
static double worst_likeness(scenery what) {
  orr_image image = new_image();
  double worst = 200.0;
  for (int p = 0; p < seen.count; p++) {
    double squares = 0.0;
    paint(&image, what, p);
    for (int i = 0; i < BYTES; i++) squares += pow((double)image.pixels[i] - seen.pixels[p][i], 2);
    if (squares > 0.0) worst = fmin(worst, 10 * log10(255.0 * 255.0 * BYTES / squares));
  }
  orr_image_destroy(&image);
  return worst;
}

/* ---- tests ---- */

static void test_webp(void **state) {
  (void)state;
  for (int what = FLAT; what <= SHADED; what++)
    for (int lossless = 0; lossless < 2; lossless++) {
      assert_int_equal(write_clip("a.webp", (scenery)what, 31, 30.0, lossless, NULL), ORR_OK);
      read_webp("a.webp");
      assert_int_equal(seen.count, 31);
      for (int i = 0; i < 31; i++)
        assert_int_equal(seen.ends[i], (int)floor((i + 1) * 1000.0 / 30.0 + 0.5));
      double likeness = worst_likeness((scenery)what);
      assert_true(likeness > (lossless || what == FLAT ? 199.0 : 32.0));
    }
  orr_file_remove("a.webp", NULL);
}

static void test_gif(void **state) {
  (void)state;
  for (int what = FLAT; what <= SHADED; what++) {
    assert_int_equal(write_clip("a.gif", (scenery)what, 31, 30.0, false, NULL), ORR_OK);
    read_gif("a.gif");
    assert_int_equal(seen.count, 31);
    for (int i = 0; i < 31; i++)
      assert_int_equal(seen.ends[i], (int)floor((i + 1) * 100.0 / 30.0 + 0.5));
    assert_true(worst_likeness((scenery)what) > (what == FLAT ? 199.0 : 33.0));
    assert_true(orr_file_size("a.gif") < (what == FLAT ? 12000 : 25000));
  }
  orr_file_remove("a.gif", NULL);
}

static void test_mp4(void **state) {
  (void)state;
  if (!has_program("ffmpeg")) skip();
  for (int what = FLAT; what <= SHADED; what++) {
    assert_int_equal(write_clip("a.mp4", (scenery)what, 31, 12.5, false, NULL), ORR_OK);
    read_mp4("a.mp4");
    assert_int_equal(seen.count, 31);
    assert_true(worst_likeness((scenery)what) > 30.0);
  }
  assert_int_equal(
      system("test \"$(ffprobe -v error -select_streams v -show_entries "
             "stream=codec_name,pix_fmt,width,height,r_frame_rate,duration -of csv=p=0 "
             "a.mp4)\" = h264,96,62,yuv420p,25/2,2.480000"),
      0);
  char *bytes;
  size_t size;
  assert_int_equal(orr_file_get("a.mp4", 1 << 24, &bytes, &size, NULL), ORR_OK);
  const char *index = memmem(bytes, size, "moov", 4), *data = memmem(bytes, size, "mdat", 4);
  assert_true(index && data && index < data); /* it plays while it loads */
  orr_free(bytes);
  orr_file_remove("a.mp4", NULL);
}

static void test_folder(void **state) {
  (void)state;
  assert_int_equal(write_clip("frames/", SHADED, 12, 30.0, false, NULL), ORR_OK);
  char **names;
  size_t count;
  assert_int_equal(orr_folder_list("frames", "", ".png", &names, &count, NULL), ORR_OK);
  assert_int_equal(count, 12);
  assert_string_equal(names[11], "000011.png");
  orr_image image, want = new_image();
  assert_int_equal(orr_image_read_png("frames/000011.png", &image, NULL), ORR_OK);
  paint(&want, SHADED, 11);
  assert_memory_equal(image.pixels, want.pixels, BYTES);
  orr_error err = {0}; /* what is there is nobody's to replace */
  assert_int_equal(write_clip("frames/", FLAT, 1, 30.0, false, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "already there"));
  orr_image_destroy(&image);
  orr_image_destroy(&want);
  orr_free(names);
  orr_folder_remove("frames", NULL);
}

/* Pictures that are the same cost nothing, and take their time. */
static void test_still_pictures(void **state) {
  (void)state;
  static const char *const paths[] = {"a.webp", "a.gif"};
  for (int kind = 0; kind < 2; kind++) {
    orr_clip *clip;
    orr_image image = new_image();
    assert_int_equal(orr_clip_create(paths[kind], WIDTH, HEIGHT, 20.0, NULL, &clip, NULL), ORR_OK);
    for (int i = 0; i < 100; i++) {
      paint(&image, FLAT, i < 60 ? 0 : 5);
      assert_int_equal(orr_clip_add(clip, &image, NULL), ORR_OK);
    }
    assert_int_equal(orr_clip_finish(clip, NULL), ORR_OK);
    kind ? read_gif("a.gif") : read_webp("a.webp");
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.ends[0], kind ? 300 : 3000);
    assert_int_equal(seen.ends[1], kind ? 500 : 5000);
    assert_true(orr_file_size(paths[kind]) < 3000);
    orr_file_remove(paths[kind], NULL);
    orr_image_destroy(&image);
  }
}

static void test_same_pictures_same_bytes(void **state) {
  (void)state;
  static const char *const endings[] = {"webp", "gif", "mp4"};
  for (int kind = 0; kind < 3; kind++) {
    char a[16], b[16], line[64];
    if (kind == 2 && !has_program("ffmpeg")) continue;
    snprintf(a, sizeof a, "a.%s", endings[kind]);
    snprintf(b, sizeof b, "b.%s", endings[kind]);
    assert_int_equal(write_clip(a, SHADED, 9, 20.0, false, NULL), ORR_OK);
    assert_int_equal(write_clip(b, SHADED, 9, 20.0, false, NULL), ORR_OK);
    snprintf(line, sizeof line, "cmp -s %s %s", a, b);
    assert_int_equal(system(line), 0);
    orr_file_remove(a, NULL);
    orr_file_remove(b, NULL);
  }
}

static void expect_refused(const char *path, int width, double rate, bool lossless, orr_status want,
                           const char *words) {
  orr_clip *clip;
  orr_error err = {0};
  const orr_clip_options options = {.lossless = lossless, .quality = 80.0};
  assert_int_equal(orr_clip_create(path, width, HEIGHT, rate, &options, &clip, &err), want);
  assert_null(clip);
  if (!strstr(err.message, words)) print_message("%s\n", err.message);
  assert_non_null(strstr(err.message, words));
}

static void test_what_cannot_be(void **state) {
  (void)state;
  expect_refused("a.avi", WIDTH, 20, false, ORR_ERR_CONFIG, "no kind of clip");
  expect_refused(".gif", WIDTH, 20, false, ORR_ERR_CONFIG, "no kind of clip");
  expect_refused("a.gif", WIDTH, 60, false, ORR_ERR_CONFIG, "up to 50");
  expect_refused("a.gif", WIDTH, 20, true, ORR_ERR_CONFIG, "cannot be lossless");
  expect_refused("a.webp", 20000, 20, false, ORR_ERR_CONFIG, "not possible");
  expect_refused("a.webp", 0, 20, false, ORR_ERR_CONFIG, "not possible");
  expect_refused("a.webp", WIDTH, 0, false, ORR_ERR_CONFIG, "pictures a second");
  expect_refused("a.webp", WIDTH, NAN, false, ORR_ERR_CONFIG, "pictures a second");
  expect_refused("nowhere/a.webp", WIDTH, 20, false, ORR_ERR_FILE, "nowhere/a.webp");
  expect_refused("nowhere/a.GIF", WIDTH, 20, false, ORR_ERR_FILE, "nowhere/a.GIF");
  orr_clip *clip;
  orr_error err = {0};
  assert_int_equal(orr_clip_create("a.gif", WIDTH, HEIGHT, 20, NULL, &clip, NULL), ORR_OK);
  assert_int_equal(orr_clip_finish(clip, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "no pictures"));
  assert_false(orr_file_exists("a.gif"));
}

static size_t leftovers(void) {
  char **names;
  size_t count;
  assert_int_equal(orr_folder_list(".", "", "", &names, &count, NULL), ORR_OK);
  orr_free(names);
  return count;
}

/* Wherever the disk is full or memory ends: an error, the old file, and nothing beside it. */
static void test_each_failure(void **state) {
  (void)state;
  static const char *const paths[] = {"kept.webp", "kept.gif", "kept.mp4", "fresh/"};
  assert_int_equal(orr_folder_make("place", NULL), ORR_OK);
  assert_int_equal(chdir("place"), 0);
  for (int kind = 0; kind < 4; kind++) {
    bool folder = kind == 3;
    if (kind == 2 && !has_program("ffmpeg")) continue;
    size_t before = leftovers() + !folder;
    int failures = 0;
    for (int what = 0; what < 2; what++)
      for (int n = 1; n < 200; n++) {
        orr_error err = {0};
        if (!folder) assert_int_equal(orr_file_put(paths[kind], "old", 3, NULL), ORR_OK);
        what ? orr_alloc_fail_at(n) : orr_file_fail_at(n);
        orr_status status = write_clip(paths[kind], FLAT, 4, 20.0, false, &err);
        orr_alloc_fail_at(0), orr_file_fail_at(0);
        if (folder && orr_folder_exists(paths[kind])) orr_folder_remove(paths[kind], NULL);
        if (status == ORR_OK) break;
        failures++;
        assert_int_equal(status, what ? ORR_ERR_MEMORY : ORR_ERR_FILE);
        if (strstr(err.hint, "complete and in its place")) continue; /* the folder's fsync */
        assert_int_equal(leftovers(), before);
        if (!folder) assert_int_equal(orr_file_size(paths[kind]), 3);
      }
    assert_true(failures > 6);
    if (!folder) orr_file_remove(paths[kind], NULL);
  }
  assert_int_equal(chdir(".."), 0);
  orr_folder_remove("place", NULL);
}

/* No ffmpeg; one that fails at once; one that dies on the way; one that says that the disk is full
 * and calls it success. */
static void test_ffmpeg_in_trouble(void **state) {
  (void)state;
  static const struct {
    const char *script, *words, *hint;
  } cases[] = {
      {NULL, "cannot be started", "apt-get install ffmpeg"},
      {"#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 1\n", "Unknown encoder libx264",
       ".gif"},
      {"#!/bin/sh\nhead -c 1000 >/dev/null\necho boom >&2\nkill -9 $$\n", "boom", ".gif"},
      {"#!/bin/sh\ncat >/dev/null\nfor last; do :; done\necho half >\"${last#file:}\"\n"
       "echo 'No space left on device' >&2\n",
       "No space left", ".gif"},
      {"#!/bin/sh\ncat >/dev/null\n", "could not write", ".gif"},
  };
  char *path = orr_strdup(getenv("PATH")), bin[4096], both[8300];
  assert_int_equal(orr_folder_make("bin", NULL), ORR_OK);
  assert_non_null(realpath("bin", bin));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (cases[i].script) {
      orr_file_put("bin/ffmpeg", cases[i].script, strlen(cases[i].script), NULL);
      assert_int_equal(chmod("bin/ffmpeg", 0755), 0);
    }
    snprintf(both, sizeof both, "%s:%s", bin, path);
    setenv("PATH", cases[i].script ? both : bin, 1);
    orr_error err = {0};
    assert_int_equal(write_clip("a.mp4", SHADED, 30, 20.0, false, &err), ORR_ERR_SYSTEM);
    setenv("PATH", path, 1);
    if (!strstr(err.message, cases[i].words)) print_message("%s\n", err.message);
    assert_non_null(strstr(err.message, cases[i].words));
    assert_non_null(strstr(err.hint, cases[i].hint));
    assert_false(orr_file_exists("a.mp4"));
  }
  /* It has ended before the first picture: no SIGPIPE ends us too. */
  orr_file_put("bin/ffmpeg", "#!/bin/sh\necho early >&2\nexit 1\n", 32, NULL);
  assert_int_equal(chmod("bin/ffmpeg", 0755), 0);
  orr_clip *clip;
  orr_error err = {0};
  orr_image image = new_image();
  setenv("PATH", both, 1);
  assert_int_equal(orr_clip_create("a.mp4", WIDTH, HEIGHT, 20.0, NULL, &clip, &err), ORR_OK);
  setenv("PATH", path, 1);
  siginfo_t ended; /* waits for it without taking its end away */
  assert_int_equal(waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
  assert_int_equal(orr_clip_add(clip, &image, &err), ORR_ERR_SYSTEM);
  assert_non_null(strstr(err.message, "early"));
  orr_clip_abort(clip);
  orr_image_destroy(&image);
  orr_free(path);
  orr_folder_remove("bin", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_webp),
      cmocka_unit_test(test_gif),
      cmocka_unit_test(test_mp4),
      cmocka_unit_test(test_folder),
      cmocka_unit_test(test_still_pictures),
      cmocka_unit_test(test_same_pictures_same_bytes),
      cmocka_unit_test(test_what_cannot_be),
      cmocka_unit_test(test_each_failure),
      cmocka_unit_test(test_ffmpeg_in_trouble),
  };
  char folder[] = "clips-XXXXXX"; /* nothing else is in it */
  if (!mkdtemp(folder) || chdir(folder)) return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  if (chdir("..")) return 1;
  orr_folder_remove(folder, NULL);
  return failed;
}
