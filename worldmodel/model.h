/* World models: five questions that any family answers.
 *
 *   encode    observation -> latent
 *   step      latent, action block -> latent one block later
 *   distance  latent, goal's latent -> number
 *   decode    latent -> observation (optional)
 *   loss      of a batch (inside training)
 *
 * Family `state`: the latent is the physical state, its motion is predicted in each body's own
 * frame (worldmodel/frame.h). It is the reference that every learned latent is held against.
 * Family `jepa`: encoder and predictor, trained in latent space over several blocks; an inverse
 * head that reads actions and changes from the latent's displacement keeps the latent from
 * collapsing (after Delta-JEPA), or SIGReg does (LeJEPA); its first numbers are asked to stay
 * readable as the state.
 *
 * Families `inverse` and `cloning` are no world models but policies, the baselines without a
 * planner; they answer one question alone, *act*. Family `reach` is none either: it says how
 * far a goal is, *reach* (worldmodel/goal.h). */
#ifndef ORR_WORLDMODEL_MODEL_H
#define ORR_WORLDMODEL_MODEL_H

#include "base/field.h"
#include "worldmodel/tape.h"

typedef enum orr_family {
  ORR_FAMILY_STATE,
  ORR_FAMILY_JEPA,
  ORR_FAMILY_INVERSE, /* these act */
  ORR_FAMILY_CLONING,
  ORR_FAMILY_REACH /* a distance */
} orr_family;
extern const char *const orr_family_names[]; /* NULL-terminated, by orr_family */

#define ORR_MAX_PASSES 256 /* of the network in one training window */

/* Section `model:` of a scenario file. */
typedef struct orr_model_def {
  int family;             /* orr_family */
  int64_t history;        /* observations the model sees; 1 */
  int64_t block;          /* control steps per model action; 5 */
  int64_t stride;         /* control steps that one pass of the network advances; 1 */
  int64_t horizon;        /* blocks unrolled in the loss; 5 */
  int64_t hidden, layers; /* width and number of hidden layers; 256, 3 */
  int64_t octaves;        /* state: waves that offsets between bodies are spread into; 3 */
  int64_t latent;         /* jepa: 64 */
  double dropout;         /* predictor; 0 */
  double inverse;         /* jepa: weight of the displacement inverse head; 1 */
  double readout;         /* jepa: weight of reading the state from the latent; 10 */
  double sigreg;          /* jepa: weight of SIGReg on the numbers that nothing reads; 0 */
  int64_t projections;    /* jepa: random directions of SIGReg; 64 */
} orr_model_def;
extern const orr_record orr_model_record;

typedef struct orr_model orr_model; /* weights, interface, transforms: immutable and shared */

/* Reads model.safetensors. Everything in the file is checked. */
orr_status orr_model_load(const char *path, orr_model **out, orr_error *err);
void orr_model_destroy(orr_model *model);
const orr_model_def *orr_model_definition(const orr_model *model);
const orr_space *orr_model_observation(const orr_model *model);
const orr_space *orr_model_action(const orr_model *model); /* of one control step */
orr_hash orr_model_interface(const orr_model *model);      /* spaces and block */
orr_hash orr_model_world(const orr_model *model);          /* world it was trained on */
orr_hash orr_model_hash(const orr_model *model);           /* of the weights */
size_t orr_model_latent(const orr_model *model);           /* length of a latent */
size_t orr_model_passes(const orr_model *model);           /* of the network in a block */
bool orr_model_acts(const orr_model *model);               /* a policy, not a world model */
bool orr_model_reaches(const orr_model *model);            /* a distance, not a world model */
size_t orr_model_parameters(const orr_model *model);
double orr_model_flops(const orr_model *model);              /* of one step of one sample */
const json_t *orr_model_record_json(const orr_model *model); /* training record, borrowed */

/* Operands of the large matrix products. bf16 halves what a product costs and leaves two to three
 * digits; weights that are stored and learnt stay f32. */
typedef enum orr_precision { ORR_PRECISION_F32, ORR_PRECISION_BF16 } orr_precision;
extern const char *const orr_precision_names[];
/* ORR_ERR_CONFIG for bf16 on a processor that would be slower with it; `where`: the setting. */
orr_status orr_precision_check(int precision, const char *where, orr_error *err);
/* Of workers created from now on; call it before the model is shared. Checked by the caller. */
void orr_model_set_precision(orr_model *model, int precision);

#define ORR_MODEL_TILE 32 /* rows: small, so that the samples of one plan spread over threads */

/* A worker: the buffers of one thread. All calls take any number of rows; inside, tiles of 32 rows
 * padded with zeros, so a row's result does not depend on the others. No heap allocation. */
typedef struct orr_model_worker orr_model_worker;
orr_status orr_model_worker_create(const orr_model *model, orr_model_worker **out, orr_error *err);
void orr_model_worker_destroy(orr_model_worker *worker);

/* observations rows x S -> latents rows x L */
void orr_model_encode(orr_model_worker *worker, const float *observations, size_t rows,
                      float *latents);
/* latents rows x L, actions rows x (block * A) -> next rows x L (may be the same array) */
void orr_model_step(orr_model_worker *worker, const float *latents, const float *actions,
                    size_t rows, float *next);
/* The same, and what lies between: trail passes x rows x L, the last pass's being `next`. */
void orr_model_trail(orr_model_worker *worker, const float *latents, const float *actions,
                     size_t rows, float *trail);
/* latents rows x L against one goal latent L -> distances rows: squared, in units of the usual
 * change of the latent over a block (jepa, worldmodel/metric.c) or of each field over a pass. */
void orr_model_distance(orr_model_worker *worker, const float *latents, const float *goal,
                        size_t rows, float *distances);
/* latents rows x L -> observations rows x S. Family state: identity. */
void orr_model_decode(orr_model_worker *worker, const float *latents, size_t rows,
                      float *observations);
/* Policies alone: observations and goals, rows x S each, blocks left -> actions rows x (block * A).
 * More blocks than the policy was trained for (model.horizon) count as that many. */
void orr_model_act(orr_model_worker *worker, const float *observations, const float *goals,
                   const float *ahead, size_t rows, float *actions);
/* Distances alone: observations rows x S -> blocks of control to the goal, rows. The goal of row r
 * is at goals + r * stride: S when each has its own, 0 for one goal. */
void orr_model_reach(orr_model_worker *worker, const float *observations, const float *goals,
                     size_t stride, size_t rows, float *blocks);

#endif
