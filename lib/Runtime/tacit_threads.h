/*===- tacit_threads.h - The threads of a call --------------------*- C -*-===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* tacit_openmp.c and tacit_serial.c implement this; which of them a library  *|
|* contains depends on its code.                                              *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef TACIT_LIB_RUNTIME_TACIT_THREADS_H
#define TACIT_LIB_RUNTIME_TACIT_THREADS_H

/* Requests `threads` threads for the parallel loops that the calling thread begins, and
   returns the number that was requested before. */
int tacit_threads_request(int threads);

#endif /* TACIT_LIB_RUNTIME_TACIT_THREADS_H */
