/*===- tacit_openmp.c - Threads of OpenMP ---------------------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit_threads.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* <omp.h> belongs to one compiler; these functions are in every OpenMP library. The number
   belongs to the calling thread. */
extern void omp_set_num_threads(int);
extern int omp_get_max_threads(void);

/* LLVM's OpenMP library registers itself, when it is first called, in a shared memory file
   that has the number of the process in its name. A process that may not write so much
   (RLIMIT_FSIZE), or is killed at that moment, leaves an empty file; a later process of the
   same number would read from it and die of SIGBUS. A file in use is never empty. */
static void remove_stale_registration(void) {
  char path[64];
  struct stat status;
  snprintf(path, sizeof path, "/dev/shm/__KMP_REGISTERED_LIB_%d_%d", (int)getpid(),
           (int)getuid());
  if (lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
    unlink(path);
}

int tacit_threads_request(int threads) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, remove_stale_registration);
  int before = omp_get_max_threads();
  if (threads != before)
    omp_set_num_threads(threads);
  return before;
}
