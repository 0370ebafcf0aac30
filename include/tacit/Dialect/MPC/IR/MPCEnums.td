//===- MPCEnums.td - Enums of the mpc dialect --------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_IR_MPCENUMS_TD
#define TACIT_DIALECT_MPC_IR_MPCENUMS_TD

include "mlir/IR/EnumAttr.td"

class MPC_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::tacit::mpc";
}

def MPC_Party : MPC_Enum<"Party", "party", [
  I32EnumCase<"Client", 0, "client">,
  I32EnumCase<"Server", 1, "server">
]>;

def MPC_Reason : MPC_Enum<"Reason", "reason why both parties know a constant", [
  I32EnumCase<"Shape", 0, "shape">,
  I32EnumCase<"Index", 1, "index">,
  I32EnumCase<"Mask", 2, "mask">,
  I32EnumCase<"Attribute", 3, "attribute">,
  I32EnumCase<"Listed", 4, "listed">
]>;

def MPC_Role : MPC_Enum<"Role", "purpose of a matrix product", [
  I32EnumCase<"Other", 0, "other">,
  I32EnumCase<"Embedding", 1, "embedding">,
  I32EnumCase<"Projection", 2, "projection">,
  I32EnumCase<"Scores", 3, "scores">,
  I32EnumCase<"Values", 4, "values">,
  I32EnumCase<"FeedForward", 5, "feed_forward">,
  I32EnumCase<"Head", 6, "head">
]>;

def MPC_Origin : MPC_Enum<"Origin", "how words that the dealer deals come about", [
  I32EnumCase<"Drawn", 0, "drawn">,
  I32EnumCase<"Client", 1, "client">,
  I32EnumCase<"Server", 2, "server">,
  I32EnumCase<"Dealt", 3, "dealt">
]>;

def MPC_Direction : MPC_Enum<"Direction", "who sends a message", [
  I32EnumCase<"Both", 0, "both">,
  I32EnumCase<"ToServer", 1, "to_server">,
  I32EnumCase<"ToClient", 2, "to_client">
]>;

/// Of Share and OneHot the elements become secret that one party knows; a Matmul is `batch`
/// products of m x k by k x n, and one side of each is secret too.
def MPC_WorkloadKind : MPC_Enum<"WorkloadKind", "what a protocol charges for", [
  I32EnumCase<"Local", 0, "local">,
  I32EnumCase<"Share", 1, "share">,
  I32EnumCase<"OneHot", 2, "one_hot">,
  I32EnumCase<"Reveal", 3, "reveal">,
  I32EnumCase<"Multiply", 4, "mul">,
  I32EnumCase<"Square", 5, "square">,
  I32EnumCase<"Matmul", 6, "matmul">,
  I32EnumCase<"Truncate", 7, "truncate">,
  I32EnumCase<"Max", 8, "max">,
  I32EnumCase<"IsNegative", 9, "is_negative">,
  I32EnumCase<"Relu", 10, "relu">,
  I32EnumCase<"Exp", 11, "exp">,
  I32EnumCase<"Reciprocal", 12, "reciprocal">,
  I32EnumCase<"Rsqrt", 13, "rsqrt">,
  I32EnumCase<"Sigmoid", 14, "sigmoid">,
  I32EnumCase<"Tanh", 15, "tanh">,
  I32EnumCase<"Silu", 16, "silu">,
  I32EnumCase<"Gelu", 17, "gelu">,
  I32EnumCase<"Softmax", 18, "softmax">,
  I32EnumCase<"LayerNorm", 19, "layer_norm">,
  I32EnumCase<"RMSNorm", 20, "rms_norm">,
  I32EnumCase<"MostSignificantBit", 21, "msb">,
  I32EnumCase<"BitToArithmetic", 22, "b2a">
]>;

#endif // TACIT_DIALECT_MPC_IR_MPCENUMS_TD
