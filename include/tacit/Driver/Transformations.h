//===- Transformations.h - Requested changes of a model ---------*- C++ -*-===//
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

/// The values of the options that request changes, if they were given.
struct TransformationSpecs {
  std::optional<std::string> aero, approximate, quantize;
  std::optional<std::string> multiplier, multiplierZero, multiplierScope;
  /// True if nobody will read the weights of the changed model.
  bool isForShapes = false;
};

/// The help texts of these options.
struct TransformationHelp {
  std::string approximate, quantize, multiplier, multiplierZero, multiplierScope;
};
TransformationHelp getTransformationHelp();

/// Returns the changes that `specs` request, in the order in which they are made. A wrong
/// value is an InvalidArgument error. Whether the blocks exist that sites name is checked
/// by the passes.
llvm::Expected<std::vector<Transformation>>
parseTransformations(const TransformationSpecs &specs);

} // namespace tacit::driver

#endif // TACIT_DRIVER_TRANSFORMATIONS_H
