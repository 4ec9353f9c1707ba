/* The field tables of sections `model:` and `train:`. */
#include "worldmodel/model_internal.h"

const char *const orr_family_names[] = {"state", "jepa", "inverse", "cloning", "reach", NULL};

#define MODEL(kind, member) ORR_FIELD(kind, orr_model_def, member)

static const orr_field model_fields[] = {
    {MODEL(ENUM, family), .preset = "state", .names = orr_family_names,
     .help = "state: the latent is the physical state; jepa: a learned latent; the others are "
             "no models, but for section baselines"},
    {MODEL(INT, history), .preset = "1", .low = 1, .high = 1,
     .help = "Observations that the model sees; with velocities in them one is enough"},
    {MODEL(INT, block), .unit = "steps", .preset = "5", .low = 1, .high = 64,
     .help = "Control steps per model step, each with its own action"},
    {MODEL(INT, stride), .unit = "steps", .preset = "1", .low = 1, .high = 64,
     .help = "Control steps that one pass of the network advances; must divide the block"},
    {MODEL(INT, horizon), .unit = "blocks", .preset = "5", .low = 1, .high = ORR_MAX_HORIZON,
     .help = "Model steps unrolled in the loss"},
    {MODEL(INT, hidden), .preset = "256", .low = 4, .high = 2048,
     .help = "Width of the hidden layers"},
    {MODEL(INT, layers), .preset = "3", .low = 1, .high = ORR_MAX_HIDDEN_LAYERS,
     .help = "Hidden layers of the dynamics network"},
    {MODEL(INT, octaves), .preset = "3", .low = 0, .high = 8,
     .help = "Waves, each half as long as the last, that offsets between bodies are spread into "
             "(all but inverse, cloning)"},
    {MODEL(INT, latent), .preset = "64", .low = 1, .high = ORR_MAX_LATENT,
     .help = "Numbers in a latent (jepa); at least as many as the observation has"},
    {MODEL(REAL, dropout), .preset = "0", .low = 0, .high = 0.9,
     .help = "Share of the dynamics network's hidden units dropped while training"},
    {MODEL(REAL, inverse), .preset = "1", .low = 0, .high = 1e6,
     .help = "Weight of the head that reads actions from latent displacements (jepa)"},
    {MODEL(REAL, readout), .preset = "10", .low = 0, .high = 1e6,
     .help = "Weight of reading the state from the first numbers of the latent (jepa)"},
    {MODEL(REAL, sigreg), .preset = "0", .low = 0, .high = 1e6,
     .help = "Weight of SIGReg: the latent's other numbers are to be standard normal along random "
             "directions (jepa)"},
    {MODEL(INT, projections), .preset = "64", .low = 1, .high = 4096,
     .help = "Random directions of SIGReg, drawn anew each step; rounded up to a multiple of 16"},
};

const orr_record orr_model_record = {ORR_RECORD("model", orr_model_def, model_fields),
                                     .help = "The world model"};

#define TRAIN(kind, member) ORR_FIELD(kind, orr_train_def, member)

static const orr_field train_fields[] = {
    {TRAIN(INT, steps), .unit = "steps", .preset = "12000", .low = 1, .high = 1e8,
     .help = "Optimiser steps"},
    {TRAIN(INT, batch), .unit = "windows", .preset = "512", .low = 1, .high = 65536,
     .help = "Windows per step; a multiple of 64 is fastest"},
    {TRAIN(REAL, rate), .preset = "1e-3", .low = 1e-9, .high = 1e3,
     .help = "Peak learning rate; linear warm-up, then cosine to 0"},
    {TRAIN(INT, warmup), .unit = "steps", .preset = "200", .low = 0, .high = 1e8,
     .help = "Steps of warm-up"},
    {TRAIN(REAL, decay), .preset = "1e-4", .low = 0, .high = 10,
     .help = "Decoupled weight decay of matrices"},
    {TRAIN(REAL, clip), .preset = "1", .low = 1e-9, .high = 1e9,
     .help = "Largest global norm of a gradient"},
    {TRAIN(REAL, beta1), .preset = "0.9", .low = 0, .high = 0.999999,
     .help = "Decay of the first moment"},
    {TRAIN(REAL, beta2), .preset = "0.999", .low = 0, .high = 0.999999,
     .help = "Decay of the second moment"},
    {TRAIN(REAL, epsilon), .preset = "1e-8", .low = 1e-30, .high = 1,
     .help = "Keeps the second moment's root away from 0"},
    {TRAIN(ENUM, precision), .preset = "f32", .names = orr_precision_names,
     .help = "f32; bf16: half the cost of the large matrix products, where the processor has it"},
    {TRAIN(INT, seed), .preset = "0", .low = 0, .high = 9007199254740992.0,
     .help = "Seed of initial weights, batches and dropout"},
    {TRAIN(INT, log_every), .unit = "steps", .preset = "50", .low = 1, .high = 1e8,
     .help = "Steps between lines of metrics.jsonl"},
    {TRAIN(INT, check_every), .unit = "steps", .preset = "500", .low = 1, .high = 1e8,
     .help = "Steps between open-loop checks on held-out windows"},
    {TRAIN(INT, save_every), .unit = "steps", .preset = "500", .low = 1, .high = 1e8,
     .help = "Steps between checkpoints"},
};

const orr_record orr_train_record = {ORR_RECORD("train", orr_train_def, train_fields),
                                     .help = "How the world model is trained"};
