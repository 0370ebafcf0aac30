//===- Activations.cpp - Options of nn-replace-activation -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Transforms/Surgery/Activations.h"
#include "llvm/ADT/StringSwitch.h"

#include "tacit/Dialect/NN/Transforms/Surgery/ActivationsEnums.cpp.inc"

namespace tacit {
#define GET_ActivationSetWords_IMPL
#define GET_ReplacementWords_IMPL
#include "tacit/Dialect/NN/Transforms/Surgery/ActivationsWords.inc"

template <>
llvm::ArrayRef<Word<nn::ActivationSet>> words<nn::ActivationSet>() {
  return ActivationSetWords;
}
template <>
llvm::ArrayRef<Word<nn::Replacement>> words<nn::Replacement>() {
  return ReplacementWords;
}
} // namespace tacit
