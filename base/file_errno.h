/* Saying why the operating system refused; private to base/. */
#ifndef ORR_BASE_FILE_ERRNO_H
#define ORR_BASE_FILE_ERRNO_H

#include "base/error.h"

/* "cannot <what> '<path>': <reason>" with a hint that fits `error` (an errno value). */
orr_status orr_file_refused(orr_error *err, const char *what, const char *path, int error);

/* Failure injection: true when this call has to fail; sets errno to `error`. */
bool orr_file_injected(int error);

#endif
