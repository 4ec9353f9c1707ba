/* What the two halves of hdf5.h share; private to data/. */
#ifndef ORR_DATA_HDF5_PRIVATE_H
#define ORR_DATA_HDF5_PRIVATE_H

#include "data/hdf5.h"
#include <hdf5.h>

/* The library prints every failure to stderr unless told not to; the setting is per thread. */
typedef struct orr_hdf5_silence { H5E_auto2_t handler; void *data; } orr_hdf5_silence;
orr_hdf5_silence orr_hdf5_hush(void);
void orr_hdf5_unhush(orr_hdf5_silence before);

/* "'path': what (the library's innermost reason)". */
orr_status orr_hdf5_refused(orr_error *err, const char *path, const char *what, const char *name);

hid_t orr_hdf5_file_type(orr_hdf5_type type); /* close with H5Tclose */
hid_t orr_hdf5_text_type(void);               /* the same; variable length, UTF-8 */
void orr_hdf5_set_shape(hsize_t dims[2], int *rank, size_t rows, size_t width);

#endif
