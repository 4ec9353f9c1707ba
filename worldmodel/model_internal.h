/* What the files behind worldmodel/model.h share: the model itself, the table of families, the
 * multi-layer perceptron. Private to worldmodel/ and its tests. */
#ifndef ORR_WORLDMODEL_MODEL_INTERNAL_H
#define ORR_WORLDMODEL_MODEL_INTERNAL_H

#include "worldmodel/frame.h"
#include "worldmodel/goal.h"
#include "worldmodel/model.h"
#include "worldmodel/train.h"

#define ORR_MAX_HIDDEN_LAYERS 8
#define ORR_MAX_LATENT        1024
#define ORR_MAX_ACTION        512 /* numbers in a model action: block x action fields */

/* The input transform, fitted on the training split. An angle is not scored: its sine and cosine
 * enter as they are; its std, of the wrapped values, serves distances. */
typedef struct orr_transform {
  double state_mean[ORR_MAX_FIELDS], state_std[ORR_MAX_FIELDS];
  double action_mean[ORR_MAX_FIELDS], action_std[ORR_MAX_FIELDS]; /* of one control step */
  double change_std[ORR_MAX_FIELDS]; /* of the fields' changes over a pass of the network */
  double motion_std[ORR_MAX_FIELDS]; /* of that part of them that the linear law leaves over */
} orr_transform;

/* Linear, LayerNorm, SiLU, as often as there are hidden layers; then Linear. */
typedef struct orr_mlp {
  size_t layers; /* hidden ones */
  int weight[ORR_MAX_HIDDEN_LAYERS + 1], bias[ORR_MAX_HIDDEN_LAYERS + 1];
  int gain[ORR_MAX_HIDDEN_LAYERS], shift[ORR_MAX_HIDDEN_LAYERS];
} orr_mlp;

typedef struct orr_state_net {
  orr_mlp mlp;
} orr_state_net;

typedef struct orr_jepa_net {
  orr_mlp encoder, predictor, inverse;
  int encoder_skip;
} orr_jepa_net;

typedef struct orr_goal_net {
  orr_goal_layout layout;
  orr_mlp mlp;
  int linear;
} orr_goal_net;

struct orr_family_table;

struct orr_model {
  orr_model_def def;
  orr_space observation, action;
  orr_hash interface, world, hash;
  orr_transform transform;
  size_t action_length; /* block x action fields */
  size_t pass_length;   /* stride x action fields */
  size_t passes;        /* of the network in a block: block / stride */
  size_t latent;
  int law;    /* parameter that holds the linear law, or -1 */
  int metric; /* parameter that measures latents: distance = |metric (z - goal)|^2; or -1 */
  orr_frame *frame;
  const struct orr_family_table *family;
  union {
    orr_state_net state;
    orr_jepa_net jepa;
    orr_goal_net goal;
  } net;
  orr_params params;
  float *values; /* params.total */
  orr_precision precision;
  json_t *record;
};

/* A loss on a tape: inputs to fill and terms to report. */
#define ORR_MAX_TERMS 4
typedef struct orr_loss_tape {
  size_t passes;                      /* P = horizon x block / stride */
  orr_var states[ORR_MAX_PASSES + 1]; /* ends of passes 0..P: ORR_TILE x S */
  orr_var actions[ORR_MAX_PASSES];    /* ORR_TILE x (stride x A); of a distance x 2 */
  size_t term_count;
  const char *names[ORR_MAX_TERMS];
  orr_var terms[ORR_MAX_TERMS]; /* unweighted */
  orr_var loss;
} orr_loss_tape;

typedef struct orr_family_table {
  const char *name;
  orr_status (*frame)(orr_model *model, orr_error *err); /* NULL: the frame of a world model */
  void (*declare)(orr_model *model);                     /* parameters; sets `latent` */
  /* Each adds to a tape. `encode` is NULL when the latent is the observation itself. */
  orr_var (*encode)(const orr_model *model, orr_tape *tape, orr_var state, orr_var no_action);
  orr_var (*step)(const orr_model *model, orr_tape *tape, orr_var latent, orr_var action);
  orr_var (*decode)(const orr_model *model, orr_tape *tape, orr_var latent);
  /* Policies: a row of goal.h -> actions; NULL for a world model. Their loss has the row in
   * states[0] and the actions in actions[0]. */
  orr_var (*act)(const orr_model *model, orr_tape *tape, orr_var row);
  /* Distances: a row of goal.h -> [R, 1] blocks. Their loss has the row in states[0] and targets,
   * as orr_windows_apart gives them, in actions[0]. */
  orr_var (*reach)(const orr_model *model, orr_tape *tape, orr_var row);
  void (*loss)(const orr_model *model, orr_tape *tape, orr_loss_tape *out); /* inputs are there */
  uint32_t policies;          /* episodes that are learned from, as in orr_windows_def; 0: all */
  const char *step_prefix[3]; /* parameters that a step uses, for orr_model_flops */
} orr_family_table;

extern const orr_family_table orr_family_state_table, orr_family_jepa_table;
extern const orr_family_table orr_family_inverse_table, orr_family_cloning_table;
extern const orr_family_table orr_family_reach_table;

bool orr_model_sees_goal(const orr_model *model); /* a policy or a distance: rows of goal.h */

/* A model with a frame, parameters and zeroed weights. Checks the definition against the spaces. */
orr_status orr_model_build(const orr_model_def *def, const orr_space *observation,
                           const orr_space *action, const orr_transform *transform, orr_model **out,
                           orr_error *err);
orr_status orr_model_allocate(orr_model *model, orr_error *err); /* the weights, zero */
void orr_model_rehash(orr_model *model); /* after the weights have changed */

orr_path orr_precision_path(int precision);

/* Adds inputs and the loss to `tape`; compile with `out->loss` afterwards. */
void orr_model_loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out);

/* The linear law (worldmodel/law.h) of a model that has one: what it leaves over, into
 * `motion_std`, and its weights, into the parameters. */
orr_status orr_model_measure_law(const orr_model *model, const orr_dataset *data,
                                 double motion_std[ORR_MAX_FIELDS], orr_error *err);
orr_status orr_model_fit_law(orr_model *model, const orr_dataset *data, orr_error *err);

/* The metric of a learned latent (metric.c), for the weights as they are. */
orr_status orr_model_fit_metric(orr_model *model, const orr_dataset *data, orr_error *err);

/* Changes are those over `steps` control steps. Sums are taken in file order. */
orr_status orr_transform_fit(const orr_dataset *data, size_t steps, orr_transform *out,
                             orr_error *err);

void orr_mlp_declare(orr_params *params, const char *name, size_t in, size_t hidden, size_t layers,
                     size_t out, orr_init last, orr_mlp *mlp);
orr_var orr_mlp_apply(const orr_mlp *mlp, orr_tape *tape, orr_var x, double dropout);

/* What a network that predicts motion is given of a state [R, S] and a pass's action: each free
 * body's features and the waves of its offsets, [R * centres, orr_sight_columns]. `law` receives
 * the motion that needs no learning, or -1. The law is a frozen parameter of the name given. */
size_t orr_sight_columns(const orr_model *model);
void orr_sight_declare(orr_model *model, const char *law);
/* The features, and where contact is decided in fine detail: where the other bodies are, and where
 * `law` (-1: none) says that they will be after this pass, as waves. */
orr_var orr_sight_waves(const orr_model *model, orr_tape *tape, orr_var features, orr_var law);
orr_var orr_sight(const orr_model *model, orr_tape *tape, orr_var state, orr_var action,
                  orr_var *law);

/* How spread out latents rows x L are: mean std over columns, and the participation ratio of the
 * covariance's eigenvalues, (sum l)^2 / sum l^2: the number of dimensions in use. */
void orr_latent_spread(const float *latents, size_t rows, size_t length, double *scratch,
                       double *std, double *rank); /* scratch: length + length^2 */
/* Whether a latent says next to nothing any more: a hundredth of the spread of z-scored fields, or
 * not even two directions in use. */
bool orr_latent_collapsed(double std, double rank);

#endif
