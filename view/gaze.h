/* The gaze: from where a user looks at solids. It begins with the scene's own camera; who drags
 * takes it over as an orbit. It can follow a body, or ride on one. No window is needed. */
#ifndef ORR_VIEW_GAZE_H
#define ORR_VIEW_GAZE_H

#include "view/orbit.h"

typedef enum orr_gaze_mode {
  ORR_GAZE_SCENE, /* the scene's camera, as it moves; or a view of all of the world, in rest */
  ORR_GAZE_ORBIT,
  ORR_GAZE_RIDE /* from the middle of a body, which is not drawn */
} orr_gaze_mode;

typedef struct orr_gaze {
  orr_gaze_mode mode;
  orr_orbit orbit; /* what is wanted; riding: its centre is where the eye is */
  orr_orbit shown; /* on the way there */
  bool gliding;
  int label;           /* of the body that is followed or ridden on; 0: none */
  double at[3];        /* where that body was last */
  double turned;       /* rad: its heading then */
  int width, height;   /* of the picture */
  orr_eye home;        /* of a scene without a camera, for this size */
  bool camera_on_body; /* the scene's */
} orr_gaze;

/* An episode begins: the scene's own camera; or everything as it was, when `keep`. */
void orr_gaze_begin(orr_gaze *gaze, const orr_scene *scene, bool keep);
void orr_gaze_resize(orr_gaze *gaze, const orr_scene *scene, int width, int height);
void orr_gaze_home(orr_gaze *gaze, const orr_scene *scene);
void orr_gaze_view(orr_gaze *gaze, const orr_scene *scene, orr_viewpoint viewpoint);
/* Perspective or parallel. */
void orr_gaze_flatten(orr_gaze *gaze, const orr_scene *scene);

/* Time goes on: what is followed is followed, what glides comes nearer. INFINITY: at once. */
void orr_gaze_pass(orr_gaze *gaze, const orr_scene *scene, double seconds);
/* From where the scene is seen now. */
orr_eye orr_gaze_eye(const orr_gaze *gaze, const orr_scene *scene);
/* The label of a body that hides the view, because the eye is in it; 0: none. */
int orr_gaze_inside(const orr_gaze *gaze);

/* The mouse went from one pixel to another: turns about the centre, or looks around. */
void orr_gaze_turn(orr_gaze *gaze, const orr_scene *scene, const double from[2],
                   const double to[2]);
/* `point` of the world comes to a pixel. */
void orr_gaze_pan(orr_gaze *gaze, const orr_scene *scene, const double point[3],
                  const double pixel[2]);
/* Notches of a wheel; `point` keeps its place in the picture. */
void orr_gaze_zoom(orr_gaze *gaze, const orr_scene *scene, const double point[3], double notches);
/* Follows a body that moves; goes to `point` of what does not. */
void orr_gaze_focus(orr_gaze *gaze, const orr_scene *scene, int label, const double point[3]);
/* Rides on the body that is followed; or, with nobody followed, sees by the scene's camera when
 * that is on a body, or rides on the body of `label` if it moves. Ends a ride. */
void orr_gaze_ride(orr_gaze *gaze, const orr_scene *scene, int label);

/* Where the ray through a pixel meets the ground z = 0; false: it does not. */
bool orr_gaze_ground(const orr_eye *eye, const double pixel[2], double out[2]);

#endif
