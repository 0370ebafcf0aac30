//===- Transformations.h - Changes of a model, as users say them -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DRIVER_TRANSFORMATIONS_H
#define TACIT_DRIVER_TRANSFORMATIONS_H

#include "tacit/Pipelines/Transformations.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit::driver {

/// Values of the options that ask for changes, where they were given.
struct TransformationSpecs {
  std::optional<std::string> aero, approximate, quantize;
  std::optional<std::string> multiplier, multiplierZero, multiplierScope;
  /// Nobody will read the weights of the changed model.
  bool isForShapes = false;
};

/// The changes that `specs` ask for, in the order in which they are made. A value that is
/// wrong is an InvalidArgument error. Whether the blocks exist that sites name is for the
/// passes to say.
llvm::Expected<std::vector<Transformation>>
parseTransformations(const TransformationSpecs &specs);

} // namespace tacit::driver

#endif // TACIT_DRIVER_TRANSFORMATIONS_H
