/* A table: named columns of plain numbers in one small HDF5 file.
 *
 * For what is frozen beside a data set, as the pairs of an evaluation. Every column is one root
 * data set of rank 2 (rows x width, width >= 1); a text (JSON) is the root attribute `orrery`. The
 * bytes depend on the arguments alone. Written, sealed, checked and mapped as data/hdf5.h says. */
#ifndef ORR_DATA_TABLE_H
#define ORR_DATA_TABLE_H

#include "base/error.h"
#include "base/space.h"

typedef enum orr_column_type {
  ORR_COLUMN_U8,
  ORR_COLUMN_I64,
  ORR_COLUMN_U64,
  ORR_COLUMN_F32,
  ORR_COLUMN_F64
} orr_column_type;

typedef struct orr_column {
  char name[ORR_NAME];
  orr_column_type type;
  size_t rows, width;
  const void *values; /* rows x width, row-major */
} orr_column;

#define ORR_TABLE_COLUMNS 64

typedef struct orr_table {
  char *text;                 /* the attribute */
  struct orr_hdf5_file *file; /* the columns' values lie in its map */
  size_t count;
  orr_column columns[ORR_TABLE_COLUMNS];
} orr_table;

orr_status orr_table_write(const char *path, const char *text, const orr_column *columns,
                           size_t count, orr_error *err);
orr_status orr_table_read(const char *path, orr_table **out, orr_error *err);
void orr_table_destroy(orr_table *table);
/* The column of this name, type and width; an error that names what is wrong otherwise. */
orr_status orr_table_column(const orr_table *table, const char *path, const char *name,
                            orr_column_type type, size_t width, const orr_column **out,
                            orr_error *err);

#endif
