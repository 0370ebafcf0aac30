/*===- threads.c - Calls of one library from several threads --------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Calls the library model.so (any size, tokens -> logits) from four threads  *|
|* at once, with batches of one to four rows, and compares every bit with     *|
|* what one thread computed. A third of the calls uses a state of the thread, *|
|* the others the simple call.                                                *|
|*                                                                            *|
|*   threads NUMBER_OF_CALLS_PER_THREAD NUMBER_OF_OPENMP_THREADS              *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "model.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef SHARE_STATE
#include "tacit/Runtime/tacit_runtime.h"
static tacit_state shared;
extern const tacit_model_desc tacit_model;
#endif

enum { THREADS = 4, ROWS = 4, LENGTH = 6, WORDS = 65 };

static int calls, openmp;
static int64_t tokens[ROWS * LENGTH];
static float expected[ROWS][ROWS * LENGTH * WORDS]; /* for one row, two rows, ... */

static int run(tacit_state *state, int rows, float *logits, char *error, size_t size) {
  tacit_tensor input = model_input_0(tokens, rows, LENGTH);
  tacit_tensor output;
  int status = model_output_shapes(&input, 1, &output, 1, error, size);
  output.data = logits;
  if (status != TACIT_OK)
    return status;
#ifdef SHARE_STATE
  return tacit_runtime_run(&tacit_model, &shared, &input, 1, &output, 1, openmp, error,
                           size);
#endif
  return state ? model_run_state(state, &input, 1, &output, 1, openmp, error, size)
               : model_run(&input, 1, &output, 1, openmp, error, size);
}

static void *work(void *number) {
  unsigned random = 1 + (unsigned)(size_t)number;
  static _Thread_local float logits[ROWS * LENGTH * WORDS];
  char error[512];
  long wrong = 0;
  tacit_state *state = NULL;
  for (int i = 0; i < calls; ++i) {
    random = random * 1103515245u + 12345u;
    int rows = 1 + (random >> 16) % ROWS;
#ifdef SHARE_STATE
    rows = ROWS; /* so that each call finds the sizes that it expects, and runs */
#endif
    if (i % 50 == 0) {
      model_destroy(state);
      state = model_create(error, sizeof error);
    }
    memset(logits, 0, sizeof logits);
    int status = run(i % 3 == 0 ? state : NULL, rows, logits, error, sizeof error);
    if (status != TACIT_OK) {
      fprintf(stderr, "%s\n", error);
      ++wrong;
    } else if (memcmp(logits, expected[rows - 1], sizeof logits) != 0) {
      ++wrong;
    }
  }
  model_destroy(state);
  return (void *)wrong;
}

int main(int argc, char **argv) {
  calls = argc > 1 ? atoi(argv[1]) : 100;
  openmp = argc > 2 ? atoi(argv[2]) : 1;
  char error[512];
  for (int i = 0; i < ROWS * LENGTH; ++i)
    tokens[i] = (7 * i * i + 3 * i) % WORDS;
  for (int rows = 1; rows <= ROWS; ++rows)
    if (run(NULL, rows, expected[rows - 1], error, sizeof error) != TACIT_OK)
      return puts(error), 1;
  /* All threads find the library as it is before the first call. */
  model_close();
  pthread_t threads[THREADS];
  long wrong = 0;
  for (size_t i = 0; i < THREADS; ++i)
    pthread_create(&threads[i], NULL, work, (void *)i);
  for (size_t i = 0; i < THREADS; ++i) {
    void *found;
    pthread_join(threads[i], &found);
    wrong += (long)found;
  }
  model_close();
  printf("%d threads x %d calls: %ld wrong\n", THREADS, calls, wrong);
  return wrong != 0;
}
