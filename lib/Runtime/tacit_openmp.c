/*===- tacit_openmp.c - Threads of OpenMP ---------------------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit_threads.h"

/* <omp.h> belongs to one compiler; these functions are in every OpenMP library. The number
   belongs to the calling thread. */
extern void omp_set_num_threads(int);
extern int omp_get_max_threads(void);

int tacit_threads_request(int threads) {
  int before = omp_get_max_threads();
  if (threads != before)
    omp_set_num_threads(threads);
  return before;
}
