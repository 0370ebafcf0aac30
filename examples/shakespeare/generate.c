/*===- generate.c - Writing text with a compiled character model ----------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Goes on with a text, character by character. gpt.h and gpt.so come from    *|
|* `tacit compile`; gpt.weights must lie beside gpt.so.                       *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#define _POSIX_C_SOURCE 200809L

#include "gpt.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef GPT_INPUT_0_ELEMENTS
#error "gpt.so takes any size; compile the model for one: --shape tokens=1x128"
#endif

enum {
  WINDOW = GPT_INPUT_0_ELEMENTS,
  TOKENS = GPT_OUTPUT_0_ELEMENTS / GPT_INPUT_0_ELEMENTS,
  LONGEST_FILE = 1 << 16
};

/* What each token stands for: one character, which UTF-8 may write in four bytes. */
static char vocabulary[TOKENS][5];

/*===- Vocabulary ---------------------------------------------------------===*/

/* The one character of a JSON string as UTF-8; returns what follows it, or null. */
static const char *read_character(const char *at, char out[5]) {
  static const char escapes[] = "n\nt\tr\rb\bf\f\"\"\\\\//";
  unsigned code;
  if (*at == '"')
    return NULL;
  if (*at != '\\') {
    int size = 0;
    do
      out[size++] = *at++;
    while ((*at & 0xC0) == 0x80 && size < 4);
    return at;
  }
  ++at;
  if (*at == 'u') {
    if (sscanf(at + 1, "%4x", &code) != 1 || code == 0 || code >= 0x80)
      return NULL;
    *out = (char)code;
    return at + 5;
  }
  for (const char *known = escapes; *known; known += 2)
    if (*known == *at) {
      *out = known[1];
      return at + 1;
    }
  return NULL;
}

/* Reads a JSON array with one string of one character per token. */
static int read_vocabulary(const char *path) {
  static char text[LONGEST_FILE];
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "error: cannot read '%s'; expected the model's vocabulary\n", path);
    return 0;
  }
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);

  int count = 0;
  const char *at = text;
  while ((at = strchr(at, '"')) && count < TOKENS) {
    const char *end = read_character(at + 1, vocabulary[count]);
    if (!end || *end != '"')
      break;
    at = end + 1;
    ++count;
  }
  if (count == TOKENS && !at)
    return 1;
  fprintf(stderr,
          "error: '%s' has %s%d characters; expected a JSON array of %d strings, one\n"
          "character each\n",
          path, count == TOKENS ? "more than " : "", count, TOKENS);
  return 0;
}

/* The token that `text` begins with; -1 for none. */
static int find_token(const char *text) {
  for (int i = 0; i < TOKENS; ++i)
    if (strncmp(text, vocabulary[i], strlen(vocabulary[i])) == 0)
      return i;
  return -1;
}

/*===- Model --------------------------------------------------------------===*/

/* The scores of what follows the `count` tokens of `window`; null after an error. */
static const float *predict(const int64_t *window, int count, int threads) {
  static float logits[GPT_OUTPUT_0_ELEMENTS];
  tacit_tensor inputs[] = {gpt_input_0(window)};
  tacit_tensor outputs[] = {gpt_output_0(logits)};
  char error[512];
  if (gpt_run(inputs, GPT_NUM_INPUTS, outputs, GPT_NUM_OUTPUTS, threads, error,
              sizeof error) != TACIT_OK) {
    fprintf(stderr, "error: %s\n", error);
    return NULL;
  }
  /* The model is causal: what stands behind the last token does not change this row. */
  return logits + (size_t)(count - 1) * TOKENS;
}

/*===- Chance -------------------------------------------------------------===*/

/* xorshift64* (Vigna, arXiv 1402.6246, section 3), so that a seed writes the same text
   on every machine. */
static double next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (double)((*state * 2685821657736338717ull) >> 11) / 9007199254740992.0;
}

/* A token by the probabilities softmax(scores / temperature); the likeliest for 0. */
static int choose(const float *scores, double temperature, uint64_t *state) {
  double weights[TOKENS], sum = 0;
  int best = 0;
  for (int i = 1; i < TOKENS; ++i)
    if (scores[i] > scores[best])
      best = i;
  if (temperature <= 0)
    return best;
  for (int i = 0; i < TOKENS; ++i)
    sum += weights[i] = exp((scores[i] - scores[best]) / temperature);
  double left = next_random(state) * sum;
  for (int i = 0; i < TOKENS; ++i)
    if ((left -= weights[i]) < 0)
      return i;
  return best;
}

/*===- Program ------------------------------------------------------------===*/

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int usage(const char *program) {
  fprintf(stderr,
          "usage: %s [-v vocab.json] [-n CHARACTERS] [-t TEMPERATURE] [-s SEED]\n"
          "       [-j THREADS] [TEXT]\n",
          program);
  return 2;
}

/* Puts the tokens of `text` at the end of the window; -1 if it has none or others. */
static int begin(const char *text, int64_t *window) {
  int count = 0;
  for (const char *at = text; *at;) {
    int token = find_token(at);
    if (token < 0) {
      fprintf(stderr,
              "error: the model does not know the character that '%.8s' begins with\n", at);
      return -1;
    }
    if (count == WINDOW)
      memmove(window, window + 1, --count * sizeof *window);
    window[count++] = token;
    at += strlen(vocabulary[token]);
  }
  if (count == 0)
    fprintf(stderr, "error: the text is empty; expected at least one character\n");
  return count > 0 ? count : -1;
}

int main(int argc, char **argv) {
  const char *path = "vocab.json", *text = "ROMEO:";
  long length = 400, threads = 0;
  double temperature = 0.8;
  unsigned long long seed = 1;
  for (int option; (option = getopt(argc, argv, "v:n:t:s:j:")) != -1;) {
    char *end = NULL;
    if (option == 'v')
      path = optarg;
    else if (option == 'n')
      length = strtol(optarg, &end, 10);
    else if (option == 't')
      temperature = strtod(optarg, &end);
    else if (option == 's')
      seed = strtoull(optarg, &end, 10);
    else if (option == 'j')
      threads = strtol(optarg, &end, 10);
    else
      return usage(argv[0]);
    if (end && (end == optarg || *end))
      return usage(argv[0]);
  }
  if (optind + 1 < argc || length < 0 || !(temperature >= 0))
    return usage(argv[0]);
  if (optind < argc)
    text = argv[optind];

  static int64_t window[WINDOW];
  int count;
  if (!read_vocabulary(path) || (count = begin(text, window)) < 0)
    return 1;
  /* Neighbouring seeds are spread out; the state must not be zero. */
  uint64_t state = (seed + 1) * 0x9E3779B97F4A7C15ull | 1;

  fputs(text, stdout);
  double started = 0, last = 0;
  for (long i = 0; i < length; ++i) {
    const float *scores = predict(window, count, (int)threads);
    if (!scores)
      return 1;
    int token = choose(scores, temperature, &state);
    fputs(vocabulary[token], stdout);
    fflush(stdout);
    if (count == WINDOW)
      memmove(window, window + 1, --count * sizeof *window);
    window[count++] = token;
    last = seconds();
    /* The first call maps and checks the weights. */
    if (i == 0)
      started = last;
  }
  putchar('\n');
  fflush(stdout);
  if (length > 1)
    fprintf(stderr, "%ld characters per second, a window of %d computed for each\n",
            (long)((double)(length - 1) / (last - started) + 0.5), WINDOW);
  return 0;
}
