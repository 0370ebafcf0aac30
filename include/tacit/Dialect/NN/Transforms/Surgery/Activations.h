//===- Activations.h - Options of nn-replace-activation ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H
#define TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H

#include "tacit/Support/Words.h"

namespace tacit::nn {

/// The activations that are replaced.
enum class ActivationSet { Gelu, Any };

/// The replacement: nothing, a ReLU, or GELU of some kind.
enum class Replacement { Relu, Identity, Erf, Tanh, Puma, Bolt, Bumblebee, Nimbus, Quad };

inline constexpr Word<ActivationSet> kActivationWords[] = {
    {ActivationSet::Gelu, "gelu", "GELU of any kind"},
    {ActivationSet::Any, "any", "GELU, SiLU and ReLU"},
};

inline constexpr Word<Replacement> kReplacementWords[] = {
    {Replacement::Relu, "relu", "max(x, 0)"},
    {Replacement::Identity, "identity", "x"},
    {Replacement::Erf, "erf", "GELU by erf"},
    {Replacement::Tanh, "tanh", "GELU by tanh"},
    {Replacement::Puma, "puma", "polynomials of PUMA"},
    {Replacement::Bolt, "bolt", "polynomial of BOLT"},
    {Replacement::Bumblebee, "bumblebee", "polynomials of BumbleBee"},
    {Replacement::Nimbus, "nimbus", "example polynomial of Nimbus"},
    {Replacement::Quad, "quad", "parabola of MPCFormer"},
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_H
