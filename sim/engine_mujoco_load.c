/* MuJoCo's compiler, its handlers, and the size of its buffers. */
#include "sim/engine_mujoco.h"

#include "base/log.h"
#include "base/memory.h"

#include <limits.h>
#include <math.h>
#include <mujoco/mjxmacro.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where this thread's fatal errors land, and what it adds at each stage of a step. */
typedef struct trap {
  jmp_buf jump;
  char message[400], warning[400];
  void (*stage)(void *);
  void *argument;
} trap;
static _Thread_local trap *current;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t compiler = PTHREAD_MUTEX_INITIALIZER; /* it keeps the last model it made */

/* MuJoCo's own handler ends the process. */
static void on_error(const char *text) {
  ORR_ASSERT(current); /* MuJoCo may only run inside a guarded call */
  snprintf(current->message, sizeof current->message, "%s", text);
  longjmp(current->jump, 1);
}

/* MuJoCo's own handler writes a file into the current folder. */
static void on_warning(const char *text) {
  orr_log(ORR_LOG_DEBUG, "mujoco: %s", text);
  if (current && !current->warning[0])
    snprintf(current->warning, sizeof current->warning, "%s", text);
}

/* Runge-Kutta asks for forces four times a step, with positions and velocities of its own. */
static void on_stage(const mjModel *m, mjData *d) {
  (void)m;
  (void)d;
  if (current && current->stage) current->stage(current->argument);
}

static void set_handlers(void) {
  mju_user_error = on_error;
  mju_user_warning = on_warning;
  mjcb_control = on_stage;
}

void orr_mujoco_at_stages(void (*stage)(void *), void *argument) {
  ORR_ASSERT(current);
  current->stage = stage;
  current->argument = argument;
}

bool orr_mujoco_guard(char *message, size_t size, void (*task)(void *), void *argument) {
  pthread_once(&once, set_handlers);
  trap own;
  trap *outer = current;
  own.message[0] = own.warning[0] = 0;
  own.stage = NULL;
  current = &own;
  bool fine = setjmp(own.jump) == 0;
  if (fine) task(argument);
  current = outer;
  if (!fine) snprintf(message, size, "%s", own.message);
  return fine;
}

typedef struct load_call {
  const char *path, *text;
  const orr_mujoco_asset *files;
  size_t file_count;
  mjVFS *system;
  mjModel *model;
  char error[1000];
} load_call;

static void put_file(mjVFS *system, const char *name, const void *bytes, size_t size) {
  mj_makeEmptyFileVFS(system, name, (int)size);
  memcpy(system->filedata[system->nfile - 1], bytes, size);
}

static void load_task(void *argument) {
  load_call *call = argument;
  if (call->text) {
    mj_defaultVFS(call->system);
    put_file(call->system, "world.xml", call->text, strlen(call->text));
    for (size_t i = 0; i < call->file_count; i++)
      put_file(call->system, call->files[i].name, call->files[i].bytes, call->files[i].size);
  }
  call->model = mj_loadXML(call->text ? "world.xml" : call->path, call->text ? call->system : NULL,
                           call->error, (int)sizeof call->error);
}

static void free_files_task(void *argument) { mj_deleteVFS(argument); }

/* A size of NaN loads with a warning alone. */
static const char *broken_array(const mjModel *model) {
  MJMODEL_POINTERS_PREAMBLE(model)
  (void)nuser_body, (void)nuser_jnt, (void)nuser_geom, (void)nuser_site, (void)nuser_cam;
  (void)nuser_tendon, (void)nuser_actuator, (void)nuser_sensor, (void)nq, (void)nv, (void)na;
  (void)nu, (void)nmocap;
#define X(type, name, rows, columns)                                                               \
  if (strcmp(#type, "mjtNum") == 0) {                                                              \
    const mjtNum *numbers = (const mjtNum *)(const void *)model->name;                             \
    for (size_t i = 0; i < (size_t)model->rows * (size_t)(columns); i++)                           \
      if (isnan(numbers[i])) return #name;                                                         \
  }
  MJMODEL_POINTERS
#undef X
  return NULL;
}

/* One line, without MuJoCo's words that say nothing. */
static void tidy(const char *text, char *out, size_t size) {
  size_t used = 0;
  if (strncmp(text, "Error: ", 7) == 0) text += 7;
  if (strncmp(text, "XML Error: ", 11) == 0) text += 11;
  for (; *text && used + 3 < size; text++) {
    bool space = *text == '\n' || *text == '\r';
    if (space && used > 0 && out[used - 1] != ' ') out[used++] = ';';
    if (space && used > 0 && out[used - 1] == ';') out[used++] = ' ';
    if (!space) out[used++] = *text;
  }
  while (used > 0 && (out[used - 1] == ' ' || out[used - 1] == ';')) used--;
  out[used] = 0;
}

mjModel *orr_mujoco_load(const char *path, const char *text, const orr_mujoco_asset *files,
                         size_t file_count, char *message, size_t size) {
  load_call call = {.path = path, .text = text, .files = files, .file_count = file_count};
  message[0] = 0;
  call.system = text ? orr_alloc(1, sizeof *call.system) : NULL;
  if (text && !call.system) return NULL;
  pthread_mutex_lock(&compiler);
  bool fine = orr_mujoco_guard(message, size, load_task, &call);
  pthread_mutex_unlock(&compiler);
  char ignored[8];
  if (text) orr_mujoco_guard(ignored, sizeof ignored, free_files_task, call.system);
  orr_free(call.system);
  if (!fine) return NULL;
  const char *broken = call.model ? broken_array(call.model) : NULL;
  if (!call.model) tidy(call.error, message, size);
  if (broken) snprintf(message, size, "a number of the model is not a number: %s", broken);
  if (broken) mj_deleteModel(call.model);
  return broken ? NULL : call.model;
}

int orr_mujoco_line(const char *message) {
  const char *at = strstr(message, "line ");
  if (!at) return 0;
  at += strlen("line ");
  if (*at == '=') at++;
  return atoi(at);
}

/* Most contacts between two geoms. */
static size_t contacts_of(const mjModel *m, int a, int b) {
  int first = m->geom_type[a], second = m->geom_type[b];
  if (first > second) {
    int swap = first;
    first = second;
    second = swap;
  }
  bool plane = first == mjGEOM_PLANE;
  if (first == mjGEOM_HFIELD) return 50;
  if (second == mjGEOM_SPHERE || (plane && second == mjGEOM_ELLIPSOID)) return 1;
  if (first == mjGEOM_SPHERE) return 1;
  if (second == mjGEOM_CAPSULE || first == mjGEOM_CAPSULE) return 2;
  return first == mjGEOM_BOX && second == mjGEOM_BOX ? 8 : plane ? 4 : 5;
}

static bool may_touch(const mjModel *m, int a, int b) {
  int body_a = m->body_weldid[m->geom_bodyid[a]], body_b = m->body_weldid[m->geom_bodyid[b]];
  if (body_a == body_b) return false;
  return (m->geom_contype[a] & m->geom_conaffinity[b]) ||
         (m->geom_contype[b] & m->geom_conaffinity[a]);
}

/* In a pile a box has four neighbours with four points each. */
static size_t crowd_of(int type) {
  return type == mjGEOM_BOX ? 16 : type == mjGEOM_MESH || type == mjGEOM_CYLINDER ? 10 : 4;
}

static size_t most_contacts(const mjModel *m) {
  size_t sum = 0, crowd = 32;
  for (int i = 0; i < m->npair; i++) sum += contacts_of(m, m->pair_geom1[i], m->pair_geom2[i]);
  for (int a = 0; a < m->ngeom; a++) {
    if (m->body_weldid[m->geom_bodyid[a]] != 0) crowd += crowd_of(m->geom_type[a]);
    for (int b = 0; b < a; b++)
      if (may_touch(m, a, b)) sum += contacts_of(m, a, b);
  }
  return (sum < crowd ? sum : crowd) + 1;
}

static size_t rows_of_limits(const mjModel *m) {
  size_t rows = (size_t)m->nv; /* friction of joints */
  for (int i = 0; i < m->njnt; i++) rows += 2 * (size_t)(m->jnt_limited[i] != 0);
  for (int i = 0; i < m->ntendon; i++) rows += 3;
  for (int i = 0; i < m->neq; i++) rows += 6;
  return rows;
}

/* Constraint rows that a contact takes, at most. */
static size_t rows_of_contact(const mjModel *m) {
  int dimensions = 1;
  for (int i = 0; i < m->ngeom; i++)
    if (m->geom_condim[i] > dimensions) dimensions = m->geom_condim[i];
  for (int i = 0; i < m->npair; i++)
    if (m->pair_dim[i] > dimensions) dimensions = m->pair_dim[i];
  bool pyramid = m->opt.cone == mjCONE_PYRAMIDAL && dimensions > 1;
  return pyramid ? 2 * ((size_t)dimensions - 1) : (size_t)dimensions;
}

void orr_mujoco_fit(mjModel *m) {
  enum { MOST_ROWS = 3000, USUAL_CONTACTS = 100 }; /* memory grows with the square: 0.1 GB */
  size_t rows = rows_of_contact(m), contacts = most_contacts(m);
  if (m->nconmax != USUAL_CONTACTS) contacts = (size_t)m->nconmax; /* the file asks for it */
  if (contacts > MOST_ROWS / rows) contacts = MOST_ROWS / rows;
  m->nconmax = (int)contacts;
  m->njmax = (int)(contacts * rows + rows_of_limits(m));
  /* What MuJoCo's compiler takes for these numbers. */
  size_t square = (size_t)(m->njmax + m->neq + m->nv);
  size_t things = (size_t)(m->nq + m->nv + m->nu + m->na + m->nbody + m->njnt + m->ngeom +
                           m->nsite + m->neq + m->ntendon + m->nwrap);
  size_t stack = 5 * square * square + 20 * things;
  m->nstack = stack < 1000 ? 1000 : stack > INT_MAX ? INT_MAX : (int)stack;
}

typedef struct hash_call {
  mjModel *model;
  void *bytes;
  int size;
} hash_call;

static void hash_task(void *argument) {
  hash_call *call = argument;
  mj_saveModel(call->model, NULL, call->bytes, call->size);
}

orr_hash orr_mujoco_hash_model(mjModel *model, bool *out_fine) {
  hash_call call = {model, NULL, mj_sizeModel(model)};
  char ignored[64];
  orr_hash hash = {0};
  call.bytes = orr_alloc(1, (size_t)call.size);
  *out_fine = call.bytes && orr_mujoco_guard(ignored, sizeof ignored, hash_task, &call);
  if (*out_fine) hash = orr_hash_bytes(call.bytes, (size_t)call.size);
  orr_free(call.bytes);
  return hash;
}
