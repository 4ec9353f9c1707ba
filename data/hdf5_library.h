/* What the files that call the HDF5 library share: hdf5.c (flat files, built in memory) and
 * hdf5_tree.c (files with groups, written to disk as they grow). Nothing else includes hdf5.h. */
#ifndef ORR_DATA_HDF5_LIBRARY_H
#define ORR_DATA_HDF5_LIBRARY_H

#include "data/hdf5.h"
#include <hdf5.h>

/* The library prints every failure to stderr unless told not to; the setting is per thread. */
typedef struct orr_hdf5_silence {
  H5E_auto2_t handler;
  void *data;
} orr_hdf5_silence;
orr_hdf5_silence orr_hdf5_hush(void);
void orr_hdf5_unhush(orr_hdf5_silence before);

/* "'path': what 'name' (the library's innermost reason)"; forgets the reason. */
orr_status orr_hdf5_refused(orr_error *err, const char *path, const char *what, const char *name);

/* To be closed with H5Tclose; negative on failure. */
hid_t orr_hdf5_file_type(orr_hdf5_type type);
hid_t orr_hdf5_text_type(void); /* UTF-8 of any length */

/* The shape of a column of `rows` rows; returns its rank. */
#define ORR_HDF5_MOST_RANK (1 + ORR_HDF5_SIDES)
int orr_hdf5_shape(hsize_t dims[ORR_HDF5_MOST_RANK], size_t rows, const orr_hdf5_row *row);

/* A data set without times and (but for byte strings, which need them) fill values, with
 * `properties` set by the caller, and `links` for groups that are missing on the way; takes no
 * ownership. */
hid_t orr_hdf5_new_column(hid_t place, const char *name, hid_t type, hid_t space, hid_t links,
                          hid_t properties);
/* A text as an attribute. */
bool orr_hdf5_set_text(hid_t object, const char *name, const char *text);
/* A column of frames, as orr_hdf5_put_frames. */
bool orr_hdf5_set_frames(hid_t place, const char *name, hid_t links, const orr_hdf5_row *row,
                         size_t rows, const orr_hdf5_span *frames);

#endif
