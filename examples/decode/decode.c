/*===- decode.c - Writing text with a key/value cache ---------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Runs a text through a decoder once, and then one token at a time: the keys *|
|* and values of what came before come out of one call (present) and go into  *|
|* the next (past). cached.h and cached.so come from `tacit compile`.         *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "cached.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  HEADS = 4,
  FEATURES = 32, /* of one head */
  VOCABULARY = 65,
  POSITIONS = 128, /* the model knows no later ones */
  CACHES = CACHED_NUM_INPUTS - 1
};

/* The characters that the model's tokens 0 to 64 stand for. */
static const char alphabet[] = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz";

/* An output must not overlap an input, so there are two buffers for each cache: what one
   call writes, the next one reads. */
static float caches[2][CACHES][HEADS * POSITIONS * FEATURES];

/* Runs `count` tokens behind `past` others; returns the scores of the token that follows
   them, or null after an error. */
static const float *step(tacit_state *state, const int64_t *tokens, int count, int past) {
  static float logits[POSITIONS * VOCABULARY];
  static int from;
  tacit_tensor inputs[CACHED_NUM_INPUTS], outputs[CACHED_NUM_OUTPUTS];
  inputs[0] = cached_input_tokens(tokens, /*batch=*/1, count);
  /* All caches have the same shape: [batch, heads, past, features]. */
  for (int i = 0; i < CACHES; ++i)
    inputs[1 + i] = cached_input_past_key_0(caches[from][i], /*batch=*/1, past);

  char error[512];
  if (cached_output_shapes(inputs, CACHED_NUM_INPUTS, outputs, CACHED_NUM_OUTPUTS, error,
                           sizeof error) == TACIT_OK) {
    outputs[0].data = logits;
    for (int i = 0; i < CACHES; ++i)
      outputs[1 + i].data = caches[!from][i];
    if (cached_run_state(state, inputs, CACHED_NUM_INPUTS, outputs, CACHED_NUM_OUTPUTS,
                         /*threads=*/1, error, sizeof error) == TACIT_OK) {
      from = !from;
      return logits + (size_t)(count - 1) * VOCABULARY;
    }
  }
  fprintf(stderr, "error: %s\n", error);
  return NULL;
}

static int likeliest(const float *scores) {
  int best = 0;
  for (int i = 1; i < VOCABULARY; ++i)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

int main(int argc, char **argv) {
  const char *text = argc > 1 ? argv[1] : "ROMEO:";
  int64_t tokens[POSITIONS];
  int count = 0;
  for (; text[count]; ++count) {
    const char *found = strchr(alphabet, text[count]);
    if (!found || count == POSITIONS) {
      fprintf(stderr, "error: '%c' at %d is %s\n", text[count], count,
              found ? "beyond the model's positions" : "not in the model's alphabet");
      return 2;
    }
    tokens[count] = found - alphabet;
  }
  if (count == 0) {
    fprintf(stderr, "usage: %s [TEXT]\n", argv[0]);
    return 2;
  }

  char error[512];
  tacit_state *state = cached_create(error, sizeof error);
  if (!state) {
    fprintf(stderr, "error: %s\n", error);
    return 1;
  }
  printf("%s", text);
  /* The first call takes the whole text and empty caches, each other one a token. */
  const float *scores = step(state, tokens, count, /*past=*/0);
  for (int past = count; scores; ++past) {
    int64_t next = likeliest(scores);
    putchar(alphabet[next]);
    if (past == POSITIONS)
      break;
    scores = step(state, &next, 1, past);
  }
  putchar('\n');
  cached_destroy(state);
  return scores ? 0 : 1;
}
