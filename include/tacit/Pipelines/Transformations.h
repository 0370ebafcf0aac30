//===- Transformations.h - Changes of a model that are asked for -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_PIPELINES_TRANSFORMATIONS_H
#define TACIT_PIPELINES_TRANSFORMATIONS_H

#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Pipelines/SurgeryStep.h"
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tacit {

/// The phases that change the model.
enum class PhaseKind {
  Import,
  Raise,
  Surgery,
  Quantize,
  Multiplier,
  Check,
  Linalg,
  Schedule,
  Bufferize,
  Llvm,
  Mpc,
  Expand,
  Messages,
  Cost,
  Program,
};

/// A requested change of the model: one pass of one phase.
struct Transformation {
  std::string option; ///< the option that requested it, as in messages
  std::string text;   ///< what it was given: "gelu-to-relu=0.1@0+2"
  std::variant<SurgeryStep, nn::QuantizeWeightsOptions, nn::SetMultiplierOptions> change;

  PhaseKind phase() const;
};

} // namespace tacit

#endif // TACIT_PIPELINES_TRANSFORMATIONS_H
