/*===- main.c - Calling a compiled character model from C -----------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Goes on with a text: prints the five likeliest next characters, then       *|
|* writes on, always taking the likeliest. gpt.h and gpt.so come from         *|
|* `tacit compile`; nothing else is needed at run time but gpt.weights.       *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "gpt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GPT_INPUT_0_ELEMENTS
#error "gpt.so takes any size; compile the model for one: --shape tokens=1x128"
#endif

/* The characters that the model's tokens 0 to 64 stand for. */
static const char alphabet[] = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz";

enum {
  WINDOW = GPT_INPUT_0_ELEMENTS,
  VOCABULARY = GPT_OUTPUT_0_ELEMENTS / GPT_INPUT_0_ELEMENTS,
  LONGEST = 4096
};

/* The scores of the character after `count` tokens; null after an error. */
static const float *predict(const int64_t *text, int count) {
  static int64_t tokens[GPT_INPUT_0_ELEMENTS];
  static float logits[GPT_OUTPUT_0_ELEMENTS];
  int used = count < WINDOW ? count : WINDOW;
  /* A position sees only those before it, so what fills the rest does not matter. */
  memset(tokens, 0, sizeof tokens);
  memcpy(tokens, text + count - used, used * sizeof *tokens);

  tacit_tensor inputs[] = {gpt_input_0(tokens)};
  tacit_tensor outputs[] = {gpt_output_0(logits)};
  char error[512];
  if (gpt_run(inputs, GPT_NUM_INPUTS, outputs, GPT_NUM_OUTPUTS, /*threads=*/0, error,
              sizeof error) != TACIT_OK) {
    fprintf(stderr, "error: %s\n", error);
    return NULL;
  }
  return logits + (used - 1) * VOCABULARY;
}

/* The token with the highest score below `limit`, so that calling it again with the
   last result's score gives the next in rank. */
static int best_below(const float *scores, float limit) {
  int best = -1;
  for (int i = 0; i < VOCABULARY; ++i)
    if (scores[i] < limit && (best < 0 || scores[i] > scores[best]))
      best = i;
  return best;
}

static void print_ranking(const float *scores) {
  float limit = 1e30f;
  for (int rank = 1; rank <= 5; ++rank) {
    int token = best_below(scores, limit);
    if (token < 0)
      return;
    char shown = alphabet[token] == '\n' ? '~' : alphabet[token];
    printf("%d. '%c'  token %2d  logit %8.4f\n", rank, shown, token, scores[token]);
    limit = scores[token];
  }
}

int main(int argc, char **argv) {
  const char *seed = argc > 1 ? argv[1] : "ROMEO:";
  int length = argc > 2 ? atoi(argv[2]) : 120;
  static int64_t text[LONGEST];
  int count = 0;
  if (VOCABULARY != sizeof alphabet - 1) {
    fprintf(stderr, "error: gpt.so has %d tokens; expected a model of %zu characters\n",
            VOCABULARY, sizeof alphabet - 1);
    return 1;
  }
  for (; seed[count]; ++count) {
    const char *found = strchr(alphabet, seed[count]);
    if (!found || count == LONGEST) {
      fprintf(stderr, "error: '%c' at %d is %s\n", seed[count], count,
              found ? "too far" : "not in the model's alphabet");
      return 2;
    }
    text[count] = found - alphabet;
  }
  if (count == 0 || length < 0 || length > LONGEST - count) {
    fprintf(stderr, "usage: %s [TEXT [NUMBER_OF_CHARACTERS]]\n", argv[0]);
    return 2;
  }

  const float *scores = predict(text, count);
  if (!scores)
    return 1;
  print_ranking(scores);
  printf("\n%s", seed);
  for (; length > 0; --length) {
    int next = best_below(scores, 1e30f);
    /* No score is below the limit when all are NaN. */
    if (next < 0)
      return 1;
    putchar(alphabet[next]);
    text[count++] = next;
    if (length > 1 && !(scores = predict(text, count)))
      return 1;
  }
  putchar('\n');
  return 0;
}
