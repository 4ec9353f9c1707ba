/* A table is a flat HDF5 file (data/hdf5.h) whose columns are found by walking its names. */
#include "data/table.h"
#include "base/memory.h"
#include "data/hdf5.h"
#include <string.h>

static const char text_name[] = "orrery";
#define TEXT_LIMIT ((size_t)16 << 20) /* bytes */

static const orr_hdf5_type stored_types[] = {[ORR_COLUMN_U8] = ORR_HDF5_U8,
                                             [ORR_COLUMN_I64] = ORR_HDF5_I64,
                                             [ORR_COLUMN_U64] = ORR_HDF5_U64,
                                             [ORR_COLUMN_F32] = ORR_HDF5_F32,
                                             [ORR_COLUMN_F64] = ORR_HDF5_F64};

/* Writing ---------------------------------------------------------------------------------- */

static orr_status put_all(orr_hdf5_writer *writer, const char *text, const orr_column *columns,
                          size_t count, orr_error *err) {
  ORR_TRY(orr_hdf5_put_text(writer, text_name, text, err));
  for (size_t i = 0; i < count; i++) {
    const orr_column *c = &columns[i];
    ORR_ASSERT(c->width > 0);
    ORR_TRY(
        orr_hdf5_put(writer, c->name, stored_types[c->type], c->rows, c->width, c->values, err));
  }
  return ORR_OK;
}

orr_status orr_table_write(const char *path, const char *text, const orr_column *columns,
                           size_t count, orr_error *err) {
  ORR_ASSERT(count <= ORR_TABLE_COLUMNS && strlen(text) <= TEXT_LIMIT);
  orr_hdf5_writer *writer;
  ORR_TRY(orr_hdf5_create(path, &writer, err));
  orr_status status = put_all(writer, text, columns, count, err);
  if (status == ORR_OK) return orr_hdf5_commit(writer, err);
  orr_hdf5_abort(writer);
  return status;
}

/* Reading ---------------------------------------------------------------------------------- */

static orr_status read_all(orr_table *table, const char *path, orr_error *err) {
  char names[ORR_TABLE_COLUMNS][ORR_NAME];
  ORR_TRY(orr_hdf5_open(path, &table->file, err));
  ORR_TRY(orr_hdf5_text(table->file, text_name, TEXT_LIMIT, &table->text, err));
  ORR_TRY(orr_hdf5_names(table->file, ORR_TABLE_COLUMNS, names, &table->count, err));
  for (size_t i = 0; i < table->count; i++) {
    orr_column *column = &table->columns[i];
    memcpy(column->name, names[i], ORR_NAME);
    orr_hdf5_type type;
    ORR_TRY(orr_hdf5_look(table->file, names[i], &type, &column->width, err));
    int kind = ORR_COLUMN_U8;
    while (kind <= ORR_COLUMN_F64 && stored_types[kind] != type) kind++;
    if (kind > ORR_COLUMN_F64 || column->width == 0) {
      return orr_fail(err, ORR_ERR_FILE, "'%s' is no table: '%s' has another type or rank", path,
                      names[i]);
    }
    column->type = (orr_column_type)kind;
    column->rows = SIZE_MAX;
    ORR_TRY(orr_hdf5_column(table->file, names[i], type, column->width, &column->rows,
                            &column->values, err));
  }
  return ORR_OK;
}

orr_status orr_table_read(const char *path, orr_table **out, orr_error *err) {
  *out = NULL;
  orr_table *table;
  ORR_TRY(orr_new(&table, 1, sizeof *table, err));
  orr_status status = read_all(table, path, err);
  if (status == ORR_OK) {
    *out = table;
  } else {
    orr_table_destroy(table);
  }
  return status;
}

void orr_table_destroy(orr_table *table) {
  if (!table) return;
  orr_hdf5_close(table->file);
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
