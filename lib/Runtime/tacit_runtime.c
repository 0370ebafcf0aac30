/*===- tacit_runtime.c - What stands around generated code ----------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Plain C with nothing but libc and OpenMP, because it becomes part of every *|
|* compiled library.                                                          *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#define _GNU_SOURCE /* dladdr, sched_getaffinity */

#include "tacit/Runtime/tacit_runtime.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* <omp.h> belongs to one compiler; this function is in every OpenMP library. */
extern void omp_set_num_threads(int);

/* Where the caller wants to read what went wrong. */
typedef struct {
  char *text;
  size_t size;
} message;

__attribute__((format(printf, 4, 5))) static int
refuse(message out, int code, const char *hint, const char *format, ...) {
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
  case TACIT_F32:
    return "float32";
  case TACIT_U8:
    return "uint8";
  case TACIT_I8:
    return "int8";
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
  case TACIT_F32:
  case TACIT_I32:
    return 4;
  case TACIT_I64:
  case TACIT_F64:
    return 8;
  default:
    return 1;
  }
}

/* Room for "a" + 8 numbers of 20 characters and what stands between them. */
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
                       const char *kind, message out) {
  const char *hint = "shapes are fixed when a model is compiled: compile it for this one";
  if (found->rank < 0 || found->rank > TACIT_MAX_RANK)
    return refuse(out, TACIT_BAD_INPUT, hint, "%s '%s' has %d dimensions; expected %d",
                  kind, expected->name, (int)found->rank, (int)expected->rank);
  int good = found->rank == expected->rank;
  for (int32_t i = 0; good && i < expected->rank; ++i)
    good = expected->shape[i] == -1 ? found->shape[i] >= 0
                                    : found->shape[i] == expected->shape[i];
  if (good)
    return TACIT_OK;
  char found_text[SHAPE_TEXT], expected_text[SHAPE_TEXT];
  return refuse(out, TACIT_BAD_INPUT, hint, "%s '%s' has shape %s; expected %s", kind,
                expected->name,
                shape_text(found->shape, found->rank, INT64_MIN, found_text),
                shape_text(expected->shape, expected->rank, -1, expected_text));
}

/* Elements of a tensor whose shape was checked; -1 if they cannot be counted. */
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

static int check_tensor(const tacit_io *expected, const tacit_tensor *found,
                        const char *kind, message out) {
  if (found->dtype != expected->dtype)
    return refuse(out, TACIT_BAD_INPUT, "convert the values before the call",
                  "%s '%s' has element type %s (%d); expected %s (%d)", kind,
                  expected->name, dtype_name(found->dtype), (int)found->dtype,
                  dtype_name(expected->dtype), (int)expected->dtype);
  int status = check_shape(expected, found, kind, out);
  if (status != TACIT_OK)
    return status;
  int64_t count = count_elements(found);
  if (count < 0)
    return refuse(out, TACIT_BAD_INPUT, "use smaller dimensions",
                  "%s '%s' has more than 2^63 bytes", kind, expected->name);
  if (!found->data && count > 0)
    return refuse(out, TACIT_BAD_INPUT, "the caller owns every buffer, outputs too",
                  "%s '%s' has a null data pointer; expected %" PRId64 " elements", kind,
                  expected->name, count);
  if ((uintptr_t)found->data % dtype_bytes(found->dtype) != 0)
    return refuse(out, TACIT_BAD_INPUT, "use memory from malloc or an array of the type",
                  "%s '%s' lies at address %p; expected a multiple of %zu", kind,
                  expected->name, found->data, dtype_bytes(found->dtype));
  return TACIT_OK;
}

static int64_t element(const tacit_tensor *tensor, int64_t i) {
  switch (tensor->dtype) {
  case TACIT_I32:
    return ((const int32_t *)tensor->data)[i];
  case TACIT_I64:
    return ((const int64_t *)tensor->data)[i];
  default:
    return ((const uint8_t *)tensor->data)[i];
  }
}

/* Values that generated code would use as an address, or load as one bit. */
static int check_values(const tacit_io *expected, const tacit_tensor *found, message out) {
  int is_bool = found->dtype == TACIT_BOOL;
  int is_index =
      expected->index_bound > 0 && (found->dtype == TACIT_I32 || found->dtype == TACIT_I64);
  if (!is_bool && !is_index)
    return TACIT_OK;
  int64_t low = is_bool ? 0 : -expected->index_bound;
  int64_t high = is_bool ? 1 : expected->index_bound - 1;
  int64_t count = count_elements(found);
  for (int64_t i = 0; i < count; ++i) {
    int64_t value = element(found, i);
    if (value >= low && value <= high)
      continue;
    char position[SHAPE_TEXT];
    return refuse(out, TACIT_BAD_INPUT,
                  is_bool ? "write 0 for false and 1 for true"
                          : "check that the values belong to this model's vocabulary",
                  "input '%s' holds %" PRId64 " at position %s; expected a value in "
                  "[%" PRId64 ", %" PRId64 "]",
                  expected->name, value, position_text(found, i, position), low, high);
  }
  return TACIT_OK;
}

static int check_call(const tacit_model_desc *model, const tacit_tensor *inputs,
                      int num_inputs, const tacit_tensor *outputs, int num_outputs,
                      int threads, message out) {
  if (model->abi_version != TACIT_ABI_VERSION)
    return refuse(out, TACIT_BAD_INPUT, "compile the model again",
                  "the model has interface version %d; expected %d",
                  (int)model->abi_version, TACIT_ABI_VERSION);
  if (num_inputs != model->num_inputs || num_outputs != model->num_outputs)
    return refuse(out, TACIT_BAD_INPUT, "the model's header lists them in order",
                  "got %d input(s) and %d output(s); expected %d and %d", num_inputs,
                  num_outputs, (int)model->num_inputs, (int)model->num_outputs);
  if ((num_inputs > 0 && !inputs) || (num_outputs > 0 && !outputs))
    return refuse(out, TACIT_BAD_INPUT, "pass arrays of tacit_tensor",
                  "the array of %s is a null pointer", inputs ? "outputs" : "inputs");
  if (threads > TACIT_MAX_THREADS)
    return refuse(out, TACIT_BAD_INPUT, "0 means one thread per core",
                  "%d threads were asked for; expected at most %d", threads,
                  TACIT_MAX_THREADS);
  int status = TACIT_OK;
  for (int i = 0; status == TACIT_OK && i < num_inputs; ++i) {
    status = check_tensor(&model->inputs[i], &inputs[i], "input", out);
    if (status == TACIT_OK)
      status = check_values(&model->inputs[i], &inputs[i], out);
  }
  for (int i = 0; status == TACIT_OK && i < num_outputs; ++i)
    status = check_tensor(&model->outputs[i], &outputs[i], "output", out);
  return status;
}

/*===----------------------------------------------------------------------===*\
|* The processor                                                              *|
\*===----------------------------------------------------------------------===*/

/* 1 if the processor has the feature, 0 if not or if the name is unknown here. */
static int has_feature(const char *name, size_t length) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#define TACIT_FEATURE(feature)                                                             \
  if (length == sizeof(feature) - 1 && memcmp(name, feature, length) == 0)                 \
    return __builtin_cpu_supports(feature) != 0;
  TACIT_FEATURE("avx2")
  TACIT_FEATURE("fma")
  TACIT_FEATURE("avx512f")
  TACIT_FEATURE("avx512bw")
  TACIT_FEATURE("avx512dq")
  TACIT_FEATURE("avx512vl")
  TACIT_FEATURE("avx512vnni")
#undef TACIT_FEATURE
#else
  (void)name;
  (void)length;
#endif
  return 0;
}

static int check_features(const tacit_model_desc *model, message out) {
  const char *name = model->features ? model->features : "";
  while (*name) {
    size_t length = strcspn(name, ",");
    if (length > 0 && !has_feature(name, length))
      return refuse(out, TACIT_BAD_INPUT, "compile the model on this machine",
                    "the model needs the processor feature '%.*s', which this processor "
                    "lacks",
                    (int)length, name);
    name += length + (name[length] == ',');
  }
  return TACIT_OK;
}

/* Cores that this process may use, which a container or taskset can restrict. */
static int core_count(void) {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0)
    return CPU_COUNT(&usable);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 && online <= TACIT_MAX_THREADS ? (int)online : 1;
}

/*===----------------------------------------------------------------------===*\
|* Weights and working memory                                                 *|
\*===----------------------------------------------------------------------===*/

uint64_t tacit_runtime_hash(const void *bytes, uint64_t size) {
  const uint8_t *at = bytes;
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (uint64_t done = 0; done < size; done += 8) {
    uint64_t word = 0;
    memcpy(&word, at + done, size - done < 8 ? size - done : 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    hash = (hash ^ word) * UINT64_C(0x100000001b3);
    hash ^= hash >> 32;
  }
  return hash;
}

/* Writes the path of the model's weight file: beside the library that holds the
   description. 0 if there is no such library or the path is too long. */
static int weights_path(const tacit_model_desc *model, char *path, size_t size) {
  Dl_info library;
  if (!model->weights_file || !dladdr((const void *)model, &library) || !library.dli_fname)
    return 0;
  const char *slash = strrchr(library.dli_fname, '/');
  int folder = slash ? (int)(slash - library.dli_fname) + 1 : 0;
  int length =
      snprintf(path, size, "%.*s%s", folder, library.dli_fname, model->weights_file);
  return length > 0 && (size_t)length < size;
}

/* Maps an open weight file after looking at its size; the caller closes it. */
static int map_open_file(const tacit_model_desc *model, tacit_state *state, int file,
                         const char *path, message out) {
  const char *hint = "copy library and weight file together, or compile the model again";
  struct stat about;
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
    return refuse(out, TACIT_BAD_INPUT, hint, "weight file '%s' is not a regular file",
                  path);
  if ((uint64_t)about.st_size != model->weights_bytes)
    return refuse(out, TACIT_BAD_INPUT, hint,
                  "weight file '%s' has %" PRIu64 " bytes; expected %" PRIu64, path,
                  (uint64_t)about.st_size, model->weights_bytes);
  void *mapped = mmap(NULL, model->weights_bytes, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapped == MAP_FAILED)
    return refuse(out, TACIT_INTERNAL, "free some memory",
                  "cannot map weight file '%s' (%" PRIu64 " bytes): %s", path,
                  model->weights_bytes, strerror(errno));
  /* Only advice: where it is refused, pages come one by one. */
  (void)madvise(mapped, model->weights_bytes, MADV_WILLNEED);
  uint64_t hash = tacit_runtime_hash(mapped, model->weights_bytes);
  if (hash != model->weights_hash) {
    munmap(mapped, model->weights_bytes);
    return refuse(out, TACIT_BAD_INPUT, hint,
                  "weight file '%s' has hash %016" PRIx64 "; expected %016" PRIx64
                  ": it is damaged or belongs to another model",
                  path, hash, model->weights_hash);
  }
  state->weights = mapped;
  state->mapped = mapped;
  state->mapped_bytes = model->weights_bytes;
  return TACIT_OK;
}

static int load_weights(const tacit_model_desc *model, tacit_state *state, message out) {
  static const uint64_t none[8];
  if (state->weights)
    return TACIT_OK;
  if (model->weights_bytes == 0) {
    state->weights = (const uint8_t *)none;
    return TACIT_OK;
  }
  char path[PATH_MAX];
  if (!weights_path(model, path, sizeof path))
    return refuse(out, TACIT_INTERNAL,
                  "load the model from a library made by tacit compile",
                  "cannot tell where the model's weight file is");
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return refuse(out, TACIT_BAD_INPUT, "keep the weight file beside the library",
                  "cannot open weight file '%s': %s", path, strerror(errno));
  int status = map_open_file(model, state, file, path, out);
  close(file);
  return status;
}

static int allocate_arena(const tacit_model_desc *model, tacit_state *state, message out) {
  if (state->arena)
    return TACIT_OK;
  void *arena = NULL;
  if (posix_memalign(&arena, 64, model->arena_bytes ? model->arena_bytes : 64) != 0)
    return refuse(out, TACIT_INTERNAL, "use smaller dimensions, or a larger machine",
                  "no memory for the model's arena of %" PRIu64 " bytes",
                  model->arena_bytes);
  state->arena = arena;
  return TACIT_OK;
}

void tacit_runtime_use_weights(tacit_state *state, const uint8_t *weights) {
  if (state->mapped)
    munmap(state->mapped, state->mapped_bytes);
  state->mapped = NULL;
  state->weights = weights;
}

void tacit_runtime_reset(tacit_state *state) {
  tacit_runtime_use_weights(state, NULL);
  free(state->arena);
  state->arena = NULL;
}

int tacit_runtime_run(const tacit_model_desc *model, tacit_state *state,
                      const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                      int num_outputs, int threads, char *error, size_t error_size) {
  message out = {error, error_size};
  if (error && error_size > 0)
    error[0] = '\0';
  int status = check_call(model, inputs, num_inputs, outputs, num_outputs, threads, out);
  if (status == TACIT_OK)
    status = check_features(model, out);
  if (status == TACIT_OK)
    status = load_weights(model, state, out);
  if (status == TACIT_OK)
    status = allocate_arena(model, state, out);
  if (status != TACIT_OK)
    return status;
  omp_set_num_threads(threads > 0 ? threads : core_count());
  model->entry(state->weights, state->arena, inputs, outputs);
  return TACIT_OK;
}
