/* How the HDF5 library reaches a file of base/file.h: a virtual file driver; private to data/.
 *
 * The library cannot close a file after a write of its own has failed (it keeps the file, and tries
 * again when the program ends). So it never sees a failure: the first one is kept here, what it
 * writes from then on is dropped, and the owner asks after every call. */
#ifndef ORR_DATA_HDF5_DRIVER_H
#define ORR_DATA_HDF5_DRIVER_H

#include "base/file.h"
#include "data/hdf5_library.h"

typedef struct orr_hdf5_driver {
  H5FD_t library;      /* the library's part; first */
  haddr_t end, length; /* of what the library has given out, and of the file */
  orr_file_writer *writer;
  orr_error failure; /* the first; ORR_OK: none */
} orr_hdf5_driver;

/* Registers the driver with the library; negative on failure. H5FDunregister when the files that
 * use it are closed. */
hid_t orr_hdf5_driver_register(void);
/* A new, empty HDF5 file; negative on failure. `driver` has its writer and must stay. */
hid_t orr_hdf5_driver_create(hid_t registered, const char *path, orr_hdf5_driver *driver);

#endif
