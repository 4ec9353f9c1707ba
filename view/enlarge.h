/* Small pictures made large. */
#ifndef ORR_VIEW_ENLARGE_H
#define ORR_VIEW_ENLARGE_H

#include "base/image.h"
#include "base/pool.h"

/* Fills `out`, each way `factor` times as large as `small` (which may reach past its edge): every
 * pixel a mix of the four around it or, when not `smooth`, one of a square. */
void orr_enlarge(const orr_image *small, int factor, bool smooth, orr_pool *pool, orr_image *out);

#endif
