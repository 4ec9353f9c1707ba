#include "view/window.h"
#include "base/memory.h"
#include <SDL.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_SECONDS (1.0 / 60.0)

struct orr_window {
  SDL_Window *window;
  SDL_Renderer *renderer;
  SDL_Texture *texture;
  int width, height; /* of the texture */
  double mouse[2];   /* where it was last, points */
  double last_frame;
};

double orr_window_seconds(void) {
  return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

static orr_status refuse(orr_window *window, const char *why, orr_error *err) {
  orr_fail(err, ORR_ERR_SYSTEM, "the window cannot be opened: %s", why);
  orr_hint(err, "without a display use --frames 60 --screenshot view.png");
  orr_window_close(window);
  return ORR_ERR_SYSTEM;
}

static bool is_set(const char *variable) {
  const char *value = getenv(variable);
  return value && *value;
}

/* With no display SDL falls back to drivers that nobody can see ("offscreen"), and the loop would
 * run for ever behind nothing; who wants such a driver (or the bare console) names it. */
static bool display_exists(void) {
  return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("SDL_VIDEODRIVER");
}

orr_status orr_window_open(const char *title, int width, int height, orr_window **out,
                           orr_error *err) {
  *out = NULL;
  orr_window *window;
  ORR_TRY(orr_new(&window, 1, sizeof *window, err));
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* Ctrl-C belongs to the command line */
  if (!display_exists())
    return refuse(window, "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)", err);
  if (SDL_InitSubSystem(SDL_INIT_VIDEO)) return refuse(window, SDL_GetError(), err);
  window->window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                                    height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (window->window)
    window->renderer = SDL_CreateRenderer(window->window, -1, SDL_RENDERER_SOFTWARE);
  if (!window->renderer) return refuse(window, SDL_GetError(), err);
  *out = window;
  return ORR_OK;
}

void orr_window_close(orr_window *window) {
  if (!window) return;
  if (window->texture) SDL_DestroyTexture(window->texture);
  if (window->renderer) SDL_DestroyRenderer(window->renderer);
  if (window->window) SDL_DestroyWindow(window->window);
  SDL_QuitSubSystem(SDL_INIT_VIDEO);
  orr_free(window);
}

void orr_window_size(const orr_window *window, int *width, int *height, double *unit) {
  int points = 0, high = 0;
  *width = *height = 0;
  SDL_GetRendererOutputSize(window->renderer, width, height);
  SDL_GetWindowSize(window->window, &points, &high);
  *unit = points > 0 && *width > 0 ? (double)*width / points : 1.0;
  if (*width < 1) *width = 1;
  if (*height < 1) *height = 1;
}

orr_status orr_window_show(orr_window *window, const orr_image *image, orr_error *err) {
  if (!window->texture || window->width != image->width || window->height != image->height) {
    if (window->texture) SDL_DestroyTexture(window->texture);
    window->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_RGB24,
                                        SDL_TEXTUREACCESS_STREAMING, image->width, image->height);
    if (!window->texture)
      return orr_fail(err, ORR_ERR_SYSTEM, "the window cannot show %d x %d pixels: %s",
                      image->width, image->height, SDL_GetError());
    window->width = image->width;
    window->height = image->height;
  }
  SDL_UpdateTexture(window->texture, NULL, image->pixels, image->width * 3);
  SDL_RenderClear(window->renderer);
  SDL_RenderCopy(window->renderer, window->texture, NULL, NULL);
  SDL_RenderPresent(window->renderer);
  double left = window->last_frame + FRAME_SECONDS - orr_window_seconds();
  if (left > 0.0) SDL_Delay((Uint32)(left * 1000.0));
  window->last_frame = orr_window_seconds();
  return ORR_OK;
}

/* Of a press of a key; false: one that means nothing here. */
static bool take_key(SDL_Keycode key, orr_event *out) {
  out->kind = ORR_EVENT_KEY;
  switch (key) {
  case SDLK_ESCAPE: out->key = ORR_KEY_ESCAPE; break;
  case SDLK_RIGHT: out->key = ORR_KEY_RIGHT; break;
  case SDLK_F1: out->key = ORR_KEY_F1; break;
  case SDLK_HOME: out->key = ORR_KEY_HOME; break;
  case SDLK_KP_PLUS: out->key = '+'; break;
  case SDLK_KP_MINUS: out->key = '-'; break;
  default:
    if (key >= SDLK_KP_1 && key <= SDLK_KP_4) key = '1' + (key - SDLK_KP_1);
    if (key < ' ' || key > '~') return false;
    out->key = (int)key;
  }
  return true;
}

static bool take_button(const SDL_MouseButtonEvent *event, orr_event *out) {
  static const int buttons[] = {0, ORR_BUTTON_LEFT, ORR_BUTTON_MIDDLE, ORR_BUTTON_RIGHT};
  if (event->button < 1 || event->button > 3) return false;
  out->kind = event->type == SDL_MOUSEBUTTONDOWN ? ORR_EVENT_PRESS : ORR_EVENT_RELEASE;
  out->button = buttons[event->button];
  out->clicks = event->clicks;
  out->x = event->x;
  out->y = event->y;
  SDL_CaptureMouse(event->type == SDL_MOUSEBUTTONDOWN); /* a drag may leave the window */
  return true;
}

static bool take(orr_window *window, const SDL_Event *event, orr_event *out) {
  switch (event->type) {
  case SDL_QUIT: out->kind = ORR_EVENT_QUIT; return true;
  case SDL_KEYDOWN: return take_key(event->key.keysym.sym, out);
  case SDL_MOUSEBUTTONDOWN:
  case SDL_MOUSEBUTTONUP: return take_button(&event->button, out);
  case SDL_MOUSEMOTION:
    out->kind = ORR_EVENT_MOVE;
    out->x = window->mouse[0] = event->motion.x;
    out->y = window->mouse[1] = event->motion.y;
    return true;
  case SDL_MOUSEWHEEL:
    out->kind = ORR_EVENT_WHEEL;
    out->wheel = (double)event->wheel.preciseY;
    if (event->wheel.direction == SDL_MOUSEWHEEL_FLIPPED) out->wheel = -out->wheel;
    out->x = window->mouse[0];
    out->y = window->mouse[1];
    return true;
  default: return false;
  }
}

bool orr_window_next(orr_window *window, orr_event *out) {
  SDL_Event event;
  while (SDL_PollEvent(&event)) {
    memset(out, 0, sizeof *out);
    out->shift = (SDL_GetModState() & KMOD_SHIFT) != 0;
    if (!take(window, &event, out)) continue;
    int width, height;
    double unit;
    orr_window_size(window, &width, &height, &unit);
    out->x *= unit; /* the mouse is told in points */
    out->y *= unit;
    return true;
  }
  return false;
}
