/*===- tacit_tensors.h - Checks on the tensors of a call ----------*- C -*-===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef TACIT_LIB_RUNTIME_TACIT_TENSORS_H
#define TACIT_LIB_RUNTIME_TACIT_TENSORS_H

#include "tacit/Runtime/tacit.h"

/* The caller's buffer for the error message. */
typedef struct {
  char *text;
  size_t size;
} tacit_message;

/* Writes a message with " try: HINT" below it, and returns `code`. */
__attribute__((format(printf, 4, 5))) int
tacit_refuse(tacit_message out, int code, const char *hint, const char *format, ...);

/* Checks element type and shape; `hint` says where a valid shape comes from. `kind` is
   "input" or "output". */
int tacit_check_form(const tacit_io *expected, const tacit_tensor *found, const char *kind,
                     const char *hint, tacit_message out);

/* Checks its memory, too. */
int tacit_check_tensor(const tacit_io *expected, const tacit_tensor *found,
                       const char *kind, const char *hint, tacit_message out);

/* Checks values that generated code would use as an address, or load as one bit. */
int tacit_check_values(const tacit_io *expected, const tacit_tensor *found,
                       tacit_message out);

#endif /* TACIT_LIB_RUNTIME_TACIT_TENSORS_H */
