/*===- tacit_runtime.c - What stands around generated code ----------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* Plain C with nothing but libc, because it becomes part of every compiled   *|
|* library.                                                                   *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#define _GNU_SOURCE /* sched_getaffinity */

#include "tacit/Runtime/tacit_runtime.h"
#include "tacit_tensors.h"
#include "tacit_threads.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_counts(const tacit_model_desc *model, const tacit_tensor *inputs,
                        int num_inputs, const tacit_tensor *outputs, int num_outputs,
                        tacit_message out) {
  if (model->abi_version != TACIT_ABI_VERSION)
    return tacit_refuse(out, TACIT_BAD_INPUT, "compile the model again",
                        "the model has interface version %d; expected %d",
                        (int)model->abi_version, TACIT_ABI_VERSION);
  if (num_inputs != model->num_inputs || num_outputs != model->num_outputs)
    return tacit_refuse(out, TACIT_BAD_INPUT, "the model's header lists them in order",
                        "got %d input(s) and %d output(s); expected %d and %d", num_inputs,
                        num_outputs, (int)model->num_inputs, (int)model->num_outputs);
  if ((num_inputs > 0 && !inputs) || (num_outputs > 0 && !outputs))
    return tacit_refuse(out, TACIT_BAD_INPUT, "pass arrays of tacit_tensor",
                        "the array of %s is a null pointer", inputs ? "outputs" : "inputs");
  return TACIT_OK;
}

/*===----------------------------------------------------------------------===*\
|* Free dimensions                                                            *|
\*===----------------------------------------------------------------------===*/

static const char *const fixed_shape =
    "shapes are fixed when a model is compiled: compile it for this one";

/* What the compiler proves about sizes holds for sizes up to this. */
static const int64_t max_size = INT32_MAX;

/* Returns the first input that has dimension number `dim`. */
static const char *first_with(const tacit_model_desc *model, int32_t dim) {
  for (int i = 0; i < model->num_inputs; ++i)
    for (int32_t k = 0; k < model->inputs[i].rank; ++k)
      if (model->inputs[i].shape[k] == -1 && model->inputs[i].dims[k] == dim)
        return model->inputs[i].name;
  return "";
}

/* Takes the size of each name from the inputs, which have the right ranks. */
static int bind_dims(const tacit_model_desc *model, const tacit_tensor *inputs,
                     int64_t *dims, tacit_message out) {
  for (int32_t d = 0; d < model->num_dims; ++d)
    dims[d] = -1;
  for (int i = 0; i < model->num_inputs; ++i) {
    const tacit_io *io = &model->inputs[i];
    for (int32_t k = 0; k < io->rank; ++k) {
      int64_t size = inputs[i].shape[k];
      if (io->shape[k] != -1)
        continue;
      if (size > max_size)
        return tacit_refuse(out, TACIT_BAD_INPUT, "use smaller dimensions",
                            "input '%s' has %s = %" PRId64 "; expected at most 2147483647",
                            io->name, model->dim_names[io->dims[k]], size);
      int64_t *bound = &dims[io->dims[k]];
      if (*bound != -1 && *bound != size)
        return tacit_refuse(out, TACIT_BAD_INPUT, "give all inputs one size per dimension",
                            "input '%s' has %s = %" PRId64 ", but input '%s' has %" PRId64,
                            io->name, model->dim_names[io->dims[k]], size,
                            first_with(model, io->dims[k]), *bound);
      *bound = size;
    }
  }
  return TACIT_OK;
}

/* Writes "batch = 2, sequence = 8", as far as it fits. */
static const char *dims_text(const tacit_model_desc *model, const int64_t *dims, char *text,
                             size_t size) {
  size_t length = 0;
  text[0] = '\0';
  for (int32_t d = 0; d < model->num_dims && length < size; ++d)
    length += (size_t)snprintf(text + length, size - length, "%s%s = %" PRId64,
                               d ? ", " : "", model->dim_names[d], dims[d]);
  return text;
}

/* Returns what `shapes` wrote: the bytes of the arena, then the shapes of the outputs. */
static const int64_t *derived(const tacit_model_desc *model, const tacit_state *state) {
  return state->sizes + model->num_dims;
}

/* Fills state->sizes from the shapes of the inputs. */
static int derive_sizes(const tacit_model_desc *model, tacit_state *state,
                        const tacit_tensor *inputs, tacit_message out) {
  if (model->num_dims == 0)
    return TACIT_OK;
  size_t count = (size_t)model->num_dims + 1;
  for (int i = 0; i < model->num_outputs; ++i)
    count += (size_t)model->outputs[i].rank;
  if (!state->sizes)
    state->sizes = calloc(count, sizeof(int64_t));
  if (!state->sizes)
    return tacit_refuse(out, TACIT_INTERNAL, "free some memory",
                        "cannot allocate the sizes of the outputs");
  int64_t *dims = state->sizes;
  int status = bind_dims(model, inputs, dims, out);
  if (status != TACIT_OK)
    return status;
  int64_t failed = model->shapes(dims, dims + model->num_dims);
  if (failed == 0)
    return TACIT_OK;
  char text[512];
  return tacit_refuse(out, TACIT_BAD_INPUT, "give the inputs other sizes", "%s: %s",
                      failed > 0 && failed <= model->num_checks ? model->checks[failed - 1]
                                                                : "the model does not fit",
                      dims_text(model, dims, text, sizeof text));
}

/* Returns output `i` with its shape in this call, which `sizes` points to; advances
   `sizes`. */
static tacit_io output_of_call(const tacit_model_desc *model, int i,
                               const int64_t **sizes) {
  tacit_io io = model->outputs[i];
  if (model->num_dims > 0) {
    memcpy(io.shape, *sizes, (size_t)io.rank * sizeof(int64_t));
    *sizes += io.rank;
  }
  return io;
}

int tacit_runtime_output_shapes(const tacit_model_desc *model, const tacit_tensor *inputs,
                                int num_inputs, tacit_tensor *outputs, int num_outputs,
                                char *error, size_t error_size) {
  tacit_message out = {error, error_size};
  tacit_state state = {0};
  if (error && error_size > 0)
    error[0] = '\0';
  int status = check_counts(model, inputs, num_inputs, outputs, num_outputs, out);
  for (int i = 0; status == TACIT_OK && i < num_inputs; ++i)
    status = tacit_check_form(&model->inputs[i], &inputs[i], "input", fixed_shape, out);
  if (status == TACIT_OK)
    status = derive_sizes(model, &state, inputs, out);
  const int64_t *sizes =
      status == TACIT_OK && model->num_dims > 0 ? derived(model, &state) + 1 : NULL;
  for (int i = 0; status == TACIT_OK && i < num_outputs; ++i) {
    tacit_io io = output_of_call(model, i, &sizes);
    outputs[i].dtype = io.dtype;
    outputs[i].rank = io.rank;
    memcpy(outputs[i].shape, io.shape, sizeof io.shape);
  }
  free(state.sizes);
  return status;
}

/* Checks everything that generated code relies on. */
static int check_call(const tacit_model_desc *model, tacit_state *state,
                      const tacit_tensor *inputs, int num_inputs,
                      const tacit_tensor *outputs, int num_outputs, int threads,
                      tacit_message out) {
  int status = check_counts(model, inputs, num_inputs, outputs, num_outputs, out);
  if (status == TACIT_OK && threads > TACIT_MAX_THREADS)
    return tacit_refuse(out, TACIT_BAD_INPUT, "0 means one thread per core",
                        "%d threads were requested; expected at most %d", threads,
                        TACIT_MAX_THREADS);
  for (int i = 0; status == TACIT_OK && i < num_inputs; ++i) {
    status = tacit_check_tensor(&model->inputs[i], &inputs[i], "input", fixed_shape, out);
    if (status == TACIT_OK)
      status = tacit_check_values(&model->inputs[i], &inputs[i], out);
  }
  if (status == TACIT_OK)
    status = derive_sizes(model, state, inputs, out);
  const int64_t *sizes =
      status == TACIT_OK && model->num_dims > 0 ? derived(model, state) + 1 : NULL;
  for (int i = 0; status == TACIT_OK && i < num_outputs; ++i) {
    tacit_io io = output_of_call(model, i, &sizes);
    status = tacit_check_tensor(
        &io, &outputs[i], "output",
        model->num_dims > 0 ? "tacit_output_shapes says which shape" : fixed_shape, out);
  }
  return status;
}

/*===----------------------------------------------------------------------===*\
|* The processor                                                              *|
\*===----------------------------------------------------------------------===*/

/* Returns 1 if the processor has the feature, 0 if not or if the name is unknown. */
static int has_feature(const char *name, size_t length) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#define TACIT_FEATURE(feature)                                                             \
  if (length == sizeof(feature) - 1 && memcmp(name, feature, length) == 0)                 \
    return __builtin_cpu_supports(feature) != 0;
  TACIT_FEATURE("x86-64-v2")
  TACIT_FEATURE("x86-64-v3")
  TACIT_FEATURE("x86-64-v4")
  TACIT_FEATURE("sse3")
  TACIT_FEATURE("ssse3")
  TACIT_FEATURE("sse4.1")
  TACIT_FEATURE("sse4.2")
  TACIT_FEATURE("popcnt")
  TACIT_FEATURE("avx")
  TACIT_FEATURE("avx2")
  TACIT_FEATURE("fma")
  TACIT_FEATURE("f16c")
  TACIT_FEATURE("bmi")
  TACIT_FEATURE("bmi2")
  TACIT_FEATURE("lzcnt")
  TACIT_FEATURE("movbe")
  TACIT_FEATURE("avxvnni")
  TACIT_FEATURE("gfni")
  TACIT_FEATURE("avx512f")
  TACIT_FEATURE("avx512bw")
  TACIT_FEATURE("avx512cd")
  TACIT_FEATURE("avx512dq")
  TACIT_FEATURE("avx512vl")
  TACIT_FEATURE("avx512vbmi")
  TACIT_FEATURE("avx512vbmi2")
  TACIT_FEATURE("avx512ifma")
  TACIT_FEATURE("avx512vnni")
  TACIT_FEATURE("avx512bitalg")
  TACIT_FEATURE("avx512bf16")
  TACIT_FEATURE("avx512vpopcntdq")
#undef TACIT_FEATURE
#else
  (void)name;
  (void)length;
#endif
  return 0;
}

static int check_features(const tacit_model_desc *model, tacit_message out) {
  const char *name = model->features ? model->features : "";
  while (*name) {
    size_t length = strcspn(name, ",");
    if (length > 0 && !has_feature(name, length))
      return tacit_refuse(
          out, TACIT_BAD_INPUT,
          "compile the model on this machine, or for an older processor",
          "the model needs the processor feature '%.*s', which this processor "
          "lacks",
          (int)length, name);
    name += length + (name[length] == ',');
  }
  return TACIT_OK;
}

/* Returns the cores that this process may use, which a container or taskset can restrict.
 */
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

static const char *const copy_hint =
    "copy library and weight file together, or compile the model again";

/* Checks that an open file holds the weights of this model, by the end of the file. */
static int check_weights_end(const tacit_model_desc *model, int file, const char *path,
                             tacit_message out) {
  struct stat about;
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
    return tacit_refuse(out, TACIT_BAD_INPUT, copy_hint,
                        "weight file '%s' is not a regular file", path);
  uint64_t expected = model->weights_bytes + sizeof(tacit_weights_end);
  uint64_t size = (uint64_t)about.st_size;
  tacit_weights_end end = {0, 0, 0, {0}};
  if (size >= sizeof end &&
      pread(file, &end, sizeof end, (off_t)(size - sizeof end)) != (ssize_t)sizeof end)
    return tacit_refuse(out, TACIT_BAD_INPUT, copy_hint, "cannot read weight file '%s'",
                        path);
  int is_marked = memcmp(end.magic, TACIT_WEIGHTS_MAGIC, sizeof end.magic) == 0;
  /* The first version had no such end. */
  uint64_t version = is_marked ? end.version : size == model->weights_bytes ? 1 : 0;
  if (version != 0 && version != TACIT_WEIGHTS_VERSION)
    return tacit_refuse(out, TACIT_BAD_INPUT, "compile the model again",
                        "weight file '%s' has version %" PRIu64 "; expected %d", path,
                        version, TACIT_WEIGHTS_VERSION);
  if (size != expected)
    return tacit_refuse(out, TACIT_BAD_INPUT, copy_hint,
                        "weight file '%s' has %" PRIu64 " bytes; expected %" PRIu64, path,
                        size, expected);
  if (!is_marked)
    return tacit_refuse(out, TACIT_BAD_INPUT, copy_hint,
                        "weight file '%s' does not end as tacit compile writes it", path);
  if (end.hash != model->weights_hash || end.bytes != model->weights_bytes)
    return tacit_refuse(out, TACIT_BAD_INPUT, copy_hint,
                        "weight file '%s' has hash %016" PRIx64 "; expected %016" PRIx64
                        ": it is damaged or belongs to another model",
                        path, end.hash, model->weights_hash);
  return TACIT_OK;
}

/* Opens a weight file if it is the one of this model; returns -1 otherwise. */
static int open_weights(const tacit_model_desc *model, const char *path,
                        tacit_message out) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    tacit_refuse(out, TACIT_BAD_INPUT, "keep the weight file beside the library",
                 "cannot open weight file '%s': %s", path, strerror(errno));
  else if (check_weights_end(model, file, path, out) == TACIT_OK)
    return file;
  else
    close(file);
  return -1;
}

/* Maps an open weight file; the caller closes it. */
static int map_open_file(const tacit_model_desc *model, void **memory, int file,
                         const char *path, tacit_message out) {
  void *mapped = mmap(NULL, model->weights_bytes, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapped == MAP_FAILED)
    return tacit_refuse(out, TACIT_INTERNAL, "free some memory",
                        "cannot map weight file '%s' (%" PRIu64 " bytes): %s", path,
                        model->weights_bytes, strerror(errno));
  /* This is only advice: if it is ignored, pages are loaded one by one. */
  (void)madvise(mapped, model->weights_bytes, MADV_WILLNEED);
  uint64_t hash = tacit_runtime_hash(mapped, model->weights_bytes);
  if (hash != model->weights_hash) {
    munmap(mapped, model->weights_bytes);
    return tacit_refuse(out, TACIT_BAD_INPUT, copy_hint,
                        "weight file '%s' has hash %016" PRIx64 "; expected %016" PRIx64
                        ": it is damaged or belongs to another model",
                        path, hash, model->weights_hash);
  }
  *memory = mapped;
  return TACIT_OK;
}

/* Opens the weight file, and writes its path for messages. While a library is replaced,
   which is not possible in one step for several files, the weights of the old one are
   called NAME.weights.old. */
static int find_weights(const tacit_model_desc *model, const char *folder, char *path,
                        size_t path_size, int *file, tacit_message out) {
  size_t room = path_size - sizeof TACIT_OLD_SUFFIX;
  int length = model->weights_file && *folder
                   ? snprintf(path, room, "%s%s", folder, model->weights_file)
                   : -1;
  if (length < 0 || (size_t)length >= room)
    return tacit_refuse(out, TACIT_INTERNAL,
                        "load the model from a library made by tacit compile",
                        "cannot tell where the model's weight file is");
  *file = open_weights(model, path, out);
  if (*file >= 0)
    return TACIT_OK;
  tacit_message silent = {NULL, 0};
  strcat(path, TACIT_OLD_SUFFIX);
  *file = open_weights(model, path, silent);
  if (*file < 0)
    return TACIT_BAD_INPUT;
  if (out.text && out.size > 0)
    out.text[0] = '\0';
  return TACIT_OK;
}

int tacit_weights_open(const tacit_model_desc *model, const char *folder) {
  char path[PATH_MAX];
  int file = -1;
  tacit_message silent = {NULL, 0};
  if (model->weights_bytes > 0)
    find_weights(model, folder, path, sizeof path, &file, silent);
  return file;
}

/* Maps the weights: those that the library opened when it was loaded, or else the file. */
static int map_weights(const tacit_model_desc *model, const char *folder, int opened,
                       void **memory, tacit_message out) {
  char path[PATH_MAX];
  if (opened >= 0) {
    snprintf(path, sizeof path, "%s%s", folder, model->weights_file);
    return map_open_file(model, memory, opened, path, out);
  }
  int file = -1;
  int status = find_weights(model, folder, path, sizeof path, &file, out);
  if (status != TACIT_OK)
    return status;
  status = map_open_file(model, memory, file, path, out);
  close(file);
  return status;
}

/* Maps the weight file; its only user is the caller. */
static int load_file(const tacit_library *library, tacit_weights **weights,
                     tacit_message out) {
  const tacit_model_desc *model = library->model;
  static uint64_t none[8]; /* never written */
  tacit_weights *fresh = calloc(1, sizeof *fresh);
  if (!fresh)
    return tacit_refuse(out, TACIT_INTERNAL, "free some memory",
                        "cannot allocate the description of the weights");
  fresh->users = 1;
  fresh->bytes = model->weights_bytes;
  fresh->mapped = none;
  int status =
      model->weights_bytes == 0
          ? TACIT_OK
          : map_weights(model, library->folder, library->weights_file, &fresh->mapped, out);
  if (status == TACIT_OK)
    *weights = fresh;
  else
    free(fresh);
  return status;
}

void tacit_weights_release(tacit_weights *weights) {
  if (!weights || __atomic_sub_fetch(&weights->users, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  if (weights->bytes > 0)
    munmap(weights->mapped, weights->bytes);
  free(weights);
}

void tacit_weights_use(tacit_state *state, tacit_weights *weights) {
  state->file = weights;
  state->weights = weights->mapped;
}

int tacit_library_weights(tacit_library *library, tacit_weights **weights, char *error,
                          size_t error_size) {
  tacit_message out = {error, error_size};
  if (error && error_size > 0)
    error[0] = '\0';
  int status = check_features(library->model, out);
  if (status != TACIT_OK)
    return status;
  tacit_weights *known = __atomic_load_n(&library->weights, __ATOMIC_ACQUIRE);
  if (!known) {
    tacit_weights *fresh = NULL;
    status = load_file(library, &fresh, out);
    if (status != TACIT_OK)
      return status;
    /* If another thread was faster, its file is used by both. */
    if (__atomic_compare_exchange_n(&library->weights, &known, fresh, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
      known = fresh;
    else
      tacit_weights_release(fresh);
  }
  __atomic_add_fetch(&known->users, 1, __ATOMIC_RELAXED);
  *weights = known;
  return TACIT_OK;
}

static int load_weights(const tacit_model_desc *model, tacit_state *state,
                        tacit_message out) {
  if (state->weights)
    return TACIT_OK;
  tacit_weights *weights = NULL;
  int status;
  if (state->library) {
    status = tacit_library_weights(state->library, &weights, out.text, out.size);
  } else {
    tacit_library own = {model, NULL, {NULL}, "", -1};
    tacit_library_load(&own);
    status = load_file(&own, &weights, out);
    tacit_library_unload(&own);
  }
  if (status == TACIT_OK)
    tacit_weights_use(state, weights);
  return status;
}

/* Returns the bytes of memory of this machine; a very large number if unknown. */
static uint64_t physical_memory(void) {
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

/* Provides an arena for this call. The contents of an earlier one are not needed. */
static int allocate_arena(const tacit_model_desc *model, tacit_state *state,
                          tacit_message out) {
  uint64_t needed =
      model->num_dims > 0 ? (uint64_t)derived(model, state)[0] : model->arena_bytes;
  if (state->arena && needed <= state->arena_bytes)
    return TACIT_OK;
  free(state->arena);
  state->arena = NULL;
  const char *hint = "use smaller dimensions, or a larger machine";
  /* Linux would promise the memory and kill the process when it is used. */
  if (model->num_dims > 0 && needed > physical_memory())
    return tacit_refuse(out, TACIT_BAD_INPUT, hint,
                        "the model needs %" PRIu64
                        " bytes of working memory for inputs of this "
                        "size; this machine has %" PRIu64,
                        needed, physical_memory());
  void *arena = NULL;
  if (posix_memalign(&arena, 64, needed ? needed : 64) != 0)
    return tacit_refuse(out, TACIT_INTERNAL, hint,
                        "cannot allocate the model's arena of %" PRIu64 " bytes", needed);
  state->arena = arena;
  state->arena_bytes = needed;
  return TACIT_OK;
}

void tacit_runtime_use_weights(tacit_state *state, const uint8_t *weights) {
  tacit_weights_release(state->file);
  state->file = NULL;
  state->weights = weights;
}

void tacit_runtime_reset(tacit_state *state) {
  tacit_runtime_use_weights(state, NULL);
  free(state->arena);
  free(state->sizes);
  state->arena = NULL;
  state->arena_bytes = 0;
  state->sizes = NULL;
}

int tacit_runtime_run(const tacit_model_desc *model, tacit_state *state,
                      const tacit_tensor *inputs, int num_inputs, tacit_tensor *outputs,
                      int num_outputs, int threads, char *error, size_t error_size) {
  tacit_message out = {error, error_size};
  if (error && error_size > 0)
    error[0] = '\0';
  int status =
      check_call(model, state, inputs, num_inputs, outputs, num_outputs, threads, out);
  if (status == TACIT_OK)
    status = check_features(model, out);
  if (status == TACIT_OK)
    status = load_weights(model, state, out);
  if (status == TACIT_OK)
    status = allocate_arena(model, state, out);
  if (status != TACIT_OK)
    return status;
  int before = tacit_threads_request(threads > 0 ? threads : core_count());
  int64_t failed =
      model->entry(state->weights, state->arena, inputs, outputs, state->sizes);
  /* The caller may use OpenMP as well. */
  tacit_threads_request(before);
  if (failed == 0)
    return TACIT_OK;
  return tacit_refuse(out, TACIT_BAD_INPUT,
                      "check the values of the inputs that it is computed from", "%s",
                      failed > 0 && failed <= model->num_value_checks
                          ? model->value_checks[failed - 1]
                          : "the model cannot take these values");
}
