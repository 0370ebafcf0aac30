/*===- tacit.h - C interface of a compiled model ------------------*- C -*-===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* A compiled model is a function over arrays of tensors, which any number of *|
|* threads may call at once. The caller owns every buffer; nothing is         *|
|* allocated per call after the first, unless a larger size of a free         *|
|* dimension, or a call at the same time, needs more working memory.          *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef TACIT_RUNTIME_TACIT_H
#define TACIT_RUNTIME_TACIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TACIT_ABI_VERSION 5

/* The header of a compiled model repeats this part, so that it is self-contained; whichever
   is included first declares it. */
#ifndef TACIT_TENSOR_DECLARED
#define TACIT_TENSOR_DECLARED

#define TACIT_MAX_RANK 8

/* Element types, numbered as in ONNX (TensorProto.DataType). */
enum {
  TACIT_F32 = 1,
  TACIT_U8 = 2,
  TACIT_I8 = 3,
  TACIT_U16 = 4,
  TACIT_I16 = 5,
  TACIT_I32 = 6,
  TACIT_I64 = 7,
  TACIT_BOOL = 9,
  TACIT_F16 = 10,
  TACIT_F64 = 11,
  TACIT_U32 = 12,
  TACIT_U64 = 13,
  TACIT_BF16 = 16
};

/* A dense row-major tensor. `shape` holds `rank` dimensions, in elements. */
typedef struct {
  void *data;
  int32_t dtype;
  int32_t rank;
  int64_t shape[TACIT_MAX_RANK];
} tacit_tensor;

/* Status codes; messages are written to `error`. */
enum { TACIT_OK = 0, TACIT_BAD_INPUT = 4, TACIT_INTERNAL = 1 };

/* The working memory of one call at a time. */
typedef struct tacit_state tacit_state;

#endif /* TACIT_TENSOR_DECLARED */

/* Describes one input or output of the model. A dimension of -1 is free: any size from 0
   on. `index_bound` is n if every element must lie in [-n, n-1] because the model uses it
   as an index, and 0 otherwise. For a free dimension, `dims` holds the number of its name;
   a name has one size in a call. A number of -1 means that the model computes the size from
   the others. */
typedef struct {
  const char *name;
  int32_t dtype;
  int32_t rank;
  int64_t shape[TACIT_MAX_RANK];
  int64_t index_bound;
  int32_t dims[TACIT_MAX_RANK];
} tacit_io;

/* The model itself; every compiled library exports one as `tacit_model`. It belongs to the
   runtime of the same version: callers use tacit_describe. */
typedef struct {
  int32_t abi_version;
  int32_t num_inputs;
  int32_t num_outputs;
  int32_t num_dims; /* names of free dimensions; 0 if every size is fixed */
  const tacit_io *inputs;
  const tacit_io *outputs;
  uint64_t weights_bytes;   /* size of the packed weights */
  uint64_t weights_hash;    /* hash of the packed weights; see tacit_runtime_hash */
  uint64_t arena_bytes;     /* working memory of one call, if num_dims is 0 */
  const char *weights_file; /* file name, looked up beside the library */
  const char *features;     /* comma-separated processor features it needs */
  /* The generated code. Checks no buffer; use tacit_run. Returns 0, or n if the n-th of
     `value_checks` failed: then the contents of the outputs are unspecified. */
  int64_t (*entry)(const uint8_t *weights, uint8_t *arena, const tacit_tensor *inputs,
                   tacit_tensor *outputs, const int64_t *dims);
  /* The messages of the conditions that `entry` checks in each call. */
  const char *const *value_checks;
  int64_t num_value_checks;
  /* These are null if num_dims is 0. */
  const char *const *dim_names;
  /* The messages of the conditions that `shapes` checks. */
  const char *const *checks;
  int64_t num_checks;
  /* Writes the bytes of working memory and then every dimension of every output that
     follow from the sizes of the free dimensions. Returns 0, or n if the n-th check
     failed, in which case the sizes are meaningless. */
  int64_t (*shapes)(const int64_t *dims, int64_t *sizes);
  const char *json; /* what tacit_describe returns */
} tacit_model_desc;

/* The functions of a library. Each is also exported as NAME_run and so on, under which the
   header of the library declares and documents it in full. In all of them, `error` receives
   a message, which is always terminated and is cut to `error_size` bytes; it may be null.
 */

/* Maps and checks the weights, which the first call would do otherwise; their file is
   opened when the library is loaded. */
int tacit_init(char *error, size_t error_size);

/* Runs the model. `threads` <= 0 means one per core. Any number of threads may call it at
   the same time. Values that the model cannot take, such as an index that it computes and
   that lies outside of its table, are found during the run: after an error the contents of
   the outputs are unspecified, and the next call is not affected. */
int tacit_run(const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
              int num_outputs, int threads, char *error, size_t error_size);

/* Fills `dtype`, `rank` and `shape` of the outputs for inputs of these shapes, so that the
   caller can allocate them. Reads no data. Returns the same codes as tacit_run. */
int tacit_output_shapes(const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                        int num_outputs, char *error, size_t error_size);

/* Makes working memory that tacit_run_state uses for one call at a time; null after an
   error. */
tacit_state *tacit_create(char *error, size_t error_size);
int tacit_run_state(tacit_state *state, const tacit_tensor *inputs, int num_inputs,
                    tacit_tensor *outputs, int num_outputs, int threads, char *error,
                    size_t error_size);
void tacit_destroy(tacit_state *state);

/* Frees what the library keeps between calls; the next call works as the first one did. */
void tacit_close(void);

/* Describes the model as JSON, for callers that do not read the header. */
const char *tacit_describe(void);

#ifdef __cplusplus
}
#endif

#endif /* TACIT_RUNTIME_TACIT_H */
