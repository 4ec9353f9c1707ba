/* The allocation door and arenas. */
#include "base/memory.h"
#include "test_base.h"
#include <string.h>

static bool all_zero(const char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i]) return false;
  }
  return true;
}

static void memory_is_zeroed_aligned_and_counted(void **state) {
  (void)state;
  uint64_t before = orr_alloc_count();
  char *a = orr_alloc(100, 3), *b = orr_alloc_aligned(1000, 4096), *c = orr_strdup("planet");
  assert_true(all_zero(a, 300) && all_zero(b, 1000));
  assert_int_equal((uintptr_t)b % 4096, 0);
  assert_string_equal(c, "planet");
  a = orr_realloc(a, 1000, 3);
  assert_true(a && all_zero(a, 300));
  assert_int_equal(orr_alloc_count() - before, 4);
  orr_free(a);
  orr_free(b);
  orr_free(c);
  orr_free(NULL);
}

static void overflow_and_huge_sizes_are_refused(void **state) {
  (void)state;
  assert_null(orr_alloc(SIZE_MAX / 2, 3));
  assert_null(orr_realloc(NULL, SIZE_MAX, 2));
  assert_null(orr_alloc_aligned(SIZE_MAX - 3, 64));
  orr_arena *arena = orr_arena_create(100);
  assert_null(orr_arena_alloc(arena, SIZE_MAX / 2, 3));
  assert_null(orr_arena_alloc(arena, PTRDIFF_MAX - 70, 1));
  assert_non_null(orr_arena_alloc(arena, 10, 1)); /* still of use */
  orr_arena_destroy(arena);
}

static void the_nth_allocation_fails(void **state) {
  (void)state;
  orr_alloc_fail_at(3);
  void *a = orr_alloc(1, 1), *b = orr_strdup("b"), *c = orr_alloc(1, 1), *d = orr_alloc(1, 1);
  assert_true(a && b && !c && d);
  orr_free(a);
  orr_free(b);
  orr_free(d);
  orr_alloc_fail_at(-2);
  a = orr_alloc(1, 1);
  assert_non_null(a);
  for (int i = 0; i < 5; i++) assert_null(orr_alloc(1, 1));
  orr_error err;
  void *p = a;
  assert_int_equal(orr_new(&p, 7, 9, &err), ORR_ERR_MEMORY);
  assert_null(p);
  assert_non_null(strstr(err.message, "7 x 9 bytes"));
  orr_alloc_fail_at(0);
  assert_int_equal(orr_new(&p, 7, 9, &err), ORR_OK);
  orr_free(p);
  orr_free(a);
}

static void arenas_align_zero_and_keep_old_pointers(void **state) {
  (void)state;
  orr_arena *arena = orr_arena_create(256);
  char *blocks[200];
  for (size_t i = 0; i < 200; i++) {
    blocks[i] = orr_arena_alloc(arena, i + 1, 3);
    assert_int_equal((uintptr_t)blocks[i] % 64, 0);
    assert_true(all_zero(blocks[i], 3 * (i + 1)));
    memset(blocks[i], (int)i + 1, 3 * (i + 1));
  }
  for (size_t i = 0; i < 200; i++) {
    assert_int_equal((unsigned char)blocks[i][0], (unsigned char)(i + 1));
    assert_int_equal((unsigned char)blocks[i][3 * i + 2], (unsigned char)(i + 1));
  }
  assert_true(orr_arena_used(arena) >= 3 * 200 * 201 / 2);
  assert_string_equal(orr_arena_strdup(arena, "moon"), "moon");
  assert_string_equal(orr_arena_printf(arena, "%s-%05d", "shard", 7), "shard-00007");
  orr_arena_destroy(arena);
}

static void a_reset_arena_needs_no_new_memory(void **state) {
  (void)state;
  orr_arena *arena = orr_arena_create(64);
  for (int i = 0; i < 50; i++) memset(orr_arena_alloc(arena, 1000, 1), 0xFF, 1000);
  uint64_t before = orr_alloc_count();
  for (int round = 0; round < 3; round++) {
    orr_arena_reset(arena);
    assert_int_equal(orr_arena_used(arena), 0);
    for (int i = 0; i < 50; i++) {
      char *block = orr_arena_alloc(arena, 1000, 1);
      assert_true(all_zero(block, 1000));
      memset(block, 0xFF, 1000);
    }
  }
  assert_int_equal(orr_alloc_count(), before);
  orr_arena_destroy(arena);
  orr_arena_destroy(NULL);
}

static void an_arena_survives_want_of_memory(void **state) {
  (void)state;
  for (int n = 1; n <= 2; n++) {
    orr_alloc_fail_at(n);
    assert_null(orr_arena_create(64));
  }
  orr_alloc_fail_at(0);
  orr_arena *arena = orr_arena_create(64);
  orr_alloc_fail_at(1);
  assert_null(orr_arena_alloc(arena, 4096, 1));
  assert_non_null(orr_arena_alloc(arena, 4096, 1));
  orr_arena_destroy(arena);
}

int test_memory(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_zeroed_aligned_and_counted),
      cmocka_unit_test(overflow_and_huge_sizes_are_refused),
      cmocka_unit_test(the_nth_allocation_fails),
      cmocka_unit_test(arenas_align_zero_and_keep_old_pointers),
      cmocka_unit_test(a_reset_arena_needs_no_new_memory),
      cmocka_unit_test(an_arena_survives_want_of_memory),
  };
  return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
