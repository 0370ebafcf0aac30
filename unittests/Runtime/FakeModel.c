/*===- FakeModel.c - A model written by hand ------------------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Stands where generated code does: logits[i] = mask[i] ? table[tokens[i]]   *|
|* : -1, with a table of eight weights. The build compiles it several times   *|
|* with other macros.                                                         *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit/Runtime/tacit.h"
#include <string.h>

static const tacit_io inputs[] = {
    {"tokens", TACIT_I64, 2, {1, 4}, 8, {0}},
    {"mask", TACIT_BOOL, 1, {4}, 0, {0}},
};
static const tacit_io outputs[] = {{"logits", TACIT_F32, 2, {1, 4}, 0, {0}}};

static int64_t entry(const uint8_t *weights, uint8_t *arena, const tacit_tensor *in,
                     tacit_tensor *out, const int64_t *dims) {
  (void)dims;
  const int64_t *tokens = in[0].data;
  const uint8_t *mask = in[1].data;
  /* The result goes through the arena, as real models' results do. */
  float *scratch = (float *)(void *)arena;
  for (int i = 0; i < 4; ++i) {
    int64_t token = tokens[i] < 0 ? tokens[i] + 8 : tokens[i];
    memcpy(&scratch[i], weights + 4 * token, 4);
    if (!mask[i])
      scratch[i] = -1.0f;
  }
  memcpy(out[0].data, scratch, 16);
  return 0;
}

/* Not static, as helpers in generated code may be; no library may export it. */
int fake_helper(void);
int fake_helper(void) { return 1; }

extern const tacit_model_desc tacit_model;
const tacit_model_desc tacit_model = {
    ABI,   2, 1, 0, inputs, outputs, 32, WEIGHTS_HASH, 16, WEIGHTS_FILE, "",
    entry, 0, 0, 0, 0,      0,       0,  "{}"};
