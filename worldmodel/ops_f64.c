/* The reference: the plain loops in double. */
#define REAL     double
#define OP(name) name##_f64
#define TABLE    orr_ops_f64
#include "worldmodel/ops_template.h"
