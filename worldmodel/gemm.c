/* Matrix products by oneDNN's matmul primitive (C API, versions 2 and 3).
 *
 * oneDNN spreads work over an OpenMP team of its own choice. Here a primitive must run on the
 * calling thread: the OpenMP runtime that oneDNN brought (found by name, there may be none) is told
 * "one thread" in every thread that creates or runs a product; with one, no team is formed. */
#include "worldmodel/gemm.h"
#include "base/build_info.h"
#include "base/memory.h"
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout_view;
#else
typedef const dnnl_memory_desc_t *layout_view;
#endif

struct orr_gemm_context {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

struct orr_gemm {
  orr_gemm_context *context;
  orr_gemm_def def;
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t primitive, reorder;
  dnnl_memory_t a, b, plain_b, bias, c, scratch, reorder_scratch;
  size_t scratch_bytes, packed_bytes;
  const void *set_b; /* what `b` points to */
  const char *implementation;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void (*set_threads)(int);

static void start(void) {
  void *symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  memcpy(&set_threads, &symbol, sizeof symbol);
  const char *level = orr_isa_level(); /* the cap of our own kernels also caps oneDNN */
  if (strcmp(level, "v3") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
  if (strcmp(level, "baseline") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41);
}

static inline void stay_on_this_thread(void) {
  if (set_threads) set_threads(1);
}

static orr_status fail(orr_error *err, const char *what, dnnl_status_t status) {
  if (status == dnnl_out_of_memory) {
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory in oneDNN: %s", what);
  }
  return orr_fail(err, ORR_ERR_SYSTEM, "oneDNN refused: %s (status %d)", what, (int)status);
}

#define TRY_DNNL(what, call)                                                                       \
  do {                                                                                             \
    dnnl_status_t dnnl_status_ = (call);                                                           \
    if (dnnl_status_ != dnnl_success) return fail(err, what, dnnl_status_);                        \
  } while (0)

orr_status orr_gemm_context_create(orr_gemm_context **out, orr_error *err) {
  pthread_once(&once, start);
  stay_on_this_thread();
  orr_gemm_context *context;
  ORR_TRY(orr_new(&context, 1, sizeof *context, err));
  dnnl_status_t status = dnnl_engine_create(&context->engine, dnnl_cpu, 0);
  if (status == dnnl_success) {
    status = dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags);
  }
  if (status != dnnl_success) {
    orr_gemm_context_destroy(context);
    return fail(err, "an engine", status);
  }
  *out = context;
  return ORR_OK;
}

void orr_gemm_context_destroy(orr_gemm_context *context) {
  if (!context) return;
  if (context->stream) dnnl_stream_destroy(context->stream);
  if (context->engine) dnnl_engine_destroy(context->engine);
  orr_free(context);
}

/* The layouts of a product; in version 3 they are objects of oneDNN. */
typedef struct layouts {
  dnnl_memory_desc_t a, b, any_b, plain_b, bias, c;
} layouts;

static dnnl_status_t strided(dnnl_data_type_t type, size_t rows, size_t cols, size_t row_step,
                             size_t col_step, dnnl_memory_desc_t *out) {
  const dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)cols};
  const dnnl_dims_t steps = {(dnnl_dim_t)row_step, (dnnl_dim_t)col_step};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(out, 2, dims, type, steps);
#else
  return dnnl_memory_desc_init_by_strides(out, 2, dims, type, steps);
#endif
}

static dnnl_status_t any_layout(dnnl_data_type_t type, size_t rows, size_t cols,
                                dnnl_memory_desc_t *out) {
  const dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)cols};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(out, 2, dims, type, dnnl_format_tag_any);
#else
  return dnnl_memory_desc_init_by_tag(out, 2, dims, type, dnnl_format_tag_any);
#endif
}

#if DNNL_VERSION_MAJOR >= 3
static layout_view view(const dnnl_memory_desc_t *layout) { return *layout; }
static void free_layouts(layouts *all) {
  dnnl_memory_desc_destroy(all->a);
  dnnl_memory_desc_destroy(all->b);
  dnnl_memory_desc_destroy(all->any_b);
  dnnl_memory_desc_destroy(all->plain_b);
  dnnl_memory_desc_destroy(all->bias);
  dnnl_memory_desc_destroy(all->c);
}
#else
static layout_view view(const dnnl_memory_desc_t *layout) { return layout; }
static void free_layouts(layouts *all) { (void)all; }
#endif

static orr_status make_layouts(const orr_gemm_def *d, layouts *all, orr_error *err) {
  bool ta = d->transpose_a, tb = d->transpose_b;
  size_t b_row = tb ? 1 : d->n, b_col = tb ? d->k : 1;
  dnnl_data_type_t type = d->bf16 ? dnnl_bf16 : dnnl_f32;
  TRY_DNNL("a layout", strided(type, d->m, d->k, ta ? 1 : d->k, ta ? d->m : 1, &all->a));
  TRY_DNNL("a layout", strided(type, d->k, d->n, b_row, b_col, &all->b));
  TRY_DNNL("a layout", any_layout(type, d->k, d->n, &all->any_b));
  TRY_DNNL("a layout", strided(dnnl_f32, d->k, d->n, b_row, b_col, &all->plain_b));
  TRY_DNNL("a layout", strided(dnnl_f32, 1, d->n, d->n, 1, &all->bias));
  TRY_DNNL("a layout", strided(dnnl_f32, d->m, d->n, d->n, 1, &all->c));
  return ORR_OK;
}

/* Our own scratch memory, and `accumulate` as a sum into C. */
static dnnl_status_t attributes(bool accumulate, dnnl_primitive_attr_t *out) {
  dnnl_post_ops_t post = NULL;
  dnnl_status_t status = dnnl_primitive_attr_create(out);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user);
  if (status != dnnl_success || !accumulate) return status;
  status = dnnl_post_ops_create(&post);
#if DNNL_VERSION_MAJOR >= 3
  if (status == dnnl_success) status = dnnl_post_ops_append_sum(post, 1.0f, 0, dnnl_f32);
#else
  if (status == dnnl_success) status = dnnl_post_ops_append_sum(post, 1.0f);
#endif
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*out, post);
  if (post) dnnl_post_ops_destroy(post);
  return status;
}

static dnnl_status_t describe(orr_gemm *gemm, const layouts *all, dnnl_primitive_attr_t attr) {
  layout_view b = view(gemm->def.packed ? &all->any_b : &all->b);
  layout_view bias = gemm->def.bias ? view(&all->bias) : NULL;
  dnnl_engine_t engine = gemm->context->engine;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_matmul_primitive_desc_create(&gemm->desc, engine, view(&all->a), b, bias,
                                           view(&all->c), attr);
#else
  dnnl_matmul_desc_t matmul;
  dnnl_status_t status = dnnl_matmul_desc_init(&matmul, view(&all->a), b, bias, view(&all->c));
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(&gemm->desc, &matmul, attr, engine, NULL);
#endif
}

static layout_view asked(const orr_gemm *gemm, dnnl_query_t what) {
  return dnnl_primitive_desc_query_md(gemm->desc, what, 0);
}

/* With attributes of its own: a sum would add to what was packed before. */
static dnnl_status_t make_reorder(orr_gemm *gemm) {
  dnnl_primitive_attr_t attr = NULL;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_engine_t engine = gemm->context->engine;
  layout_view from = NULL, to = asked(gemm, dnnl_query_weights_md);
  dnnl_memory_get_memory_desc(gemm->plain_b, &from);
  dnnl_status_t status = attributes(false, &attr);
  if (status == dnnl_success)
    status = dnnl_reorder_primitive_desc_create(&desc, from, engine, to, engine, attr);
  if (attr) dnnl_primitive_attr_destroy(attr);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_create(&gemm->reorder, desc);
  layout_view scratch = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
  if (status == dnnl_success) {
    status = dnnl_memory_create(&gemm->reorder_scratch, scratch, engine, DNNL_MEMORY_NONE);
  }
  size_t bytes = dnnl_memory_desc_get_size(scratch);
  if (bytes > gemm->scratch_bytes) gemm->scratch_bytes = bytes;
  dnnl_primitive_desc_destroy(desc);
  return status;
}

static orr_status build(orr_gemm *gemm, const layouts *all, dnnl_primitive_attr_t attr,
                        orr_error *err) {
  dnnl_engine_t engine = gemm->context->engine;
  TRY_DNNL("a matrix product", describe(gemm, all, attr));
  TRY_DNNL("a matrix product", dnnl_primitive_create(&gemm->primitive, gemm->desc));
  TRY_DNNL("its name", dnnl_primitive_desc_query(gemm->desc, dnnl_query_impl_info_str, 0,
                                                 (void *)&gemm->implementation));
  layout_view b = asked(gemm, dnnl_query_weights_md);
  layout_view scratch = asked(gemm, dnnl_query_scratchpad_md);
  void *none = DNNL_MEMORY_NONE;
  TRY_DNNL("memory", dnnl_memory_create(&gemm->a, view(&all->a), engine, none));
  TRY_DNNL("memory", dnnl_memory_create(&gemm->b, b, engine, none));
  TRY_DNNL("memory", dnnl_memory_create(&gemm->plain_b, view(&all->plain_b), engine, none));
  TRY_DNNL("memory", dnnl_memory_create(&gemm->c, view(&all->c), engine, none));
  TRY_DNNL("memory", dnnl_memory_create(&gemm->bias, view(&all->bias), engine, none));
  TRY_DNNL("memory", dnnl_memory_create(&gemm->scratch, scratch, engine, none));
  gemm->scratch_bytes = dnnl_memory_desc_get_size(scratch);
  if (!gemm->def.packed) return ORR_OK;
  gemm->packed_bytes = dnnl_memory_desc_get_size(b);
  TRY_DNNL("a reorder", make_reorder(gemm));
  return ORR_OK;
}

orr_status orr_gemm_create(orr_gemm_context *context, const orr_gemm_def *def, orr_gemm **out,
                           orr_error *err) {
  stay_on_this_thread();
  orr_gemm *gemm;
  ORR_TRY(orr_new(&gemm, 1, sizeof *gemm, err));
  gemm->context = context;
  gemm->def = *def;
  layouts all;
  memset(&all, 0, sizeof all);
  dnnl_primitive_attr_t attr = NULL;
  orr_status status = make_layouts(def, &all, err);
  if (status == ORR_OK) {
    dnnl_status_t done = attributes(def->accumulate, &attr);
    status = done == dnnl_success ? build(gemm, &all, attr, err) : fail(err, "attributes", done);
  }
  if (attr) dnnl_primitive_attr_destroy(attr);
  free_layouts(&all);
  if (status != ORR_OK)
    orr_gemm_destroy(gemm);
  else
    *out = gemm;
  return status;
}

void orr_gemm_destroy(orr_gemm *gemm) {
  if (!gemm) return;
  dnnl_memory_t memories[] = {gemm->a, gemm->b,       gemm->plain_b,        gemm->bias,
                              gemm->c, gemm->scratch, gemm->reorder_scratch};
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  }
  if (gemm->reorder) dnnl_primitive_destroy(gemm->reorder);
  if (gemm->primitive) dnnl_primitive_destroy(gemm->primitive);
  if (gemm->desc) dnnl_primitive_desc_destroy(gemm->desc);
  orr_free(gemm);
}

size_t orr_gemm_scratch_bytes(const orr_gemm *gemm) { return gemm->scratch_bytes; }
size_t orr_gemm_packed_bytes(const orr_gemm *gemm) { return gemm->packed_bytes; }

bool orr_gemm_packs_alike(const orr_gemm *a, const orr_gemm *b) {
  layout_view one = asked(a, dnnl_query_weights_md), two = asked(b, dnnl_query_weights_md);
  return a->def.packed && b->def.packed && dnnl_memory_desc_equal(one, two);
}

const char *orr_gemm_implementation(const orr_gemm *gemm) { return gemm->implementation; }

/* oneDNN takes untyped pointers and never writes to its inputs. */
static void point(dnnl_memory_t memory, const void *data) {
  void *handle = (void *)(uintptr_t)data;
  dnnl_status_t status = dnnl_memory_set_data_handle(memory, handle);
  ORR_ASSERT(status == dnnl_success);
}

void orr_gemm_run(orr_gemm *gemm, const void *a, const void *b, const float *bias, float *c,
                  void *scratch) {
  stay_on_this_thread();
  ORR_ASSERT(!gemm->def.bias || bias);
  point(gemm->a, a);
  if (gemm->set_b != b) point(gemm->b, b);
  gemm->set_b = b;
  point(gemm->c, c);
  point(gemm->scratch, scratch);
  if (gemm->def.bias) point(gemm->bias, bias);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, gemm->a},
                                  {DNNL_ARG_WEIGHTS, gemm->b},
                                  {DNNL_ARG_DST, gemm->c},
                                  {DNNL_ARG_SCRATCHPAD, gemm->scratch},
                                  {DNNL_ARG_BIAS, gemm->bias}};
  int count = gemm->def.bias ? 5 : 4;
  dnnl_status_t status =
      dnnl_primitive_execute(gemm->primitive, gemm->context->stream, count, args);
  ORR_ASSERT(status == dnnl_success);
}

void orr_gemm_pack(orr_gemm *gemm, const float *b, void *packed, void *scratch) {
  ORR_ASSERT(gemm->def.packed);
  stay_on_this_thread();
  point(gemm->reorder_scratch, scratch);
  point(gemm->plain_b, b);
  point(gemm->b, packed);
  gemm->set_b = packed;
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, gemm->plain_b},
                                  {DNNL_ARG_TO, gemm->b},
                                  {DNNL_ARG_SCRATCHPAD, gemm->reorder_scratch}};
  dnnl_status_t status = dnnl_primitive_execute(gemm->reorder, gemm->context->stream, 3, args);
  ORR_ASSERT(status == dnnl_success);
}

#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

const char *orr_gemm_library(void) {
  return "oneDNN " TEXT_OF(DNNL_VERSION_MAJOR) "." TEXT_OF(DNNL_VERSION_MINOR) "." TEXT_OF(
      DNNL_VERSION_PATCH);
}
