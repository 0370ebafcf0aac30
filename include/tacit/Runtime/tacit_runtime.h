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

/* A weight file in memory. Every state that uses it counts as one of its users, and so does
   a library that keeps it for the next state; the last user unmaps it. */
typedef struct {
  void *mapped;
  uint64_t bytes;
  int users; /* changed atomically */
} tacit_weights;

typedef struct tacit_library tacit_library;

/* What one call at a time needs. All zero before the first. */
struct tacit_state {
  const uint8_t *weights;
  tacit_weights *file;    /* null if the caller owns the weights */
  tacit_library *library; /* gives the weights; null if the state opens them itself */
  uint8_t *arena;
  uint64_t arena_bytes; /* size of the arena */
  int64_t *sizes;       /* those of the free dimensions, then those that `shapes` writes */
  int is_busy;          /* changed atomically */
};

/* Checks everything that generated code relies on, then runs it. The first call maps the
   weight file beside the library and allocates the arena. Returns the same codes as
   tacit_run; a second line of the message, " try: ...", states what to do. */
int tacit_runtime_run(const tacit_model_desc *model, tacit_state *state,
                      const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                      int num_outputs, int threads, char *error, size_t error_size);

/* Returns the same codes as tacit_output_shapes. */
int tacit_runtime_output_shapes(const tacit_model_desc *model, const tacit_tensor *inputs,
                                int num_inputs, tacit_tensor *outputs, int num_outputs,
                                char *error, size_t error_size);

/* Uses weights that are in memory already instead of a file. They must outlive the state
   and hold model->weights_bytes bytes; their hash is not checked. */
void tacit_runtime_use_weights(tacit_state *state, const uint8_t *weights);

/* Releases everything that the state owns; afterwards it is as before the first call. */
void tacit_runtime_reset(tacit_state *state);

/* Uses a weight file, of which the state was counted as a user. */
void tacit_weights_use(tacit_state *state, tacit_weights *weights);

/* Counts one user less. `weights` may be null. */
void tacit_weights_release(tacit_weights *weights);

/* A larger number of simple calls at the same time works, too, but the memory of those
   beyond is freed after each call. */
#define TACIT_MAX_IDLE 64

/* What a compiled library keeps: its weights, and the states of simple calls that are not
   running. There are no locks, so that a process may fork at any time. */
struct tacit_library {
  const tacit_model_desc *model;
  tacit_weights *weights;
  tacit_state *idle[TACIT_MAX_IDLE];
  /* The folder of the library, with a slash at its end. It is absolute, so that the process
     may change its working directory. Empty if it is not known. */
  char folder[4096];
  /* The weight file, open since the library was loaded, so that a library that is replaced
     goes on with its own weights; -1 if it was not there. */
  int weights_file;
};

/* Looks up the folder, and opens the weights. Called when the library is loaded. */
void tacit_library_load(tacit_library *library);
/* Frees everything. Called when the library is unloaded. */
void tacit_library_unload(tacit_library *library);

/* Opens the weight file beside the library, if it is the one of this model; -1 otherwise.
 */
int tacit_weights_open(const tacit_model_desc *model, const char *folder);

/* Returns the weights, and counts the caller as one of their users. */
int tacit_library_weights(tacit_library *library, tacit_weights **weights, char *error,
                          size_t error_size);

/* These do what the functions of tacit.h do that have these names without "library". */
int tacit_library_init(tacit_library *library, char *error, size_t error_size);
int tacit_library_run(tacit_library *library, const tacit_tensor *inputs, int num_inputs,
                      tacit_tensor *outputs, int num_outputs, int threads, char *error,
                      size_t error_size);
tacit_state *tacit_library_create(tacit_library *library, char *error, size_t error_size);
int tacit_library_run_state(tacit_library *library, tacit_state *state,
                            const tacit_tensor *inputs, int num_inputs,
                            tacit_tensor *outputs, int num_outputs, int threads,
                            char *error, size_t error_size);
void tacit_library_destroy(tacit_state *state);
void tacit_library_close(tacit_library *library);

/* The hash that tacit_model_desc::weights_hash holds: FNV-1a of 64 bits, but one step per
   little-endian 64-bit word (the last padded with zeros), because a weight file is hashed
   at every start of a program. A word's high bits would never reach the hash's low ones, so
   each step ends with hash ^= hash >> 32. Detects damage and mix-ups, not tampering. */
uint64_t tacit_runtime_hash(const void *bytes, uint64_t size);

#ifdef __cplusplus
}
#endif

#endif /* TACIT_RUNTIME_TACIT_RUNTIME_H */
