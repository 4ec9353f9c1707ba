/* A contact sheet: what the pictures of a data set look like, at a glance. */
#ifndef ORR_DATA_PREVIEW_H
#define ORR_DATA_PREVIEW_H

#include "base/image.h"
#include "data/dataset.h"

#define ORR_PREVIEW_EPISODES 8
#define ORR_PREVIEW_FRAMES   12

typedef struct orr_preview {
  orr_image image;
  size_t episodes, frames; /* shown: down, and across at most */
  orr_split split;
} orr_preview;

/* Of a folder (its training episodes, or the others when there are none) or of one shard: episodes
 * evenly from first to last downwards, each with one strip per picture, and in a strip frames
 * evenly from first to last. Depth is grey, near is bright and nothing is blue; each label has a
 * colour. ORR_ERR_CONFIG when there are no pictures. Free with orr_image_destroy. */
orr_status orr_preview_make(const char *path, orr_preview *out, orr_error *err);

#endif
