/* 8-bit RGB pictures, and PNG. */
#ifndef ORR_BASE_IMAGE_H
#define ORR_BASE_IMAGE_H

#include "base/error.h"
#include <stdint.h>

typedef struct orr_image {
  int width, height;
  uint8_t *pixels; /* height x width x 3, rows from the top; owned by whoever made the struct */
} orr_image;

orr_status orr_image_create(int width, int height, orr_image *out, orr_error *err);
void orr_image_destroy(orr_image *image); /* frees the pixels; zeroes the struct */
orr_status orr_image_write_png(const orr_image *image, const char *path, orr_error *err);
/* Refuses pictures of more than 2^26 pixels before it allocates. Grey and alpha become RGB. */
orr_status orr_image_read_png(const char *path, orr_image *out, orr_error *err);

#endif
