/*===- tacit_tensors.c - Checks on the tensors of a call ------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit_tensors.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

int tacit_refuse(tacit_message out, int code, const char *hint, const char *format, ...) {
  if (!out.text || out.size == 0)
    return code;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(out.text, out.size, format, arguments);
  va_end(arguments);
  if (length >= 0 && (size_t)length < out.size)
    snprintf(out.text + length, out.size - length, "\n  try: %s", hint);
  return code;
}

/*===----------------------------------------------------------------------===*\
|* Tensors                                                                    *|
\*===----------------------------------------------------------------------===*/

static const char *dtype_name(int32_t dtype) {
  switch (dtype) {
  case TACIT_F16:
    return "float16";
  case TACIT_BF16:
    return "bfloat16";
  case TACIT_F32:
    return "float32";
  case TACIT_U8:
    return "uint8";
  case TACIT_I8:
    return "int8";
  case TACIT_U16:
    return "uint16";
  case TACIT_I16:
    return "int16";
  case TACIT_U32:
    return "uint32";
  case TACIT_U64:
    return "uint64";
  case TACIT_I32:
    return "int32";
  case TACIT_I64:
    return "int64";
  case TACIT_BOOL:
    return "bool";
  case TACIT_F64:
    return "float64";
  default:
    return "unknown";
  }
}

static size_t dtype_bytes(int32_t dtype) {
  switch (dtype) {
  case TACIT_U16:
  case TACIT_I16:
  case TACIT_F16:
  case TACIT_BF16:
    return 2;
  case TACIT_F32:
  case TACIT_I32:
  case TACIT_U32:
    return 4;
  case TACIT_I64:
  case TACIT_F64:
  case TACIT_U64:
    return 8;
  default:
    return 1;
  }
}

/* Room for "a" + 8 numbers of 20 characters and the separators. */
enum { SHAPE_TEXT = 24 * TACIT_MAX_RANK };

/* Writes "4x128", or "scalar"; `free_dim` is the value that means any, shown as "?". */
static const char *shape_text(const int64_t *shape, int32_t rank, int64_t free_dim,
                              char *text) {
  size_t length = sprintf(text, "%s", rank ? "" : "scalar");
  for (int32_t i = 0; i < rank; ++i) {
    length += sprintf(text + length, "%s", i ? "x" : "");
    length += shape[i] == free_dim ? sprintf(text + length, "?")
                                   : sprintf(text + length, "%" PRId64, shape[i]);
  }
  return text;
}

/* Writes the position of a row-major index: "[0, 17]". */
static const char *position_text(const tacit_tensor *tensor, int64_t index, char *text) {
  int64_t position[TACIT_MAX_RANK];
  for (int32_t i = tensor->rank - 1; i >= 0; --i) {
    position[i] = index % tensor->shape[i];
    index /= tensor->shape[i];
  }
  size_t length = sprintf(text, "[");
  for (int32_t i = 0; i < tensor->rank; ++i)
    length += sprintf(text + length, "%s%" PRId64, i ? ", " : "", position[i]);
  sprintf(text + length, "]");
  return text;
}

static int check_shape(const tacit_io *expected, const tacit_tensor *found,
                       const char *kind, const char *hint, tacit_message out) {
  if (found->rank < 0 || found->rank > TACIT_MAX_RANK)
    return tacit_refuse(out, TACIT_BAD_INPUT, hint,
                        "%s '%s' has %d dimensions; expected %d", kind, expected->name,
                        (int)found->rank, (int)expected->rank);
  int good = found->rank == expected->rank;
  for (int32_t i = 0; good && i < expected->rank; ++i)
    good = expected->shape[i] == -1 ? found->shape[i] >= 0
                                    : found->shape[i] == expected->shape[i];
  if (good)
    return TACIT_OK;
  char found_text[SHAPE_TEXT], expected_text[SHAPE_TEXT];
  return tacit_refuse(out, TACIT_BAD_INPUT, hint, "%s '%s' has shape %s; expected %s", kind,
                      expected->name,
                      shape_text(found->shape, found->rank, INT64_MIN, found_text),
                      shape_text(expected->shape, expected->rank, -1, expected_text));
}

/* Returns the elements of a tensor whose shape was checked; -1 if there are too many to
   count. */
static int64_t count_elements(const tacit_tensor *tensor) {
  int64_t count = (int64_t)dtype_bytes(tensor->dtype);
  for (int32_t i = 0; i < tensor->rank; ++i)
    if (tensor->shape[i] == 0)
      return 0;
  for (int32_t i = 0; i < tensor->rank; ++i)
    if (__builtin_mul_overflow(count, tensor->shape[i], &count))
      return -1;
  return count / (int64_t)dtype_bytes(tensor->dtype);
}

int tacit_check_form(const tacit_io *expected, const tacit_tensor *found, const char *kind,
                     const char *hint, tacit_message out) {
  if (found->dtype != expected->dtype)
    return tacit_refuse(out, TACIT_BAD_INPUT, "convert the values before the call",
                        "%s '%s' has element type %s (%d); expected %s (%d)", kind,
                        expected->name, dtype_name(found->dtype), (int)found->dtype,
                        dtype_name(expected->dtype), (int)expected->dtype);
  int status = check_shape(expected, found, kind, hint, out);
  if (status == TACIT_OK && count_elements(found) < 0)
    return tacit_refuse(out, TACIT_BAD_INPUT, "use smaller dimensions",
                        "%s '%s' has more than 2^63 bytes", kind, expected->name);
  return status;
}

int tacit_check_tensor(const tacit_io *expected, const tacit_tensor *found,
                       const char *kind, const char *hint, tacit_message out) {
  int status = tacit_check_form(expected, found, kind, hint, out);
  if (status != TACIT_OK)
    return status;
  int64_t count = count_elements(found);
  if (!found->data && count > 0)
    return tacit_refuse(out, TACIT_BAD_INPUT, "the caller owns every buffer, outputs too",
                        "%s '%s' has a null data pointer; expected %" PRId64 " elements",
                        kind, expected->name, count);
  if ((uintptr_t)found->data % dtype_bytes(found->dtype) != 0)
    return tacit_refuse(out, TACIT_BAD_INPUT,
                        "use memory from malloc or an array of the type",
                        "%s '%s' lies at address %p; expected a multiple of %zu", kind,
                        expected->name, found->data, dtype_bytes(found->dtype));
  return TACIT_OK;
}

static int64_t element(const tacit_tensor *tensor, int64_t i) {
  switch (tensor->dtype) {
  case TACIT_I8:
    return ((const int8_t *)tensor->data)[i];
  case TACIT_I16:
    return ((const int16_t *)tensor->data)[i];
  case TACIT_U16:
    return ((const uint16_t *)tensor->data)[i];
  case TACIT_I32:
    return ((const int32_t *)tensor->data)[i];
  case TACIT_U32:
    return ((const uint32_t *)tensor->data)[i];
  /* What is too large for int64_t is a negative index to the model as well. */
  case TACIT_U64:
  case TACIT_I64:
    return ((const int64_t *)tensor->data)[i];
  default:
    return ((const uint8_t *)tensor->data)[i];
  }
}

int tacit_check_values(const tacit_io *expected, const tacit_tensor *found,
                       tacit_message out) {
  int is_bool = found->dtype == TACIT_BOOL;
  int is_index = expected->index_bound > 0;
  if (!is_bool && !is_index)
    return TACIT_OK;
  int64_t low = is_bool ? 0 : -expected->index_bound;
  int64_t high = is_bool && expected->index_bound != 1 ? 1 : expected->index_bound - 1;
  int64_t count = count_elements(found);
  for (int64_t i = 0; i < count; ++i) {
    int64_t value = element(found, i);
    if (value >= low && value <= high)
      continue;
    char position[SHAPE_TEXT];
    return tacit_refuse(out, TACIT_BAD_INPUT,
                        is_bool ? "write 0 for false and 1 for true"
                                : "check that the values belong to this model's vocabulary",
                        "input '%s' holds %" PRId64 " at position %s; expected a value in "
                        "[%" PRId64 ", %" PRId64 "]",
                        expected->name, value, position_text(found, i, position), low,
                        high);
  }
  return TACIT_OK;
}
