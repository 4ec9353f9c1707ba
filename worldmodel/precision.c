/* f32 or bf16 operands in the matrix products of a model; see model.h. */
#include "base/build_info.h"
#include "worldmodel/model_internal.h"

const char *const orr_precision_names[] = {"f32", "bf16", NULL};

orr_status orr_precision_check(int precision, const char *where, orr_error *err) {
  if (precision == ORR_PRECISION_F32 || orr_cpu_bf16()) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG, "%s is bf16, which would be slower than f32 on this processor (%s)",
           where, orr_cpu_name());
  orr_hint(err, "set %s=f32; bf16 needs AVX512_BF16 and ORR_ISA unset", where);
  return ORR_ERR_CONFIG;
}

void orr_model_set_precision(orr_model *model, int precision) {
  model->precision = precision == ORR_PRECISION_BF16 ? ORR_PRECISION_BF16 : ORR_PRECISION_F32;
}

orr_path orr_precision_path(int precision) {
  return precision == ORR_PRECISION_BF16 ? ORR_PATH_BF16 : ORR_PATH_PRODUCT;
}
