/* Where every buffer of a tape lies, and who writes a gradient first.
 *
 * Time runs over the forward pass (operation i at i + 1, inputs at 0) and, with gradients, back
 * (operation i at 2n - i). Two buffers whose lives do not overlap may share their bytes: first fit
 * in order of birth. Values live on for the backward pass; gradients are born when the last user of
 * a value runs backward and die with its producer, so few of them exist at any time. */
#include "worldmodel/tape_internal.h"
#include <stdlib.h>

enum { ALIGNMENT = 64 };

typedef struct life {
  size_t bytes, from, to; /* both ends included */
  size_t offset;
  void **place; /* where the address goes */
} life;

typedef struct lives {
  size_t count, bytes;
  life *items;
} lives;

static size_t padded(size_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static void add(lives *all, size_t bytes, size_t from, size_t to, void **place) {
  if (bytes == 0) return;
  all->items[all->count++] = (life){padded(bytes), from, to, 0, place};
}

/* The lowest offset at which `item` overlaps none of the `count` items placed before it. */
static size_t first_fit(const life *items, size_t count, const life *item) {
  size_t offset = 0;
  for (size_t i = 0; i < count; i++) {
    const life *other = &items[i];
    bool meet = other->from <= item->to && item->from <= other->to &&
                other->offset < offset + item->bytes && offset < other->offset + other->bytes;
    if (!meet) continue;
    offset = other->offset + other->bytes;
    i = (size_t)-1; /* look again at all of them */
  }
  return offset;
}

static int by_birth(const void *left, const void *right) {
  const life *a = left, *b = right;
  if (a->from != b->from) return a->from < b->from ? -1 : 1;
  if (a->bytes != b->bytes) return a->bytes > b->bytes ? -1 : 1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static void collect_values(orr_tape *tape, size_t size, size_t *last_use, lives *all) {
  size_t n = tape->op_count;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < tape->ops[i].in_count; j++) last_use[tape->ops[i].in[j]] = i + 1;
  }
  size_t *born = last_use + tape->variable_count;
  for (size_t i = 0; i < n; i++) born[tape->ops[i].out] = i + 1;
  for (size_t v = 0; v < tape->variable_count; v++) {
    orr_variable *x = &tape->variables[v];
    bool stays = x->fixed || tape->gradients;
    size_t to = stays ? 2 * n + 1 : last_use[v] > born[v] ? last_use[v] : born[v];
    add(all, x->rows * x->cols * size, x->fixed ? 0 : born[v], to, &x->value);
  }
  for (size_t i = 0; i < n; i++) {
    orr_op *op = &tape->ops[i];
    size_t to = tape->gradients ? 2 * n - i : i + 1;
    add(all, op->saved_count * size, i + 1, to, &op->saved);
    const orr_variable *x = &tape->variables[op->in[0]];
    if (op->bf16) add(all, x->rows * x->cols * sizeof *op->half, i + 1, to, (void **)&op->half);
  }
}

static void collect_gradients(orr_tape *tape, size_t size, const size_t *last_use, lives *all) {
  size_t n = tape->op_count;
  for (size_t i = 0; i < n; i++) {
    orr_variable *x = &tape->variables[tape->ops[i].out];
    if (!x->needs) continue;
    size_t use = last_use[tape->ops[i].out];
    bool seeded = use == 0 || tape->ops[i].out == tape->loss;
    size_t from = seeded ? n : 2 * n - (use - 1);
    add(all, x->rows * x->cols * size, from, 2 * n - i, &x->gradient);
  }
}

static orr_status place(orr_tape *tape, lives *all, orr_error *err) {
  qsort(all->items, all->count, sizeof *all->items, by_birth);
  for (size_t i = 0; i < all->count; i++) {
    life *item = &all->items[i];
    item->offset = first_fit(all->items, i, item);
    if (item->offset + item->bytes > all->bytes) all->bytes = item->offset + item->bytes;
  }
  tape->memory = orr_alloc_aligned(all->bytes ? all->bytes : ALIGNMENT, ALIGNMENT);
  if (!tape->memory) {
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory: %zu bytes for a network's buffers",
                    all->bytes);
  }
  for (size_t i = 0; i < all->count; i++) {
    *all->items[i].place = (char *)tape->memory + all->items[i].offset;
  }
  return ORR_OK;
}

orr_status orr_tape_plan(orr_tape *tape, orr_error *err) {
  size_t size = orr_tape_is_double(tape) ? sizeof(double) : sizeof(float);
  lives all = {0};
  size_t *last_use;
  ORR_TRY(orr_new(&last_use, 2 * tape->variable_count + 1, sizeof *last_use, err));
  orr_status status = orr_new(&all.items, 2 * tape->variable_count + 2 * tape->op_count + 1,
                              sizeof *all.items, err);
  if (status == ORR_OK) {
    collect_values(tape, size, last_use, &all);
    if (tape->gradients) collect_gradients(tape, size, last_use, &all);
    status = place(tape, &all, err);
  }
  orr_free(all.items);
  orr_free(last_use);
  return status;
}

orr_status orr_tape_plan_backward(orr_tape *tape, orr_error *err) {
  bool *received;
  if (tape->loss < 0) return ORR_OK;
  ORR_TRY(orr_new(&received, tape->variable_count, sizeof *received, err));
  received[tape->loss] = true;
  for (size_t i = tape->op_count; i-- > 0;) {
    orr_op *op = &tape->ops[i];
    op->live = received[op->out] && tape->variables[op->out].needs;
    if (!op->live) continue;
    for (size_t j = 0; j < op->in_count; j++) {
      op->fresh[j] = tape->variables[op->in[j]].needs && !received[op->in[j]];
      received[op->in[j]] = true;
    }
  }
  orr_free(received);
  return ORR_OK;
}
