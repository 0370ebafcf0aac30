//===- Executable.cpp - A compiled model that can be called ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/Executable.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>
#include <unistd.h>

using namespace llvm;

namespace tacit {

static constexpr const char *kCompileAgain = "compile the model again with tacit compile";

#if defined(__aarch64__)
static constexpr uint16_t kMachine = ELF::EM_AARCH64;
#else
static constexpr uint16_t kMachine = ELF::EM_X86_64;
#endif

static llvm::Error notALibrary(StringRef path, const std::string &reason) {
  return fail(ErrorKind::BadInput, kCompileAgain,
              "'{}' is not a shared library for this machine: {}", path.str(), reason);
}

/// Rejects files on which the loader would crash or whose code it would run: those that end
/// before the segments that their headers promise, and libraries that were not made by
/// Tacit.
static llvm::Error checkLibrary(StringRef path, MemoryBufferRef file) {
  using Elf = object::ELF64LEObjectFile;
  auto library = Elf::create(file);
  if (!library)
    return notALibrary(path, toString(library.takeError()));
  if (library->getELFFile().getHeader().e_machine != kMachine)
    return notALibrary(path, "it was made for another processor");
  auto segments = library->getELFFile().program_headers();
  if (!segments)
    return notALibrary(path, toString(segments.takeError()));
  for (const auto &segment : *segments)
    if (segment.p_offset > file.getBufferSize() ||
        segment.p_filesz > file.getBufferSize() - segment.p_offset)
      return notALibrary(
          path, fmt::format("it is truncated: it has {} bytes, but a segment "
                            "ends at byte {}",
                            file.getBufferSize(), segment.p_offset + segment.p_filesz));
  for (object::ELFSymbolRef symbol : library->getDynamicSymbolIterators()) {
    auto name = symbol.getName();
    if (!name)
      return notALibrary(path, toString(name.takeError()));
    if (*name == "tacit_model")
      return llvm::Error::success();
  }
  return fail(ErrorKind::BadInput, {"give a library made by Tacit", Setting::Library},
              "'{}' was not made by Tacit: it has no symbol 'tacit_model'", path.str());
}

Expected<std::unique_ptr<Executable>> Executable::loadLibrary(StringRef path) {
  // With a full path the loader does not search, and the weight file is found even if the
  // process changes its working directory later.
  SmallString<256> fullPath(path);
  std::error_code reason = sys::fs::make_absolute(fullPath);
  if (!reason && sys::fs::exists(fullPath) && !sys::fs::is_regular_file(fullPath))
    return notALibrary(path, "it is not a regular file");
  auto file = readInput(fullPath);
  if (!reason)
    reason = file.getError();
  if (reason)
    return fail(ErrorKind::BadInput, "check the name of the file",
                "cannot read library '{}': {}", path.str(), reason.message());
  if (llvm::Error error = checkLibrary(path, **file))
    return error;
  void *handle = dlopen(fullPath.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return fail(
        ErrorKind::BadInput,
        "install what the loader misses, or compile the model again without threads",
        "cannot load library '{}': {}", path.str(), dlerror());
  std::shared_ptr<void> owner(handle, dlclose);
  auto *model = static_cast<const tacit_model_desc *>(dlsym(handle, "tacit_model"));
  if (!model)
    return notALibrary(path, "the loader cannot find 'tacit_model'");
  if (model->abi_version != TACIT_ABI_VERSION)
    return fail(ErrorKind::BadInput, kCompileAgain,
                "library '{}' has interface version {}; expected {}", path.str(),
                model->abi_version, TACIT_ABI_VERSION);
  SmallString<256> weights(sys::path::parent_path(fullPath));
  sys::path::append(weights, model->weights_file);
  noteInput(weights);
  noteInput((weights + TACIT_OLD_SUFFIX).str());
  std::unique_ptr<Executable> executable(new Executable(model, std::move(owner)));
  // Only the programs of parties and dealers have it.
  if (void *enter = dlsym(handle, "tacit_outside_enter"))
    executable->enter = reinterpret_cast<void (*)(const tacit_outside *)>(enter);
  return executable;
}

std::unique_ptr<Executable> Executable::fromDescription(const tacit_model_desc *description,
                                                        const uint8_t *weights,
                                                        std::shared_ptr<void> owner) {
  std::unique_ptr<Executable> executable(new Executable(description, std::move(owner)));
  tacit_runtime_use_weights(&executable->state, weights);
  return executable;
}

std::unique_ptr<Executable> Executable::another() const {
  std::unique_ptr<Executable> executable(new Executable(model, owner));
  // One that opens a file of weights itself has them only after its first run.
  if (!state.file)
    tacit_runtime_use_weights(&executable->state, state.weights);
  executable->enter = enter;
  return executable;
}

Executable::~Executable() { tacit_runtime_reset(&state); }

Expected<tacit_tensor> viewOf(const HostTensor &tensor, StringRef name) {
  if (tensor.shape.size() > TACIT_MAX_RANK)
    return fail(ErrorKind::BadInput, "reshape the array",
                "'{}' has {} dimensions; expected at most {}", name.str(),
                tensor.shape.size(), TACIT_MAX_RANK);
  auto bytes = tensorBytes(tensor.dtype, tensor.shape);
  if (!bytes || static_cast<size_t>(*bytes) != tensor.data.size())
    return fail(ErrorKind::BadInput, "give as many bytes as the shape requires",
                "'{}' has {} bytes, which does not fit {} of shape {}", name.str(),
                tensor.data.size(), dtypeName(tensor.dtype).str(), shapeText(tensor.shape));
  tacit_tensor view = {const_cast<char *>(tensor.data.data()),
                       tensor.dtype,
                       static_cast<int32_t>(tensor.shape.size()),
                       {}};
  copy(tensor.shape, view.shape);
  return view;
}

Expected<std::vector<HostTensor>> Executable::run(ArrayRef<HostTensor> inputs,
                                                  int threads) {
  std::vector<tacit_tensor> inputViews, outputViews;
  for (auto [i, input] : enumerate(inputs)) {
    bool known = i < static_cast<size_t>(model->num_inputs);
    auto view = viewOf(input, known ? model->inputs[i].name : "input");
    if (!view)
      return view.takeError();
    inputViews.push_back(*view);
  }
  outputViews.resize(model->num_outputs);
  if (llvm::Error error = deriveOutputs(inputViews, outputViews))
    return error;
  std::vector<HostTensor> outputs(model->num_outputs);
  int64_t left = int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  for (auto [i, output] : enumerate(outputs)) {
    tacit_tensor &view = outputViews[i];
    output.dtype = view.dtype;
    output.shape.assign(view.shape, view.shape + view.rank);
    auto bytes = tensorBytes(output.dtype, output.shape);
    // Linux would promise the memory and kill the process when it is used.
    left -= bytes.value_or(left + 1);
    if (left < 0)
      return fail(
          ErrorKind::BadInput, "use smaller dimensions, or a larger machine",
          "output '{}' has shape {}, for which this machine does not have enough memory",
          model->outputs[i].name, shapeText(output.shape));
    output.data.resize(*bytes);
    view.data = output.data.data();
  }
  if (llvm::Error error = runInto(inputViews, outputViews, threads))
    return error;
  return outputs;
}

/// Converts `status` and the runtime's message to an error.
static llvm::Error toError(int status, StringRef text) {
  if (status == TACIT_OK)
    return llvm::Error::success();
  auto [message, hint] = text.split("\n  try: ");
  return fail(status == TACIT_BAD_INPUT ? ErrorKind::BadInput : ErrorKind::Internal,
              hint.str(), "{}", message.str());
}

llvm::Error Executable::deriveOutputs(ArrayRef<tacit_tensor> inputs,
                                      MutableArrayRef<tacit_tensor> outputs) {
  char text[2048];
  int status =
      tacit_runtime_output_shapes(model, inputs.data(), inputs.size(), outputs.data(),
                                  outputs.size(), text, sizeof text);
  return toError(status, text);
}

llvm::Error Executable::runInto(ArrayRef<tacit_tensor> inputs,
                                MutableArrayRef<tacit_tensor> outputs, int threads) {
  char text[2048];
  int status =
      tacit_runtime_run(model, &state, inputs.data(), inputs.size(), outputs.data(),
                        outputs.size(), threads, text, sizeof text);
  return toError(status, text);
}

} // namespace tacit
