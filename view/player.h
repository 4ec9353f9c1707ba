/* The player: an env and the agent that acts in it, one control step at a time. */
#ifndef ORR_VIEW_PLAYER_H
#define ORR_VIEW_PLAYER_H

#include "base/pool.h"
#include "view/view.h"

#define ORR_PLAYER_GHOSTS 16

typedef struct orr_player orr_player;

orr_status orr_player_create(const orr_view_def *def, orr_pool *pool, orr_player **out,
                             orr_error *err);
void orr_player_destroy(orr_player *player);
orr_status orr_player_reset(orr_player *player, uint32_t episode, orr_error *err);
/* `cursor`: where the human points, world units. */
orr_status orr_player_step(orr_player *player, const double cursor[2], orr_error *err);

orr_env *orr_player_env(orr_player *player);
const float *orr_player_action(const orr_player *player); /* of the last step */
bool orr_player_success(const orr_player *player);        /* of the task, or of the agent's goal */
orr_end orr_player_end(const orr_player *player);
double orr_player_plan_milliseconds(const orr_player *player); /* of the last plan; 0 without one */
double orr_player_plan_cost(const orr_player *player);
/* The imagined future of the last plan: observations at block ends; 0 when the agent has none. */
size_t orr_player_imagined(const orr_player *player, const float **out);

#endif
