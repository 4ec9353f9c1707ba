/* What this binary is, and what this processor can do. */
#include "base/build_info.h"
#include "base/log.h"
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define ORR_X86 1
#else
#define ORR_X86 0
#endif

#ifndef ORR_BUILD_FLAGS
#define ORR_BUILD_FLAGS "unknown flags"
#endif
#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

#if defined(__clang__)
#define COMPILER                                                                                   \
  "clang " TEXT_OF(__clang_major__) "." TEXT_OF(__clang_minor__) "." TEXT_OF(__clang_patchlevel__)
#else
#define COMPILER                                                                                   \
  "gcc " TEXT_OF(__GNUC__) "." TEXT_OF(__GNUC_MINOR__) "." TEXT_OF(__GNUC_PATCHLEVEL__)
#endif

const char *orr_build_compiler(void) { return COMPILER; }
const char *orr_build_libraries(void) {
  return "jansson " JANSSON_VERSION ", xxhash " TEXT_OF(XXH_VERSION_MAJOR) "." TEXT_OF(
      XXH_VERSION_MINOR) "." TEXT_OF(XXH_VERSION_RELEASE);
}
const char *orr_build_id(void) { return "orrery " ORR_VERSION ", " COMPILER ", " ORR_BUILD_FLAGS; }

static const char *const levels[] = {"baseline", "v3", "v4"};

/* Index into `levels` of the best set that this processor has (x86-64 psABI levels). */
static int detected_level(void) {
#if ORR_X86
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
    return 0;
  }
  bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl");
  return avx512 ? 2 : 1;
#else
  return 0;
#endif
}

/* Both answers are worked out once: the kernels' table must not change while a program runs. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int level;
static char cpu_name[64];

static void read_cpu_name(void) {
  snprintf(cpu_name, sizeof cpu_name, "unknown processor");
#if ORR_X86
  unsigned words[12], most = __get_cpuid_max(0x80000000u, NULL);
  if (most < 0x80000004u) return;
  for (unsigned i = 0; i < 3; i++) {
    unsigned *w = words + 4 * i;
    __get_cpuid(0x80000002u + i, w, w + 1, w + 2, w + 3);
  }
  char brand[sizeof words + 1];
  memcpy(brand, words, sizeof words);
  brand[sizeof words] = '\0';
  size_t used = 0; /* single spaces, none at the ends, printable ASCII */
  for (const char *c = brand; *c; c++) {
    bool space = *c <= ' ' || *c > '~';
    if (space && (used == 0 || cpu_name[used - 1] == ' ')) continue;
    cpu_name[used++] = space ? ' ' : *c;
  }
  while (used > 0 && cpu_name[used - 1] == ' ') used--;
  cpu_name[used] = '\0';
#endif
}

static void detect(void) {
  read_cpu_name();
  level = detected_level();
  const char *cap = getenv("ORR_ISA");
  if (!cap || !*cap) return;
  for (int i = 0; i < 3; i++) {
    if (strcmp(cap, levels[i]) != 0) continue;
    if (i > level) {
      orr_log(ORR_LOG_WARN, "ORR_ISA=%s: this processor only has %s", cap, levels[level]);
    }
    if (i < level) level = i;
    return;
  }
  orr_log(ORR_LOG_WARN, "ORR_ISA=%s is not one of baseline, v3, v4: ignored, using %s", cap,
          levels[level]);
}

const char *orr_isa_level(void) {
  pthread_once(&once, detect);
  return levels[level];
}

const void *orr_isa_pick(const void *baseline, const void *v3, const void *v4) {
  const void *tables[] = {baseline, v3, v4};
  pthread_once(&once, detect);
  return tables[level];
}

bool orr_cpu_bf16(void) {
#if defined(__x86_64__)
  return strcmp(orr_isa_level(), "v4") == 0 && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

const char *orr_cpu_name(void) {
  pthread_once(&once, detect);
  return cpu_name;
}
