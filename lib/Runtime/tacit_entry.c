/*===- tacit_entry.c - The functions that a compiled library exports ------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit/Runtime/tacit_runtime.h"

#define EXPORT __attribute__((visibility("default")))

/* Comes from the generated object. */
extern const tacit_model_desc tacit_model;

static tacit_library library = {&tacit_model, NULL, {NULL}, "", -1};

/* Runs when the library is loaded, while a relative path still leads to it. */
__attribute__((constructor)) static void load(void) { tacit_library_load(&library); }

/* Runs when the library is unloaded, or the process ends. */
__attribute__((destructor)) static void unload(void) { tacit_library_unload(&library); }

EXPORT int tacit_init(char *error, size_t error_size) {
  return tacit_library_init(&library, error, error_size);
}

EXPORT int tacit_run(const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                     int num_outputs, int threads, char *error, size_t error_size) {
  return tacit_library_run(&library, inputs, num_inputs, outputs, num_outputs, threads,
                           error, error_size);
}

EXPORT int tacit_output_shapes(const tacit_tensor *inputs, int num_inputs,
                               tacit_tensor *outputs, int num_outputs, char *error,
                               size_t error_size) {
  return tacit_runtime_output_shapes(&tacit_model, inputs, num_inputs, outputs, num_outputs,
                                     error, error_size);
}

EXPORT tacit_state *tacit_create(char *error, size_t error_size) {
  return tacit_library_create(&library, error, error_size);
}

EXPORT int tacit_run_state(tacit_state *state, const tacit_tensor *inputs, int num_inputs,
                           tacit_tensor *outputs, int num_outputs, int threads, char *error,
                           size_t error_size) {
  return tacit_library_run_state(&library, state, inputs, num_inputs, outputs, num_outputs,
                                 threads, error, error_size);
}

EXPORT void tacit_destroy(tacit_state *state) { tacit_library_destroy(state); }

EXPORT void tacit_close(void) { tacit_library_close(&library); }

EXPORT const char *tacit_describe(void) { return tacit_model.json; }
