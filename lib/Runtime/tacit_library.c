/*===- tacit_library.c - What a compiled library keeps --------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Any number of threads may call a library at once. A state belongs to one   *|
|* call at a time: a simple call takes an idle one, or makes one. Pointers    *|
|* change hands by atomic exchange; a lock would stay locked in a process     *|
|* that forks while another thread holds it.                                  *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#define _GNU_SOURCE /* dladdr */

#include "tacit/Runtime/tacit_runtime.h"
#include "tacit_tensors.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*===----------------------------------------------------------------------===*\
|* States                                                                     *|
\*===----------------------------------------------------------------------===*/

static tacit_state *make_state(tacit_library *library, tacit_message out) {
  tacit_state *state = calloc(1, sizeof *state);
  if (state)
    state->library = library;
  else
    tacit_refuse(out, TACIT_INTERNAL, "free some memory", "cannot allocate a state");
  return state;
}

void tacit_library_destroy(tacit_state *state) {
  if (!state)
    return;
  tacit_runtime_reset(state);
  free(state);
}

/* Returns a state that is not in use; null if there is none. */
static tacit_state *take_idle(tacit_library *library) {
  for (int i = 0; i < TACIT_MAX_IDLE; ++i) {
    /* Reading is cheaper than an exchange. */
    if (!__atomic_load_n(&library->idle[i], __ATOMIC_RELAXED))
      continue;
    tacit_state *state = __atomic_exchange_n(&library->idle[i], NULL, __ATOMIC_ACQ_REL);
    if (state)
      return state;
  }
  return NULL;
}

static void keep_idle(tacit_library *library, tacit_state *state) {
  for (int i = 0; i < TACIT_MAX_IDLE; ++i) {
    tacit_state *empty = NULL;
    if (__atomic_compare_exchange_n(&library->idle[i], &empty, state, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED))
      return;
  }
  tacit_library_destroy(state);
}

/*===----------------------------------------------------------------------===*\
|* The library                                                                *|
\*===----------------------------------------------------------------------===*/

void tacit_library_load(tacit_library *library) {
  Dl_info found;
  library->folder[0] = '\0';
  library->weights_file = -1;
  if (!dladdr((const void *)library->model, &found) || !found.dli_fname)
    return;
  const char *slash = strrchr(found.dli_fname, '/');
  int length = slash ? (int)(slash - found.dli_fname) + 1 : 0;
  char working[sizeof library->folder] = "";
  /* The name is what was passed to dlopen, and may be relative. */
  if (found.dli_fname[0] != '/' && getcwd(working, sizeof working - 1))
    strcat(working, "/");
  int written = snprintf(library->folder, sizeof library->folder, "%s%.*s", working, length,
                         found.dli_fname);
  if (written < 0 || (size_t)written >= sizeof library->folder)
    library->folder[0] = '\0';
  library->weights_file = tacit_weights_open(library->model, library->folder);
}

void tacit_library_unload(tacit_library *library) {
  tacit_library_close(library);
  if (library->weights_file >= 0)
    close(library->weights_file);
  library->weights_file = -1;
}

int tacit_library_init(tacit_library *library, char *error, size_t error_size) {
  tacit_weights *weights = NULL;
  int status = tacit_library_weights(library, &weights, error, error_size);
  tacit_weights_release(weights);
  return status;
}

tacit_state *tacit_library_create(tacit_library *library, char *error, size_t error_size) {
  tacit_message out = {error, error_size};
  tacit_weights *weights = NULL;
  if (tacit_library_weights(library, &weights, error, error_size) != TACIT_OK)
    return NULL;
  tacit_state *state = make_state(library, out);
  if (!state) {
    tacit_weights_release(weights);
    return NULL;
  }
  tacit_weights_use(state, weights);
  return state;
}

int tacit_library_run(tacit_library *library, const tacit_tensor *inputs, int num_inputs,
                      tacit_tensor *outputs, int num_outputs, int threads, char *error,
                      size_t error_size) {
  tacit_message out = {error, error_size};
  tacit_state *state = take_idle(library);
  if (!state)
    state = make_state(library, out);
  if (!state)
    return TACIT_INTERNAL;
  int status = tacit_runtime_run(library->model, state, inputs, num_inputs, outputs,
                                 num_outputs, threads, error, error_size);
  keep_idle(library, state);
  return status;
}

int tacit_library_run_state(tacit_library *library, tacit_state *state,
                            const tacit_tensor *inputs, int num_inputs,
                            tacit_tensor *outputs, int num_outputs, int threads,
                            char *error, size_t error_size) {
  tacit_message out = {error, error_size};
  if (!state)
    return tacit_refuse(out, TACIT_BAD_INPUT,
                        "the create function of the library makes one",
                        "the state is a null pointer");
  if (state->library != library)
    return tacit_refuse(out, TACIT_BAD_INPUT, "use the functions of one library",
                        "the state belongs to another library");
  if (__atomic_exchange_n(&state->is_busy, 1, __ATOMIC_ACQUIRE))
    return tacit_refuse(out, TACIT_BAD_INPUT, "create a state for each thread",
                        "the state is in use by another call");
  int status = tacit_runtime_run(library->model, state, inputs, num_inputs, outputs,
                                 num_outputs, threads, error, error_size);
  __atomic_store_n(&state->is_busy, 0, __ATOMIC_RELEASE);
  return status;
}

void tacit_library_close(tacit_library *library) {
  for (tacit_state *state; (state = take_idle(library)) != NULL;)
    tacit_library_destroy(state);
  tacit_weights_release(__atomic_exchange_n(&library->weights, NULL, __ATOMIC_ACQ_REL));
}
