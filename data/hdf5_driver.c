#include "data/hdf5_driver.h"
#include <string.h>

/* What the file access properties carry: the library copies it byte by byte. */
typedef struct link {
  orr_hdf5_driver *driver;
} link;

static orr_hdf5_driver *driver_of(const H5FD_t *file) {
  return (orr_hdf5_driver *)(uintptr_t)file; /* `library` is first; the library's const */
}

/* To create a file the library opens it twice: to see whether it is there, and in earnest. */
static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)name, (void)flags, (void)most;
  const link *carried = H5Pget_driver_info(access);
  if (!carried) return NULL;
  memset(&carried->driver->library, 0, sizeof carried->driver->library);
  carried->driver->end = 0;
  return &carried->driver->library;
}

static herr_t close_file(H5FD_t *file) {
  (void)file; /* the owner commits or aborts the writer */
  return 0;
}

static herr_t query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t kind) {
  (void)kind;
  return driver_of(file)->end;
}

static herr_t set_end(H5FD_t *file, H5FD_mem_t kind, haddr_t end) {
  (void)kind;
  driver_of(file)->end = end;
  return 0;
}

static haddr_t get_length(const H5FD_t *file, H5FD_mem_t kind) {
  (void)kind;
  return driver_of(file)->length;
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t kind, hid_t transfer, haddr_t at, size_t count,
                         void *bytes) {
  (void)kind, (void)transfer;
  orr_hdf5_driver *driver = driver_of(file);
  orr_error err;
  if (driver->failure.status != ORR_OK) return -1; /* it may ask for what was dropped */
  if (orr_file_read_at(driver->writer, at, bytes, count, &err) == ORR_OK) return 0;
  driver->failure = err;
  return -1;
}

static herr_t write_bytes(H5FD_t *file, H5FD_mem_t kind, hid_t transfer, haddr_t at, size_t count,
                          const void *bytes) {
  (void)kind, (void)transfer;
  orr_hdf5_driver *driver = driver_of(file);
  orr_error err;
  if (at + count > driver->length) driver->length = at + count;
  if (driver->failure.status == ORR_OK &&
      orr_file_write_at(driver->writer, at, bytes, count, &err) != ORR_OK) {
    driver->failure = err;
  }
  return 0;
}

/* A reader takes a file that is shorter than its header says for a damaged one. */
static herr_t truncate_file(H5FD_t *file, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  orr_hdf5_driver *driver = driver_of(file);
  orr_error err;
  if (driver->length != driver->end && driver->failure.status == ORR_OK &&
      orr_file_resize(driver->writer, driver->end, &err) != ORR_OK) {
    driver->failure = err;
  }
  driver->length = driver->end;
  return 0;
}

hid_t orr_hdf5_driver_register(void) {
  const H5FD_class_t class = {
      .name = "orrery",
      .maxaddr = (haddr_t)INT64_MAX,
      .fc_degree = H5F_CLOSE_STRONG,
      .fapl_size = sizeof(link),
      .open = open_file,
      .close = close_file,
      .query = query,
      .get_eoa = get_end,
      .set_eoa = set_end,
      .get_eof = get_length,
      .read = read_bytes,
      .write = write_bytes,
      .truncate = truncate_file,
      .fl_map = H5FD_FLMAP_DICHOTOMY,
  };
  return H5FDregister(&class);
}

hid_t orr_hdf5_driver_create(hid_t registered, const char *path, orr_hdf5_driver *driver) {
  const link carried = {driver};
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
  if (access < 0) return access;
  if (H5Pset_driver(access, registered, &carried) >= 0 &&
      H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) >= 0 &&
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0) {
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  }
  H5Pclose(access);
  return file;
}
