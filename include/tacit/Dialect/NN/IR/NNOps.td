//===- NNOps.td - Operations of the nn dialect -------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNOPS_TD
#define TACIT_DIALECT_NN_IR_NNOPS_TD

include "tacit/Dialect/NN/IR/NNImageOps.td"
include "tacit/Dialect/NN/IR/NNLoopOps.td"
include "tacit/Dialect/NN/IR/NNMathOps.td"
include "tacit/Dialect/NN/IR/NNProductOps.td"
include "tacit/Dialect/NN/IR/NNMovementOps.td"

#endif // TACIT_DIALECT_NN_IR_NNOPS_TD
