/*===- tacit.h - C interface of a compiled model ------------------*- C -*-===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* A compiled model is one function over arrays of tensors. The caller owns   *|
|* every buffer; nothing is allocated per call after the first.               *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef TACIT_RUNTIME_TACIT_H
#define TACIT_RUNTIME_TACIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TACIT_ABI_VERSION 1

/* The header of a compiled model repeats this part, so that it stands alone;
   whichever comes first declares it. */
#ifndef TACIT_TENSOR_DECLARED
#define TACIT_TENSOR_DECLARED

#define TACIT_MAX_RANK 8

/* Element types, numbered as in ONNX (TensorProto.DataType). */
enum { TACIT_F32 = 1, TACIT_U8 = 2, TACIT_I8 = 3, TACIT_I32 = 6, TACIT_I64 = 7,
       TACIT_BOOL = 9, TACIT_F64 = 11 };

/* A dense row-major tensor. `shape` holds `rank` dimensions, in elements. */
typedef struct {
  void *data;
  int32_t dtype;
  int32_t rank;
  int64_t shape[TACIT_MAX_RANK];
} tacit_tensor;

/* Status codes; text goes to `error`. */
enum { TACIT_OK = 0, TACIT_BAD_INPUT = 4, TACIT_INTERNAL = 1 };

#endif /* TACIT_TENSOR_DECLARED */

/* What the model expects of one input or gives for one output. A dimension of
   -1 is free. `index_bound` is n where every element must lie in [-n, n-1]
   because the model uses it as an index, and 0 elsewhere. */
typedef struct {
  const char *name;
  int32_t dtype;
  int32_t rank;
  int64_t shape[TACIT_MAX_RANK];
  int64_t index_bound;
} tacit_io;

/* The model itself; every compiled library exports one as `tacit_model`. */
typedef struct {
  int32_t abi_version;
  int32_t num_inputs;
  int32_t num_outputs;
  int32_t reserved;
  const tacit_io *inputs;
  const tacit_io *outputs;
  uint64_t weights_bytes; /* size of the packed weight file */
  uint64_t weights_hash;  /* of the packed weights; see tacit_runtime_hash */
  uint64_t arena_bytes;   /* working memory of one call */
  const char *weights_file; /* file name, looked up beside the library */
  const char *features;     /* comma-separated processor features it needs */
  /* The generated code. Checks nothing; use tacit_run. */
  void (*entry)(const uint8_t *weights, uint8_t *arena, const tacit_tensor *inputs,
                tacit_tensor *outputs);
} tacit_model_desc;

/* Runs the model of this library. `threads` <= 0 means one per core. Returns
   TACIT_OK, or another code and a message in `error` (always terminated; may be
   null). Calls must not overlap. */
int tacit_run(const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
              int num_outputs, int threads, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif

#endif /* TACIT_RUNTIME_TACIT_H */
