//===- Activations.h - Options of nn-replace-activation ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H
#define TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H

namespace tacit::nn {

/// Which activations are replaced.
enum class ActivationSet { Gelu, Any };

/// What comes in their place: nothing, a ReLU, or GELU of some kind.
enum class Replacement { Relu, Identity, Erf, Tanh, Puma, Bolt, Bumblebee, Nimbus, Quad };

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H
