#include "view/hand.h"
#include "base/maths.h"
#include "sim/parts.h"
#include <string.h>

#define REACH  0.2 /* of the world's width: where a pull is all there is */
#define TURN   0.5 /* rad: where a turning force is all there is */
#define SETTLE 0.3 /* s: how far ahead a pull looks; it brakes before it arrives */

static double nominal(const orr_actuator_def *def, size_t k, double value) {
  return orr_clamp(value, def->low[k], def->high[k]);
}

/* What number `k` of an actuator that is no position commands: `away` is how far what it moves has
 * to go, `rate` how fast it goes, `reach` the distance of all there is. */
static double command(const orr_scenario *scenario, const orr_actuator_def *def, size_t k,
                      double away, double rate, double reach) {
  double step = scenario->world.dt * (double)scenario->world.substeps, pull;
  if (def->gain == 0.0) return 0.0;
  if (def->type == ORR_ACTUATE_VELOCITY) return away / step / def->gain;
  pull = (away - SETTLE * rate) / reach;
  double most = orr_max(fabs(def->low[k]), fabs(def->high[k]));
  return pull * most * (def->gain < 0.0 ? -1.0 : 1.0);
}

static const double *pose_of(const orr_scenario *scenario, const double *state, int file) {
  int moving = file < 0 ? -1 : scenario->parts->moving_of[file];
  return moving < 0 ? NULL : state + orr_state_at(scenario, (size_t)moving);
}

static void place(const double *pose, const double local[3], double out[2]) {
  double c = cos(pose[2]), s = sin(pose[2]);
  out[0] = pose[0] + c * local[0] - s * local[1];
  out[1] = pose[1] + s * local[0] + c * local[1];
}

static void lead_body(const orr_scenario *scenario, size_t index, const double *state,
                      const double cursor[2], float *action) {
  const orr_actuator_def *def = orr_actuator_at(scenario, index);
  const orr_drive *drive = &scenario->parts->drives[index];
  const double *pose = state + orr_state_at(scenario, (size_t)drive->body);
  double reach = orr_max(REACH * scenario->world.space.size[0], 1e-9);
  for (size_t k = 0; k < drive->width; k++) {
    int axis = drive->axes[k];
    double value = 0.0, away = axis < 2 ? cursor[axis] - pose[axis] : 0.0;
    if (def->type == ORR_ACTUATE_POSITION && def->meaning == ORR_ACTION_ABSOLUTE)
      value = axis < 2 ? cursor[axis] : pose[ORR_BODY_STATE];
    else if (def->type == ORR_ACTUATE_POSITION)
      value = away / def->scale;
    else if (def->type != ORR_ACTUATE_TORQUE && axis < 2)
      value = command(scenario, def, k, away, pose[3 + axis], reach);
    action[drive->first + k] = (float)nominal(def, k, value);
  }
}

/* The last body of the chain that hangs on a joint: what a person wants to bring somewhere. */
static int last_of_chain(const orr_scenario *scenario, size_t joint) {
  const orr_parts *parts = scenario->parts;
  int last = parts->joint_ends[joint][1];
  for (size_t found = 0; found <= parts->joint_count; found++) {
    size_t next = 0;
    while (next < parts->joint_count && (next == joint || parts->joint_ends[next][0] != last))
      next++;
    if (next == parts->joint_count || parts->moving_of[parts->joint_ends[next][1]] < 0) break;
    last = parts->joint_ends[next][1];
  }
  return last;
}

/* How far a pivot has to turn until the end of its chain points from its anchor to the cursor. */
static double turn_to(const orr_scenario *scenario, size_t joint, const double *state,
                      const double cursor[2]) {
  const orr_joint_def *def = orr_joint_at(scenario, joint);
  int own = scenario->parts->joint_ends[joint][1], last = last_of_chain(scenario, joint);
  const double *pose = pose_of(scenario, state, own), *end = pose_of(scenario, state, last);
  double anchor[2], tip[2];
  if (!pose || !end) return 0.0;
  place(pose, def->anchor_b, anchor);
  place(end, orr_body_at(scenario, (size_t)last)->centre_of_mass, tip);
  double dx = tip[0] - anchor[0], dy = tip[1] - anchor[1];
  double from = hypot(dx, dy) > 1e-9 ? atan2(dy, dx) : pose[2];
  return orr_wrap_angle(atan2(cursor[1] - anchor[1], cursor[0] - anchor[0]) - from);
}

/* How far a slide has to go until its body is beside the cursor. */
static double slide_to(const orr_scenario *scenario, size_t joint, const double *state,
                       const double cursor[2]) {
  const orr_joint_def *def = orr_joint_at(scenario, joint);
  const int *ends = scenario->parts->joint_ends[joint];
  const double *pose = pose_of(scenario, state, ends[1]), *base = pose_of(scenario, state, ends[0]);
  bool given = def->axis[0] != 0.0 || def->axis[1] != 0.0;
  double x = given ? def->axis[0] : 1.0, y = given ? def->axis[1] : 0.0, size = hypot(x, y);
  double turn = base ? base[2] : 0.0, c = cos(turn), s = sin(turn);
  if (!pose) return 0.0;
  return ((cursor[0] - pose[0]) * (c * x - s * y) + (cursor[1] - pose[1]) * (s * x + c * y)) / size;
}

static void lead_joint(const orr_scenario *scenario, size_t index, const double *state,
                       const double cursor[2], float *action) {
  const orr_actuator_def *def = orr_actuator_at(scenario, index);
  const orr_drive *drive = &scenario->parts->drives[index];
  size_t joint = (size_t)drive->joint;
  const double *now = state + orr_state_at(scenario, (size_t)scenario->parts->joint_entity[joint]);
  bool slide = orr_joint_at(scenario, joint)->type == ORR_JOINT_SLIDE;
  double away =
      slide ? slide_to(scenario, joint, state, cursor) : turn_to(scenario, joint, state, cursor);
  double reach = slide ? orr_max(REACH * scenario->world.space.size[0], 1e-9) : TURN, value;
  if (def->type != ORR_ACTUATE_POSITION)
    value = command(scenario, def, 0, away, now[1], reach);
  else
    value = def->meaning == ORR_ACTION_ABSOLUTE ? now[0] + away : away / def->scale;
  action[drive->first] = (float)nominal(def, 0, value);
}

void orr_hand_act(const orr_scenario *scenario, const double *state, const double cursor[2],
                  float *action) {
  if (scenario->world.mjcf) return; /* what its actuators mean is in the file */
  for (size_t i = 0; i < scenario->parts->actuator_count; i++) {
    const char *agent = orr_actuator_at(scenario, i)->agent;
    if (strcmp(agent, orr_actuator_at(scenario, 0)->agent) != 0) continue;
    if (scenario->parts->drives[i].joint >= 0)
      lead_joint(scenario, i, state, cursor, action);
    else if (scenario->parts->drives[i].body >= 0)
      lead_body(scenario, i, state, cursor, action);
  }
}
