//===- Arithmetic.cpp - Options of the arithmetic passes ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Transforms/Quantize/Arithmetic.h"
#include "llvm/ADT/StringSwitch.h"

#include "tacit/Dialect/NN/Transforms/Quantize/ArithmeticEnums.cpp.inc"

namespace tacit {
#define GET_HeadWeightsWords_IMPL
#define GET_MultiplierScopeWords_IMPL
#include "tacit/Dialect/NN/Transforms/Quantize/ArithmeticWords.inc"

template <>
llvm::ArrayRef<Word<nn::HeadWeights>> words<nn::HeadWeights>() {
  return HeadWeightsWords;
}
template <>
llvm::ArrayRef<Word<nn::MultiplierScope>> words<nn::MultiplierScope>() {
  return MultiplierScopeWords;
}
} // namespace tacit
