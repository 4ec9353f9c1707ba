#include "view/pace.h"
#include <stdbool.h>

#define SLOW     1.2 /* of the time for a picture: too slow */
#define SPARE    0.7 /* of it: what the next finer step may take */
#define IN_A_ROW 3   /* slow pictures that are no accident */
#define PATIENCE 12  /* quick ones before a finer step */
#define LONGEST  384
#define SETTLED  60 /* pictures after which a finer step was right */

const orr_pace orr_pace_start = {.divisor = 2, .patience = PATIENCE};

/* What a picture would take at another divisor. */
static double predicted(const orr_pace *pace, double seconds, int divisor) {
  double ratio = (double)pace->divisor / divisor;
  return seconds * ratio * ratio;
}

static void go_coarser(orr_pace *pace, double seconds) {
  int divisor = pace->divisor + 1;
  while (divisor < ORR_PACE_COARSEST && predicted(pace, seconds, divisor) > ORR_PACE_SECONDS)
    divisor++;
  bool rash = pace->since > 0 && pace->since < SETTLED;
  if (rash && pace->patience < LONGEST) pace->patience *= 2;
  pace->divisor = divisor;
  pace->slow = pace->quick = pace->since = 0;
}

static void go_finer(orr_pace *pace) {
  pace->divisor--;
  pace->slow = pace->quick = 0;
  pace->since = 1;
}

void orr_pace_measured(orr_pace *pace, double seconds) {
  if (pace->since > 0 && ++pace->since > SETTLED) {
    pace->since = 0;
    pace->patience = PATIENCE;
  }
  bool slow = seconds > SLOW * ORR_PACE_SECONDS;
  bool quick =
      pace->divisor > 1 && predicted(pace, seconds, pace->divisor - 1) < SPARE * ORR_PACE_SECONDS;
  pace->slow = slow ? pace->slow + 1 : 0;
  pace->quick = quick ? pace->quick + 1 : 0;
  if (pace->slow >= IN_A_ROW && pace->divisor < ORR_PACE_COARSEST)
    go_coarser(pace, seconds);
  else if (pace->quick >= pace->patience)
    go_finer(pace);
}
