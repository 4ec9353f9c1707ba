/* MuJoCo's own pictures (mjr) by OpenGL in software, for `orrery bench render --peer`, which asks
 * in turns:
 *   peer_osmesa MODEL.xml POSES.json THREADS
 * POSES.json: {"qpos": [[...], ...]}. A picture is: positions set, kinematics, mjv_updateScene,
 * mjr_render, mjr_readPixels. THREADS that OpenGL paints with; 1: the calling one alone.
 *   draw  WIDTH HEIGHT SHADOWSIZE OFFSAMPLES REFLECTION SECONDS      -> pictures a second
 *   write WIDTH HEIGHT SHADOWSIZE OFFSAMPLES REFLECTION NUMBER PATH  -> 1, or 0
 * SHADOWSIZE and OFFSAMPLES below 0: the model's own. */
#include "base/image.h"
#include "peer.h"
#include <GL/osmesa.h>
#include <mujoco/mujoco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 1024, GEOMS = 1000 }; /* the largest picture */

typedef struct setting {
  int width, height, shadows, samples, reflection;
} setting;

typedef struct stage {
  mjModel *model;
  mjData *data;
  double *poses; /* count x nq */
  size_t count;
  int shadows, samples; /* the model's own */
  OSMesaContext gl;
  unsigned char *screen, *picture; /* SIDE x SIDE x 4, x 3 */
  setting now;
  bool ready; /* `context` is for `now` */
  mjvScene scene;
  mjvCamera camera;
  mjvOption option;
  mjrContext context;
} stage;

static void complain(const char *message) {
  fprintf(stderr, "peer_osmesa: %s\n", message);
  exit(1);
}

static void read_poses(stage *s, const char *path) {
  json_t *file;
  const json_t *list = peer_array(path, "qpos", &file);
  size_t numbers = (size_t)s->model->nq;
  s->count = json_array_size(list);
  s->poses = calloc(s->count * numbers, sizeof *s->poses);
  if (!s->poses) complain("out of memory");
  for (size_t i = 0; i < s->count; i++) {
    const json_t *pose = json_array_get(list, i);
    if (json_array_size(pose) != numbers) complain("the poses are not this model's");
    for (size_t k = 0; k < numbers; k++)
      s->poses[i * numbers + k] = json_number_value(json_array_get(pose, k));
  }
  json_decref(file);
}

static void open_screen(stage *s) {
  s->screen = calloc((size_t)SIDE * SIDE, 4);
  s->picture = calloc((size_t)SIDE * SIDE, 3);
  s->gl = OSMesaCreateContextExt(OSMESA_RGBA, 24, 8, 0, NULL);
  if (!s->screen || !s->picture || !s->gl ||
      !OSMesaMakeCurrent(s->gl, s->screen, GL_UNSIGNED_BYTE, SIDE, SIDE))
    complain("OSMesa gives no context");
}

static void open_model(stage *s, const char *path) {
  char message[1000];
  s->model = mj_loadXML(path, NULL, message, sizeof message);
  if (!s->model) complain(message);
  s->data = mj_makeData(s->model);
  if (!s->data) complain("out of memory");
  if (s->model->ncam < 1) complain("the model has no camera");
  s->shadows = s->model->vis.quality.shadowsize;
  s->samples = s->model->vis.quality.offsamples;
  mjv_defaultScene(&s->scene);
  mjv_makeScene(s->model, &s->scene, GEOMS);
  mjv_defaultOption(&s->option);
  mjv_defaultCamera(&s->camera);
  s->camera.type = mjCAMERA_FIXED;
  s->camera.fixedcamid = 0;
}

/* A context is made anew when what it holds changes. */
static bool prepare(stage *s, const setting *want) {
  bool kept = s->ready && memcmp(&s->now, want, sizeof *want) == 0;
  if (want->width < 1 || want->width > SIDE || want->height < 1 || want->height > SIDE)
    return false;
  if (kept) return true;
  if (s->ready) mjr_freeContext(&s->context);
  s->model->vis.quality.shadowsize = want->shadows < 0 ? s->shadows : want->shadows;
  s->model->vis.quality.offsamples = want->samples < 0 ? s->samples : want->samples;
  s->model->vis.global.offwidth = want->width;
  s->model->vis.global.offheight = want->height;
  mjr_defaultContext(&s->context);
  mjr_makeContext(s->model, &s->context, mjFONTSCALE_100);
  mjr_setBuffer(mjFB_OFFSCREEN, &s->context);
  s->scene.flags[mjRND_REFLECTION] = want->reflection != 0;
  s->now = *want;
  s->ready = s->context.currentBuffer == mjFB_OFFSCREEN;
  return s->ready;
}

static void draw(void *context, size_t number) {
  stage *s = context;
  size_t numbers = (size_t)s->model->nq;
  mjrRect all = {0, 0, s->now.width, s->now.height};
  memcpy(s->data->qpos, s->poses + number % s->count * numbers, numbers * sizeof *s->poses);
  mj_kinematics(s->model, s->data);
  mj_camlight(s->model, s->data);
  mjv_updateScene(s->model, s->data, &s->option, NULL, &s->camera, mjCAT_ALL, &s->scene);
  mjr_render(all, &s->scene, &s->context);
  mjr_readPixels(s->picture, NULL, all, &s->context);
}

/* OpenGL's rows begin at the bottom. */
static double write_picture(stage *s, size_t number, const char *path) {
  size_t row = 3 * (size_t)s->now.width;
  orr_image image;
  draw(s, number);
  if (orr_image_create(s->now.width, s->now.height, &image, NULL) != ORR_OK) return 0.0;
  for (int y = 0; y < image.height; y++)
    memcpy(image.pixels + (size_t)(image.height - 1 - y) * row, s->picture + (size_t)y * row, row);
  orr_status status = orr_image_write_png(&image, path, NULL);
  orr_image_destroy(&image);
  return status == ORR_OK ? 1.0 : 0.0;
}

static double answer(void *context, const char *question) {
  stage *s = context;
  setting want = {0};
  char verb[8];
  double number;
  int end = 0;
  int found = sscanf(question, "%7s %d %d %d %d %d %lf %n", verb, &want.width, &want.height,
                     &want.shadows, &want.samples, &want.reflection, &number, &end);
  if (found != 7 || number < 0.0 || !prepare(s, &want)) return 0.0;
  if (strcmp(verb, "draw") == 0) return peer_rate(draw, s, number);
  if (strcmp(verb, "write") == 0) return write_picture(s, (size_t)number, question + end);
  return 0.0;
}

int main(int argc, char **argv) {
  static stage s;
  if (argc != 4) complain("peer_osmesa MODEL.xml POSES.json THREADS");
  /* For Mesa's llvmpipe, before it begins: helpers beside the calling thread, or none. */
  setenv("LP_NUM_THREADS", strcmp(argv[3], "1") == 0 ? "0" : argv[3], 1);
  open_model(&s, argv[1]);
  read_poses(&s, argv[2]);
  open_screen(&s);
  json_t *identity = json_pack(
      "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "mujoco", mj_versionString(), "opengl",
      (const char *)glGetString(GL_VERSION), "renderer", (const char *)glGetString(GL_RENDERER),
      "threads", argv[3], "shadowsize", s.shadows, "offsamples", s.samples, "camera",
      mj_id2name(s.model, mjOBJ_CAMERA, 0) ? mj_id2name(s.model, mjOBJ_CAMERA, 0) : "");
  int code = peer_run(identity, answer, &s);
  if (s.ready) mjr_freeContext(&s.context);
  mjv_freeScene(&s.scene);
  mj_deleteData(s.data);
  mj_deleteModel(s.model);
  OSMesaDestroyContext(s.gl);
  free(s.poses);
  free(s.screen);
  free(s.picture);
  return code;
}
