/* The linear law: what need not be learned.
 *
 * An actuated body obeys a linear law of its velocity and the actions (a PD controller, a motor),
 * and a free body that nothing touches coasts. Gradient descent approaches such a law for thousands
 * of steps and never quite reaches it, and an actor that is a pixel off meets the block elsewhere.
 * Least squares over the training data has it at once. The law is frozen; the network learns what
 * the law leaves over, in units of what it leaves over. */
#ifndef ORR_WORLDMODEL_LAW_H
#define ORR_WORLDMODEL_LAW_H

#include "data/dataset.h"
#include "worldmodel/frame_internal.h"

/* The law of a frame by ridge regression over transitions spread evenly over the data.
 * `weight`: [orr_frame_motions, orr_frame_linear], zero where orr_frame_drives says no.
 * `residual` [S]: root mean square of what the law leaves over of each field's change over a pass,
 * at least a ten-thousandth of the change itself; may be NULL. */
orr_status orr_law_fit(const orr_frame *frame, const orr_dataset *data, size_t steps,
                       double *weight, double *residual, orr_error *err);

#endif
