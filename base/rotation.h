/* Turns in space as unit quaternions w, x, y, z. `out` may be one of the operands. */
#ifndef ORR_BASE_ROTATION_H
#define ORR_BASE_ROTATION_H

#include <math.h>

/* First b, then a. */
static inline void orr_quaternion_product(const double a[4], const double b[4], double out[4]) {
  double w = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
  double x = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2];
  double y = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1];
  double z = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0];
  out[0] = w, out[1] = x, out[2] = y, out[3] = z;
}

static inline void orr_quaternion_inverse(const double q[4], double out[4]) {
  out[0] = q[0];
  for (int i = 1; i < 4; i++) out[i] = -q[i];
}

/* The columns of `out` are the turned axes. */
static inline void orr_quaternion_matrix(const double q[4], double out[3][3]) {
  double w = q[0], x = q[1], y = q[2], z = q[3];
  out[0][0] = 1.0 - 2.0 * (y * y + z * z);
  out[0][1] = 2.0 * (x * y - w * z);
  out[0][2] = 2.0 * (x * z + w * y);
  out[1][0] = 2.0 * (x * y + w * z);
  out[1][1] = 1.0 - 2.0 * (x * x + z * z);
  out[1][2] = 2.0 * (y * z - w * x);
  out[2][0] = 2.0 * (x * z - w * y);
  out[2][1] = 2.0 * (y * z + w * x);
  out[2][2] = 1.0 - 2.0 * (x * x + y * y);
}

/* Rz(yaw) Ry(pitch) Rx(roll). */
static inline void orr_quaternion_euler(double roll, double pitch, double yaw, double out[4]) {
  double cr = cos(0.5 * roll), sr = sin(0.5 * roll), cp = cos(0.5 * pitch), sp = sin(0.5 * pitch);
  double cy = cos(0.5 * yaw), sy = sin(0.5 * yaw);
  out[0] = cr * cp * cy + sr * sp * sy;
  out[1] = sr * cp * cy - cr * sp * sy;
  out[2] = cr * sp * cy + sr * cp * sy;
  out[3] = cr * cp * sy - sr * sp * cy;
}

static inline void orr_quaternion_turn(const double q[4], const double v[3], double out[3]) {
  double m[3][3], turned[3];
  orr_quaternion_matrix(q, m);
  for (int i = 0; i < 3; i++) turned[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  for (int i = 0; i < 3; i++) out[i] = turned[i];
}

#endif
