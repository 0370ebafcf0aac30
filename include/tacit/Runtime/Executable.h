//===- Executable.h - A compiled model that can be called -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_EXECUTABLE_H
#define TACIT_RUNTIME_EXECUTABLE_H

#include "tacit/Runtime/tacit_party.h"
#include "tacit/Runtime/tacit_runtime.h"
#include "tacit/Support/HostTensor.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace tacit {

/// A compiled model, from a library or from the JIT. Calls must not overlap.
class Executable {
public:
  /// Loads a library made by `tacit compile`. Its code runs in this process, but a file
  /// that is not such a library is rejected before any of its code runs. Errors carry
  /// ErrorKind::BadInput. The weight file is opened by the first run.
  static llvm::Expected<std::unique_ptr<Executable>> loadLibrary(llvm::StringRef path);

  /// For the JIT: description and weights live as long as `owner`.
  static std::unique_ptr<Executable> fromDescription(const tacit_model_desc *description,
                                                     const uint8_t *weights,
                                                     std::shared_ptr<void> owner);

  /// Returns another model with the same code and weights. Calls of the two may overlap.
  std::unique_ptr<Executable> another() const;

  ~Executable();
  Executable(const Executable &) = delete;
  Executable &operator=(const Executable &) = delete;

  const tacit_model_desc &description() const { return *model; }

  /// Runs once and allocates the outputs. `threads` <= 0 means one per core. Problems with
  /// an input are reported with ErrorKind::BadInput.
  llvm::Expected<std::vector<HostTensor>> run(llvm::ArrayRef<HostTensor> inputs,
                                              int threads);

  /// Fills type and shape of the outputs for inputs of these shapes; reads no data.
  llvm::Error deriveOutputs(llvm::ArrayRef<tacit_tensor> inputs,
                            llvm::MutableArrayRef<tacit_tensor> outputs);

  /// Runs once on buffers of the caller.
  llvm::Error runInto(llvm::ArrayRef<tacit_tensor> inputs,
                      llvm::MutableArrayRef<tacit_tensor> outputs, int threads);

  /// The calls of tacit_party.h that the code makes in this thread go to `outside` from now
  /// on; null if it makes none. A library has a copy of what passes them on.
  void enterOutside(const tacit_outside *outside) const { enter(outside); }

private:
  Executable(const tacit_model_desc *model, std::shared_ptr<void> owner)
      : model(model), owner(std::move(owner)) {}

  const tacit_model_desc *model;
  std::shared_ptr<void> owner;
  tacit_state state = {};
  void (*enter)(const tacit_outside *) = tacit_outside_enter;
};

/// Returns the dimensions of one input or output; -1 for a free one.
inline llvm::ArrayRef<int64_t> shapeOf(const tacit_io &io) {
  return {io.shape, size_t(io.rank)};
}

inline llvm::ArrayRef<tacit_io> inputsOf(const tacit_model_desc &model) {
  return {model.inputs, size_t(model.num_inputs)};
}
inline llvm::ArrayRef<tacit_io> outputsOf(const tacit_model_desc &model) {
  return {model.outputs, size_t(model.num_outputs)};
}

/// Returns the C view of a tensor, without copying its bytes. Fails if it has more than
/// TACIT_MAX_RANK dimensions or not as many bytes as its shape requires.
llvm::Expected<tacit_tensor> viewOf(const HostTensor &tensor, llvm::StringRef name);

} // namespace tacit

#endif // TACIT_RUNTIME_EXECUTABLE_H
