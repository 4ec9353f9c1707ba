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
  int width, height;
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
  window->width = width;
  window->height = height;
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* Ctrl-C belongs to the command line */
  if (!display_exists())
    return refuse(window, "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)", err);
  if (SDL_InitSubSystem(SDL_INIT_VIDEO)) return refuse(window, SDL_GetError(), err);
  window->window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                                    height, SDL_WINDOW_RESIZABLE);
  if (window->window)
    window->renderer = SDL_CreateRenderer(window->window, -1, SDL_RENDERER_SOFTWARE);
  if (window->renderer) {
    SDL_RenderSetLogicalSize(window->renderer, width, height);
    window->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_RGB24,
                                        SDL_TEXTUREACCESS_STREAMING, width, height);
  }
  if (!window->texture) return refuse(window, SDL_GetError(), err);
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

void orr_window_show(orr_window *window, const orr_image *image) {
  SDL_UpdateTexture(window->texture, NULL, image->pixels, image->width * 3);
  SDL_RenderClear(window->renderer);
  SDL_RenderCopy(window->renderer, window->texture, NULL, NULL);
  SDL_RenderPresent(window->renderer);
  double left = window->last_frame + FRAME_SECONDS - orr_window_seconds();
  if (left > 0.0) SDL_Delay((Uint32)(left * 1000.0));
  window->last_frame = orr_window_seconds();
}

static void take_key(SDL_Keycode key, orr_input *out) {
  switch (key) {
  case SDLK_q:
  case SDLK_ESCAPE: out->quit = true; break;
  case SDLK_SPACE:
  case SDLK_p: out->pause = true; break;
  case SDLK_PERIOD:
  case SDLK_RIGHT: out->step = true; break;
  case SDLK_r: out->reset = true; break;
  case SDLK_h:
  case SDLK_F1: out->help = true; break;
  default: break;
  }
}

void orr_window_poll(orr_window *window, orr_input *out) {
  memset(out, 0, sizeof *out);
  SDL_Event event;
  while (SDL_PollEvent(&event)) {
    if (event.type == SDL_QUIT) out->quit = true;
    if (event.type == SDL_KEYDOWN) take_key(event.key.keysym.sym, out);
  }
  int x, y;
  SDL_GetMouseState(&x, &y);
  float lx, ly;
  SDL_RenderWindowToLogical(window->renderer, x, y, &lx, &ly);
  out->mouse[0] = lx;
  out->mouse[1] = ly;
  out->mouse_inside = SDL_GetMouseFocus() == window->window;
}
