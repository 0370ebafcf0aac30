//===- InputRoles.cpp - What inputs of transformers are for ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputRoles.h"
#include "tacit/Runtime/tacit.h"

using namespace tacit;
using namespace tacit::driver;

bool driver::isInteger(const OnnxValue &input) {
  return input.dtype == TACIT_I64 || input.dtype == TACIT_I32;
}

bool driver::isFloat(const OnnxValue &input) {
  return input.dtype == TACIT_F32 || input.dtype == TACIT_F64 || input.dtype == TACIT_F16 ||
         input.dtype == TACIT_BF16;
}

bool driver::mentions(llvm::StringRef name, llvm::ArrayRef<llvm::StringLiteral> words) {
  std::string lower = name.lower();
  return llvm::any_of(
      words, [&](llvm::StringRef word) { return llvm::StringRef(lower).contains(word); });
}

namespace {
/// An operand of an operator that gives its role to an input.
struct OperandRole {
  llvm::StringLiteral opType;
  int64_t operand;
  InputRole role;
};
} // namespace

static constexpr OperandRole kOperandRoles[] = {
    {"com.microsoft::GroupQueryAttention", 3, InputRole::Cache},
    {"com.microsoft::GroupQueryAttention", 4, InputRole::Cache},
    {"com.microsoft::GroupQueryAttention", 5, InputRole::LastIndex},
    {"com.microsoft::GroupQueryAttention", 6, InputRole::TotalLength},
    {"com.microsoft::GroupQueryAttention", 9, InputRole::Positions},
    {"com.microsoft::MultiHeadAttention", 4, InputRole::Mask},
    {"com.microsoft::MultiHeadAttention", 6, InputRole::Cache},
    {"com.microsoft::MultiHeadAttention", 7, InputRole::Cache},
    {"com.microsoft::Attention", 3, InputRole::Mask},
    {"com.microsoft::Attention", 4, InputRole::Cache},
    {"com.microsoft::EmbedLayerNormalization", 0, InputRole::Tokens},
    {"com.microsoft::EmbedLayerNormalization", 1, InputRole::TokenTypes},
    {"com.microsoft::EmbedLayerNormalization", 7, InputRole::Mask},
    {"com.microsoft::EmbedLayerNormalization", 8, InputRole::Positions},
    {"com.microsoft::RotaryEmbedding", 1, InputRole::Positions},
    {"RotaryEmbedding", 3, InputRole::Positions},
    {"Attention", 4, InputRole::Cache},
    {"Attention", 5, InputRole::Cache},
};

/// Returns the role of the operand that an input is, if its operator gives it one. A mask
/// of one dimension holds lengths.
static std::optional<InputRole> roleByUse(const OnnxValue &input) {
  for (const OnnxUse &use : input.uses)
    for (const OperandRole &known : kOperandRoles)
      if (use.opType == known.opType && use.operand == known.operand &&
          isFloat(input) == (known.role == InputRole::Cache) &&
          (known.role != InputRole::Mask || input.dims.size() >= 2))
        return known.role;
  return std::nullopt;
}

/// Returns the role that the name of an input states. Ids of tokens are `Tokens`.
static InputRole roleByName(const OnnxValue &input) {
  llvm::StringRef name = input.name;
  size_t rank = input.dims.size();
  if (isFloat(input) && rank >= 3 && mentions(name, {"past", "cache"}))
    return InputRole::Cache;
  if (input.dtype == TACIT_BOOL && rank <= 1 && mentions(name, {"use_cache"}))
    return InputRole::Switch;
  if (mentions(name, {"mask"}))
    return InputRole::Mask;
  if (!isInteger(input))
    return InputRole::Other;
  if (rank <= 1 && mentions(name, {"logits_to_keep"}))
    return InputRole::Switch;
  if (mentions(name, {"seqlens_k"}))
    return InputRole::LastIndex;
  if (rank <= 1 && mentions(name, {"total_seq", "total_len"}))
    return InputRole::TotalLength;
  if (rank <= 1 && mentions(name, {"past_seq", "past_len", "start_pos"}))
    return InputRole::PastLength;
  if (mentions(name, {"position"}))
    return InputRole::Positions;
  if (mentions(name, {"token_type", "segment"}))
    return InputRole::TokenTypes;
  bool isSequence = !input.hasShape || rank == 1 || rank == 2;
  return isSequence ? InputRole::Tokens : InputRole::Other;
}

/// Chooses the one input of several that takes the tokens whose next ones are predicted.
static std::optional<size_t> chooseTokens(llvm::ArrayRef<OnnxValue> inputs,
                                          llvm::ArrayRef<size_t> candidates) {
  if (candidates.size() == 1)
    return candidates.front();
  for (llvm::StringLiteral name :
       {llvm::StringLiteral("decoder_input_ids"), llvm::StringLiteral("input_ids")})
    for (size_t i : candidates)
      if (mentions(inputs[i].name, {name}))
        return i;
  return std::nullopt;
}

std::vector<InputRole> driver::findRoles(llvm::ArrayRef<OnnxValue> inputs) {
  std::vector<InputRole> roles;
  std::vector<size_t> candidates;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    std::optional<InputRole> role = roleByUse(input);
    roles.push_back(role ? *role : roleByName(input));
    if (roles.back() == InputRole::Tokens)
      candidates.push_back(i);
  }
  std::optional<size_t> chosen = chooseTokens(inputs, candidates);
  for (size_t i : candidates)
    if (i != chosen) {
      bool isContext = chosen && mentions(inputs[*chosen].name, {"decoder"}) &&
                       mentions(inputs[i].name, {"input_ids"});
      roles[i] = isContext ? InputRole::Context : InputRole::Other;
    }
  return roles;
}
