/* Few colours for many pixels: cuts of the colours' cloud that lower its variance most.
 *
 * A median cut (Heckbert, Color Image Quantization for Frame Buffer Display, SIGGRAPH 1982) with
 * Wu's criterion (Graphics Gems II, 1991): the box with the largest spread along an axis is cut
 * there, at its mean. Departure: over the list of different colours instead of a histogram with
 * coarse cells, so that pictures of few colours stay exact. */
#include "base/memory.h"
#include "render/clip_private.h"
#include <string.h>

#define MOST_COLOURS 255

typedef struct colour_slot {
  uint32_t key; /* 1 + the colour's number; 0: free */
  uint32_t at;  /* in the list */
} colour_slot;

typedef struct listed_colour {
  uint8_t rgb[3];
  uint8_t box;
  uint32_t count; /* pixels */
  uint32_t slot;
} listed_colour;

/* A run of the list. */
typedef struct colour_box {
  size_t first, count;
  int axis;
  double mean[3], spread; /* along `axis`: the sum over pixels of squares from the mean */
} colour_box;

struct orr_palette {
  colour_slot *slots;
  listed_colour *list;
  size_t mask, count;
};

static size_t slots_for(size_t pixels) {
  size_t slots = 1024;
  while (slots < 2 * pixels) slots *= 2;
  return slots;
}

orr_status orr_palette_create(size_t most_pixels, orr_palette **out, orr_error *err) {
  orr_palette *palette;
  *out = NULL;
  ORR_TRY(orr_new(&palette, 1, sizeof *palette, err));
  orr_status status = orr_new(&palette->slots, slots_for(most_pixels), sizeof(colour_slot), err);
  if (status == ORR_OK) status = orr_new(&palette->list, most_pixels, sizeof(listed_colour), err);
  if (status != ORR_OK) {
    orr_palette_destroy(palette);
    return status;
  }
  *out = palette;
  return ORR_OK;
}

void orr_palette_destroy(orr_palette *palette) {
  if (!palette) return;
  orr_free(palette->slots);
  orr_free(palette->list);
  orr_free(palette);
}

void orr_palette_begin(orr_palette *palette, size_t pixels) {
  palette->mask = slots_for(pixels) - 1;
  palette->count = 0;
  memset(palette->slots, 0, (palette->mask + 1) * sizeof *palette->slots);
}

static size_t find(const orr_palette *palette, const uint8_t rgb[3]) {
  uint32_t key = 1 + ((uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2]);
  uint64_t hash = (key * 0x9E3779B97F4A7C15u) >> 32;
  size_t i = hash & palette->mask;
  while (palette->slots[i].key && palette->slots[i].key != key) i = (i + 1) & palette->mask;
  return i;
}

void orr_palette_add(orr_palette *palette, const uint8_t rgb[3]) {
  size_t i = find(palette, rgb);
  colour_slot *slot = &palette->slots[i];
  if (!slot->key) {
    slot->key = 1 + ((uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2]);
    slot->at = (uint32_t)palette->count++;
    palette->list[slot->at] = (listed_colour){{rgb[0], rgb[1], rgb[2]}, 0, 0, (uint32_t)i};
  }
  palette->list[slot->at].count++;
}

static void measure(const orr_palette *palette, colour_box *box) {
  double weight = 0.0, sum[3] = {0}, squares[3] = {0};
  for (size_t i = box->first; i < box->first + box->count; i++) {
    const listed_colour *colour = &palette->list[i];
    weight += colour->count;
    for (int k = 0; k < 3; k++) {
      sum[k] += (double)colour->count * colour->rgb[k];
      squares[k] += (double)colour->count * colour->rgb[k] * colour->rgb[k];
    }
  }
  box->axis = 0;
  box->spread = -1.0;
  for (int k = 0; k < 3; k++) {
    double spread = squares[k] - sum[k] * sum[k] / weight;
    box->mean[k] = sum[k] / weight;
    if (spread > box->spread) box->spread = spread, box->axis = k;
  }
  if (box->count < 2) box->spread = 0.0;
}

static void exchange(listed_colour *a, listed_colour *b) {
  listed_colour kept = *a;
  *a = *b;
  *b = kept;
}

/* Moves the colours below the mean to the front, and what is left into `rest`. */
static void cut(orr_palette *palette, colour_box *box, colour_box *rest) {
  size_t low = box->first, high = box->first + box->count;
  while (low < high) {
    if (palette->list[low].rgb[box->axis] <= box->mean[box->axis])
      low++;
    else
      exchange(&palette->list[low], &palette->list[--high]);
  }
  *rest = (colour_box){.first = low, .count = box->first + box->count - low};
  box->count = low - box->first;
  measure(palette, box);
  measure(palette, rest);
}

int orr_palette_choose(orr_palette *palette, uint8_t colours[MOST_COLOURS][3]) {
  colour_box boxes[MOST_COLOURS] = {{.first = 0, .count = palette->count}};
  int count = palette->count > 0;
  if (count) measure(palette, &boxes[0]);
  while (count && count < MOST_COLOURS) {
    int widest = 0;
    for (int b = 1; b < count; b++)
      if (boxes[b].spread > boxes[widest].spread) widest = b;
    if (boxes[widest].spread <= 0.0) break;
    cut(palette, &boxes[widest], &boxes[count++]);
  }
  for (int b = 0; b < count; b++) {
    for (int k = 0; k < 3; k++) colours[b][k] = (uint8_t)(boxes[b].mean[k] + 0.5);
    for (size_t i = boxes[b].first; i < boxes[b].first + boxes[b].count; i++) {
      palette->list[i].box = (uint8_t)b;
      palette->slots[palette->list[i].slot].at = (uint32_t)i; /* colours were exchanged */
    }
  }
  return count;
}

int orr_palette_index(const orr_palette *palette, const uint8_t rgb[3]) {
  return palette->list[palette->slots[find(palette, rgb)].at].box;
}
