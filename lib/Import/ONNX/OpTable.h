//===- OpTable.h - Which operators we import --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPTABLE_H
#define TACIT_LIB_IMPORT_ONNX_OPTABLE_H

#include "ProtoFile.h"
#include "mlir/IR/Value.h"
#include "tacit/Import/ONNX/OnnxModel.h"

namespace tacit::onnx_import {

class NodeBuilder;

/// The opsets whose meaning the table knows.
inline constexpr int64_t kMinOpset = 9, kMaxOpset = 23;

/// Makes the operations for one node and returns its first output; further ones
/// are set with NodeBuilder::define. Null when the node was refused.
using BuildFunction = mlir::Value (*)(NodeBuilder &);

struct OpEntry {
  const char *opType;
  int64_t minOpset, maxOpset; ///< opsets in which we know what it means
  BuildFunction build;
};

/// The entry for an operator of ONNX's own domain, or null.
const OpEntry *lookupOp(llvm::StringRef opType);

/// Why the table has nothing for `node` in a model of this opset, if so.
std::optional<UnsupportedNode> checkSupported(const onnx::NodeProto &node, int64_t opset);

// BuildMath.cpp: elementwise operations, reductions, normalisations, products.
mlir::Value buildAdd(NodeBuilder &), buildSub(NodeBuilder &), buildMul(NodeBuilder &),
    buildDiv(NodeBuilder &), buildPow(NodeBuilder &), buildMax(NodeBuilder &),
    buildMin(NodeBuilder &), buildSum(NodeBuilder &), buildNeg(NodeBuilder &),
    buildAbs(NodeBuilder &), buildExp(NodeBuilder &), buildSqrt(NodeBuilder &),
    buildReciprocal(NodeBuilder &), buildTanh(NodeBuilder &), buildErf(NodeBuilder &),
    buildSigmoid(NodeBuilder &), buildRelu(NodeBuilder &), buildGelu(NodeBuilder &),
    buildClip(NodeBuilder &), buildEqual(NodeBuilder &), buildLess(NodeBuilder &),
    buildLessOrEqual(NodeBuilder &), buildGreater(NodeBuilder &),
    buildGreaterOrEqual(NodeBuilder &), buildWhere(NodeBuilder &), buildCast(NodeBuilder &),
    buildSoftmax(NodeBuilder &), buildLayerNormalization(NodeBuilder &),
    buildReduceMean(NodeBuilder &), buildReduceSum(NodeBuilder &),
    buildReduceMax(NodeBuilder &), buildReduceMin(NodeBuilder &),
    buildMatMul(NodeBuilder &), buildGemm(NodeBuilder &);

// BuildMovement.cpp: what moves elements without a new shape to compute.
mlir::Value buildConcat(NodeBuilder &), buildConstant(NodeBuilder &),
    buildDropout(NodeBuilder &), buildGather(NodeBuilder &), buildIdentity(NodeBuilder &),
    buildSlice(NodeBuilder &), buildSplit(NodeBuilder &), buildTranspose(NodeBuilder &);

// BuildShape.cpp: shapes, computed and applied.
mlir::Value buildConstantOfShape(NodeBuilder &), buildExpand(NodeBuilder &),
    buildFlatten(NodeBuilder &), buildRange(NodeBuilder &), buildReshape(NodeBuilder &),
    buildShape(NodeBuilder &), buildSqueeze(NodeBuilder &), buildUnsqueeze(NodeBuilder &);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPTABLE_H
