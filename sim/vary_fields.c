/* The field table of factors of variation. */
#include "sim/vary_def.h"

static const orr_field factor_fields[] = {
    {ORR_FIELD(TEXT, orr_factor_def, name), .help = "The state holds it as vary.NAME"},
    {ORR_FIELD(TEXT, orr_factor_def, path),
     .help = "The number or text of world or task that it sets, such as world.bodies.block.mass or "
             "\"task.goals[0].angle\""},
    {ORR_FIELD(RANGE, orr_factor_def, value),
     .help = "Distribution of a number; a normal one is clipped to 4 deviations", .preset = "null"},
    {ORR_FIELD(TEXTS, orr_factor_def, choice),
     .help = "Texts that a text is chosen from; the state holds which, counted from 0",
     .preset = "[]"},
};
const orr_record orr_factor_record = {
    ORR_RECORD("factor", orr_factor_def, factor_fields), .unique_names = true,
    .help = "A number or text of the world or task that each episode draws"};

static const orr_field vary_fields[] = {
    {ORR_FIELD(LIST, orr_vary_def, vary), .help = "Factors of variation", .preset = "[]",
     .record = &orr_factor_record, .later = true},
};
const orr_record orr_vary_record = {ORR_RECORD("", orr_vary_def, vary_fields),
                                    .help = "What episodes draw"};
