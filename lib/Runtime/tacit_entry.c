/*===- tacit_entry.c - The functions that a compiled library exports ------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit/Runtime/tacit_runtime.h"

/* Comes from the generated object. */
extern const tacit_model_desc tacit_model;

static tacit_state state;

__attribute__((visibility("default"))) int tacit_run(const tacit_tensor *inputs,
                                                     int num_inputs, tacit_tensor *outputs,
                                                     int num_outputs, int threads,
                                                     char *error, size_t error_size) {
  return tacit_runtime_run(&tacit_model, &state, inputs, num_inputs, outputs, num_outputs,
                           threads, error, error_size);
}

__attribute__((visibility("default"))) int
tacit_output_shapes(const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                    int num_outputs, char *error, size_t error_size) {
  return tacit_runtime_output_shapes(&tacit_model, &state, inputs, num_inputs, outputs,
                                     num_outputs, error, error_size);
}
