#include "data/hdf5_library.h"
#include <stdio.h>

#define TEXT_OF(x)  #x
#define VALUE_OF(x) TEXT_OF(x)
const char *orr_hdf5_library(void) {
  return "HDF5 " VALUE_OF(H5_VERS_MAJOR) "." VALUE_OF(H5_VERS_MINOR) "." VALUE_OF(H5_VERS_RELEASE);
}

/* Failures --------------------------------------------------------------------------------- */

orr_hdf5_silence orr_hdf5_hush(void) {
  orr_hdf5_silence before = {NULL, NULL};
  H5Eget_auto2(H5E_DEFAULT, &before.handler, &before.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return before;
}

void orr_hdf5_unhush(orr_hdf5_silence before) {
  H5Eset_auto2(H5E_DEFAULT, before.handler, before.data);
}

/* Upwards, the first entry is where it went wrong; one is enough. */
static herr_t innermost(unsigned n, const H5E_error2_t *entry, void *out) {
  if (n == 0 && entry->desc) snprintf(out, 128, "%s", entry->desc);
  return n == 0 ? 0 : 1;
}

orr_status orr_hdf5_refused(orr_error *err, const char *path, const char *what, const char *name) {
  char reason[128] = "no reason given";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, reason);
  H5Eclear2(H5E_DEFAULT);
  return orr_fail(err, ORR_ERR_FILE, "'%s': %s%s%s%s (HDF5: %s)", path, what, name ? " '" : "",
                  name ? name : "", name ? "'" : "", reason);
}

/* Types and shapes ------------------------------------------------------------------------- */

static hid_t bool_type(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const int8_t no = 0, yes = 1;
  if (type < 0) return type;
  if (H5Tenum_insert(type, "FALSE", &no) >= 0 && H5Tenum_insert(type, "TRUE", &yes) >= 0) {
    return type;
  }
  H5Tclose(type);
  return H5I_INVALID_HID;
}

hid_t orr_hdf5_file_type(orr_hdf5_type type) {
  switch (type) {
  case ORR_HDF5_F32: return H5Tcopy(H5T_IEEE_F32LE);
  case ORR_HDF5_F64: return H5Tcopy(H5T_IEEE_F64LE);
  case ORR_HDF5_I32: return H5Tcopy(H5T_STD_I32LE);
  case ORR_HDF5_I64: return H5Tcopy(H5T_STD_I64LE);
  case ORR_HDF5_U8: return H5Tcopy(H5T_STD_U8LE);
  case ORR_HDF5_U64: return H5Tcopy(H5T_STD_U64LE);
  case ORR_HDF5_BOOL: return bool_type();
  }
  return H5I_INVALID_HID;
}

hid_t orr_hdf5_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

int orr_hdf5_shape(hsize_t dims[ORR_HDF5_MOST_RANK], size_t rows, const orr_hdf5_row *row) {
  ORR_ASSERT(row->rank >= 0 && row->rank <= ORR_HDF5_SIDES);
  dims[0] = rows;
  for (int i = 0; i < row->rank; i++) dims[i + 1] = row->sides[i];
  return row->rank + 1;
}

/* Objects ---------------------------------------------------------------------------------- */

hid_t orr_hdf5_new_column(hid_t place, const char *name, hid_t type, hid_t space, hid_t links,
                          hid_t properties) {
  bool filled = H5Tget_class(type) == H5T_VLEN;
  if (H5Pset_obj_track_times(properties, false) < 0 ||
      (!filled && H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) < 0)) {
    return H5I_INVALID_HID;
  }
  return H5Dcreate2(place, name, type, space, links, properties, H5P_DEFAULT);
}

bool orr_hdf5_set_text(hid_t object, const char *name, const char *text) {
  hid_t type = orr_hdf5_text_type(), space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  bool good = attribute >= 0 && H5Awrite(attribute, type, &text) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return good;
}

/* An empty column, one frame a chunk. */
static hid_t new_frames(hid_t place, const char *name, hid_t links, const orr_hdf5_row *row,
                        size_t rows) {
  hsize_t dims[ORR_HDF5_MOST_RANK], chunk[ORR_HDF5_MOST_RANK];
  int rank = orr_hdf5_shape(dims, rows, row);
  orr_hdf5_shape(chunk, 1, row);
  hid_t kind = orr_hdf5_file_type(row->type), space = H5Screate_simple(rank, dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE), column = H5I_INVALID_HID;
  if (H5Pset_chunk(properties, rank, chunk) >= 0 && H5Pset_deflate(properties, 1) >= 0) {
    column = orr_hdf5_new_column(place, name, kind, space, links, properties);
  }
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  if (kind >= 0) H5Tclose(kind);
  return column;
}

bool orr_hdf5_set_frames(hid_t place, const char *name, hid_t links, const orr_hdf5_row *row,
                         size_t rows, const orr_hdf5_span *frames) {
  hid_t column = new_frames(place, name, links, row, rows);
  bool good = column >= 0;
  for (size_t i = 0; i < rows && good; i++) {
    const hsize_t corner[ORR_HDF5_MOST_RANK] = {i};
    good = H5Dwrite_chunk(column, H5P_DEFAULT, 0, corner, frames[i].count, frames[i].bytes) >= 0;
  }
  if (column >= 0 && H5Dclose(column) < 0) good = false;
  return good;
}
