/* The plain loops in float: ORR_PATH_PLAIN, and the small operations of the product path. */
#define REAL     float
#define OP(name) name##_f32
#define TABLE    orr_ops_f32
#include "worldmodel/ops_template.h"
