#include "data/table.h"

#include "base/file.h"
#include "base/memory.h"
#include <hdf5.h>
#include <string.h>

static const char TEXT_NAME[] = "orrery";
enum { TEXT_LIMIT = 60000 }; /* an attribute of the oldest file format ends at 64 KiB */

static const size_t type_bytes[] = {1, 8, 8, 4, 8};

static hid_t file_type(orr_column_type type) {
  switch (type) {
  case ORR_COLUMN_U8: return H5T_STD_U8LE;
  case ORR_COLUMN_I64: return H5T_STD_I64LE;
  case ORR_COLUMN_U64: return H5T_STD_U64LE;
  case ORR_COLUMN_F32: return H5T_IEEE_F32LE;
  case ORR_COLUMN_F64: break;
  }
  return H5T_IEEE_F64LE;
}

/* HDF5 prints a stack of its own on stderr unless it is told not to, thread by thread. */
static void be_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/* --- writing ---------------------------------------------------------------------------------- */

static bool write_column(hid_t file, const orr_column *column) {
  hsize_t size[2] = {column->rows, column->width};
  hid_t space = H5Screate_simple(2, size, NULL);
  hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(plist, false); /* the same bytes every time */
  hid_t type = file_type(column->type);
  hid_t set = H5Dcreate2(file, column->name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  bool good = set >= 0;
  if (good && column->rows && column->width)
    good = H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, column->values) >= 0;
  if (set >= 0) good = H5Dclose(set) >= 0 && good;
  H5Pclose(plist);
  H5Sclose(space);
  return good;
}

static bool write_text(hid_t file, const char *text) {
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text) + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  hid_t attribute = H5Acreate2(file, TEXT_NAME, type, space, H5P_DEFAULT, H5P_DEFAULT);
  bool good = attribute >= 0 && H5Awrite(attribute, type, text) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  return good;
}

orr_status orr_table_write(const char *path, const char *text, const orr_column *columns,
                           size_t count, orr_error *err) {
  ORR_ASSERT(count <= ORR_TABLE_COLUMNS && strlen(text) < TEXT_LIMIT);
  orr_file_writer *writer;
  ORR_TRY(orr_file_begin(path, &writer, err));
  be_quiet();
  hid_t file = H5Fcreate(orr_file_temporary(writer), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  bool good = file >= 0 && write_text(file, text);
  for (size_t i = 0; good && i < count; i++) good = write_column(file, &columns[i]);
  if (file >= 0) good = H5Fclose(file) >= 0 && good;
  if (good) return orr_file_commit(writer, err);
  orr_file_abort(writer);
  return orr_fail(err, ORR_ERR_FILE, "cannot write the table %s", path);
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct reader {
  orr_table *table;
  const char *path, *why;
  uint64_t file_bytes;
} reader;

static bool refuse(reader *r, const char *why) {
  if (!r->why) r->why = why;
  return false;
}

static bool find_type(hid_t type, orr_column_type *out) {
  for (int i = 0; i <= ORR_COLUMN_F64; i++) {
    if (H5Tequal(type, file_type((orr_column_type)i)) <= 0) continue;
    *out = (orr_column_type)i;
    return true;
  }
  return false;
}

/* Sizes are held against the length of the file before a byte is allocated. */
static bool read_values(reader *r, hid_t set, orr_column *column) {
  uint64_t rows = column->rows, width = column->width, bytes = type_bytes[column->type];
  if (rows && width && (width > r->file_bytes / bytes || rows > r->file_bytes / bytes / width))
    return refuse(r, "a column is larger than the file");
  if (H5Dget_storage_size(set) != rows * width * bytes) return refuse(r, "a column is not stored whole");
  uint64_t count = rows * width;
  void *values = orr_alloc(count > 0 ? count : 1, bytes);
  if (!values) return refuse(r, "out of memory");
  column->values = values;
  if (count == 0) return true;
  if (H5Dread(set, file_type(column->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    return refuse(r, "a column cannot be read");
  return true;
}

static bool read_column(reader *r, hid_t file, const char *name) {
  if (r->table->count >= ORR_TABLE_COLUMNS) return refuse(r, "too many columns");
  if (strlen(name) >= ORR_NAME) return refuse(r, "the name of a column is too long");
  hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
  if (set < 0) return refuse(r, "something in it is no column");
  orr_column *column = &r->table->columns[r->table->count++];
  snprintf(column->name, sizeof column->name, "%s", name);
  hid_t space = H5Dget_space(set), type = H5Dget_type(set);
  hsize_t size[2] = {0, 0};
  bool good = H5Sget_simple_extent_ndims(space) == 2 &&
              H5Sget_simple_extent_dims(space, size, NULL) == 2;
  if (!good) refuse(r, "a column is not of rank 2");
  column->rows = size[0];
  column->width = size[1];
  if (good && !find_type(type, &column->type)) good = refuse(r, "a column has an unknown type");
  good = good && read_values(r, set, column);
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(set);
  return good;
}

static herr_t visit(hid_t file, const char *name, const H5L_info_t *info, void *context) {
  reader *r = context;
  if (info->type != H5L_TYPE_HARD) return refuse(r, "it holds a link") ? 0 : -1;
  return read_column(r, file, name) ? 0 : -1;
}

static bool read_text(reader *r, hid_t file) {
  if (H5Aexists(file, TEXT_NAME) <= 0) return refuse(r, "it has no attribute `orrery`");
  hid_t attribute = H5Aopen(file, TEXT_NAME, H5P_DEFAULT);
  hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
  hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
  size_t size = type >= 0 ? H5Tget_size(type) : 0;
  bool good = type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
              H5Sget_simple_extent_npoints(space) == 1 && size > 0 && size <= TEXT_LIMIT;
  r->table->text = good ? orr_alloc(size + 1, 1) : NULL;
  good = r->table->text && H5Aread(attribute, type, r->table->text) >= 0;
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (attribute >= 0) H5Aclose(attribute);
  return good || refuse(r, "its attribute `orrery` is no text");
}

orr_status orr_table_read(const char *path, orr_table **out, orr_error *err) {
  *out = NULL;
  int64_t bytes = orr_file_size(path);
  if (bytes < 0) return orr_fail(err, ORR_ERR_FILE, "there is no file %s", path);
  orr_table *table;
  ORR_TRY(orr_new(&table, 1, sizeof *table, err));
  be_quiet();
  reader r = {.table = table, .path = path, .file_bytes = (uint64_t)bytes};
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  bool good = file >= 0 ? read_text(&r, file) : refuse(&r, "it is no HDF5 file");
  good = good && H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit, &r) >= 0;
  if (file >= 0) H5Fclose(file);
  if (good) {
    *out = table;
    return ORR_OK;
  }
  orr_table_destroy(table);
  return orr_fail(err, ORR_ERR_FILE, "%s is damaged: %s", path,
                  r.why ? r.why : "it cannot be read");
}

void orr_table_destroy(orr_table *table) {
  if (!table) return;
  for (size_t i = 0; i < table->count; i++) orr_free((void *)(uintptr_t)table->columns[i].values);
  orr_free(table->text);
  orr_free(table);
}

orr_status orr_table_column(const orr_table *table, const char *path, const char *name,
                            orr_column_type type, size_t width, const orr_column **out,
                            orr_error *err) {
  for (size_t i = 0; i < table->count; i++) {
    const orr_column *column = &table->columns[i];
    if (strcmp(column->name, name) != 0) continue;
    if (column->type != type || (width && column->width != width))
      return orr_fail(err, ORR_ERR_FILE, "%s: column `%s` has another type or width", path, name);
    *out = column;
    return ORR_OK;
  }
  return orr_fail(err, ORR_ERR_FILE, "%s: there is no column `%s`", path, name);
}
