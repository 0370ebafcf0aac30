//===- InputPlan.h - What each input is given in an evaluation --*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exports of transformers have inputs beside the one that a user thinks of: masks,
// positions, caches. A plan recognises them by name, type and shape, sizes all dimensions
// that the user leaves free, and says what each input holds in every call.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_INPUTPLAN_H
#define TACIT_LIB_DRIVER_INPUTPLAN_H

#include "Inputs.h"
#include "tacit/Driver/Options.h"
#include "tacit/Report/EvalReport.h"

namespace tacit::driver {

/// The number of windows or examples that one call evaluates, if the batch is free.
inline constexpr int64_t kFreeBatch = 8;
inline constexpr int64_t kDefaultWindow = 128;

/// Where the values of an input come from.
struct InputSource {
  enum class Kind {
    Constant, ///< the same values in every call
    Tokens,   ///< windows of token ids
    Context,  ///< the windows before those: the encoder's part of a text
    Batches,  ///< examples, along the first dimension of the input
    Calls,    ///< examples, each a whole input
    Random,
  };
  Kind kind;
  /// Type and shape of the input; its values if they are constant.
  HostTensor value;
  /// All examples, for Batches and Calls.
  HostTensor examples = {};
};

/// What is evaluated on, as the user gives it.
struct GivenData {
  std::optional<std::vector<int64_t>> tokens;
  NamedTensors arrays;
};

struct InputPlan {
  /// The user's sizes and values, and those that follow.
  DimBindings bindings;
  std::vector<std::pair<std::string, InputSource>> sources;
  std::vector<report::EvalReport::Assumption> assumptions;
  int64_t batch = 1, window = 0;
  /// True if some free dimension has the window as its size, and nobody said so.
  bool hasFreeWindow = false;
  int64_t examples = 0; ///< the number of examples that are given

  const InputSource *find(llvm::StringRef input) const;
};

/// Plans the inputs of an ONNX file (`isModel`), or of a program, whose dimensions and
/// values cannot be pinned. Fails with InvalidArgument where options contradict one
/// another, with BadInput where arrays do not fit, and with Unsupported where no input
/// takes the tokens that are given.
llvm::Expected<InputPlan> planInputs(const EvalOptions &options,
                                     llvm::ArrayRef<OnnxValue> inputs, bool isModel,
                                     const GivenData &given);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_INPUTPLAN_H
