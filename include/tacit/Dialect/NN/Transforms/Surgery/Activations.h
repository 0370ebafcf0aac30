//===- Activations.h - Options of nn-replace-activation ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H
#define TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H

#include "tacit/Support/Words.h"

#include "tacit/Dialect/NN/Transforms/Surgery/ActivationsEnums.h.inc"

namespace tacit {
template <>
llvm::ArrayRef<Word<nn::ActivationSet>> words<nn::ActivationSet>();
template <>
llvm::ArrayRef<Word<nn::Replacement>> words<nn::Replacement>();
} // namespace tacit

#endif // TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H
