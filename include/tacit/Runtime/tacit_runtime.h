/*===- tacit_runtime.h - What stands around generated code --------*- C -*-===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Generated code checks nothing. These functions check every tensor against  *|
|* the model's description, find its weights, and own its working memory.     *|
|* They are linked into every compiled library and into the tool itself.      *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef TACIT_RUNTIME_TACIT_RUNTIME_H
#define TACIT_RUNTIME_TACIT_RUNTIME_H

#include "tacit/Runtime/tacit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A larger number of threads is treated as a mistake. */
#define TACIT_MAX_THREADS 1024

/* A weight file is the packed weights, and then this, little-endian. The library knows its
   weights by their hash and size. */
typedef struct {
  uint64_t hash;  /* tacit_runtime_hash of the weights */
  uint64_t bytes; /* of the weights */
  uint64_t version;
  char magic[8];
} tacit_weights_end;
#define TACIT_WEIGHTS_VERSION 2
#define TACIT_WEIGHTS_MAGIC "TACITWTS"

/* While a library is replaced, the weights of the old one have this behind their name. */
#define TACIT_OLD_SUFFIX ".old"

/* The state that one model keeps between calls. All zero before the first. */
typedef struct {
  const uint8_t *weights;
  uint8_t *arena;
  void *mapped; /* the weight file; null if the caller owns the weights */
  uint64_t mapped_bytes;
  uint64_t arena_bytes; /* size of the arena */
  int64_t *sizes;       /* those of the free dimensions, then those that `shapes` writes */
} tacit_state;

/* Checks everything that generated code relies on, then runs it. The first call maps the
   weight file beside the library and allocates the arena. Returns the same codes as
   tacit_run; a second line of the message, " try: ...", states what to do. */
int tacit_runtime_run(const tacit_model_desc *model, tacit_state *state,
                      const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                      int num_outputs, int threads, char *error, size_t error_size);

/* Returns the same codes as tacit_output_shapes. */
int tacit_runtime_output_shapes(const tacit_model_desc *model, tacit_state *state,
                                const tacit_tensor *inputs, int num_inputs,
                                tacit_tensor *outputs, int num_outputs, char *error,
                                size_t error_size);

/* Uses weights that are in memory already instead of a file. They must outlive the state
   and hold model->weights_bytes bytes; their hash is not checked. */
void tacit_runtime_use_weights(tacit_state *state, const uint8_t *weights);

/* Releases everything that the state owns; afterwards it is as before the first call. */
void tacit_runtime_reset(tacit_state *state);

/* The hash that tacit_model_desc::weights_hash holds: FNV-1a of 64 bits, but one step per
   little-endian 64-bit word (the last padded with zeros), because a weight file is hashed
   at every start of a program. A word's high bits would never reach the hash's low ones, so
   each step ends with hash ^= hash >> 32. Detects damage and mix-ups, not tampering. */
uint64_t tacit_runtime_hash(const void *bytes, uint64_t size);

#ifdef __cplusplus
}
#endif

#endif /* TACIT_RUNTIME_TACIT_RUNTIME_H */
