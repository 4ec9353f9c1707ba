/* Any bytes as model.safetensors: refused with words, or a model that answers. */
#include "base/memory.h"
#include "worldmodel/model.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const orr_model *model) {
  orr_model_worker *worker;
  orr_error err;
  size_t states = orr_model_observation(model)->count, latent = orr_model_latent(model);
  size_t actions = (size_t)orr_model_definition(model)->block * orr_model_action(model)->count;
  float *room = orr_alloc(2 * states + latent + actions, sizeof *room);
  if (room && orr_model_worker_create(model, &worker, &err) == ORR_OK) {
    float *z = room + 2 * states;
    orr_model_encode(worker, room, 1, z);
    orr_model_step(worker, z, z + latent, 1, z);
    orr_model_decode(worker, z, 1, room + states);
    orr_model_worker_destroy(worker);
  }
  orr_free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  int file = memfd_create("checkpoint", MFD_CLOEXEC);
  if (file < 0) return 0;
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  orr_model *model = NULL;
  orr_error err;
  if (write(file, data, size) == (ssize_t)size && orr_model_load(path, &model, &err) == ORR_OK) {
    ask(model);
  }
  orr_model_destroy(model);
  close(file);
  return 0;
}
