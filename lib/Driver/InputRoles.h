//===- InputRoles.h - What inputs of transformers are for -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_INPUTROLES_H
#define TACIT_LIB_DRIVER_INPUTROLES_H

#include "tacit/Import/ONNX/OnnxModel.h"

namespace tacit::driver {

/// What an input of a transformer is for.
enum class InputRole {
  Tokens,
  Context, ///< tokens of an encoder, in a model that has a decoder, too
  Mask,
  Positions,
  TokenTypes,
  Cache,       ///< keys or values of earlier positions
  LastIndex,   ///< the index of each row's last position: seqlens_k
  TotalLength, ///< the number of positions with those of the cache
  PastLength,  ///< the number of positions in the cache
  Switch,      ///< whether caches are used at all, or logits left out
  Other,
};

/// Finds out what each input is for; at most one takes the tokens. The operand of a fused
/// operator decides, else names, types and shapes. Names are those of the exporters of
/// Hugging Face and ONNX Runtime.
std::vector<InputRole> findRoles(llvm::ArrayRef<OnnxValue> inputs);

bool isInteger(const OnnxValue &input);
bool isFloat(const OnnxValue &input);

/// Returns true if the lower-case form of `name` contains one of `words`.
bool mentions(llvm::StringRef name, llvm::ArrayRef<llvm::StringLiteral> words);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_INPUTROLES_H
