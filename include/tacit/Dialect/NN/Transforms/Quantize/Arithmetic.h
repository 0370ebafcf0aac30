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

namespace tacit::nn {

/// What becomes of the output layer's weights.
enum class HeadWeights { Float, Int8, Same };

/// Which products a multiplier computes.
enum class MultiplierScope { Matmul, Attention, Linear, All };

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H
