//===- Arithmetic.h - Options of the arithmetic passes ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H
#define TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/Quantizer.h"

#include "tacit/Dialect/NN/Transforms/Quantize/ArithmeticEnums.h.inc"

namespace tacit {
template <>
llvm::ArrayRef<Word<nn::HeadWeights>> words<nn::HeadWeights>();
template <>
llvm::ArrayRef<Word<nn::MultiplierScope>> words<nn::MultiplierScope>();
} // namespace tacit

#endif // TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H
