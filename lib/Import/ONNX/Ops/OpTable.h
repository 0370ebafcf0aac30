//===- OpTable.h - The table of supported operators -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_OPTABLE_H
#define TACIT_LIB_IMPORT_ONNX_OPS_OPTABLE_H

#include "File/ProtoFile.h"
#include "mlir/IR/Value.h"
#include "tacit/Import/ONNX/OnnxModel.h"

namespace tacit::onnx_import {

class NodeBuilder;

/// The opsets whose meaning the table knows. Before kMaxOpset is raised, each operator that
/// the new opset defines again has to be compared with its builder.
inline constexpr int64_t kMinOpset = 7, kMaxOpset = 28;

/// Creates the operations for one node and returns its first output; further ones are set
/// with NodeBuilder::define. Returns null if the node was refused.
using BuildFunction = mlir::Value (*)(NodeBuilder &);

struct OpEntry {
  const char *opType;
  int64_t minOpset;
  BuildFunction build;
  int64_t maxOpset = kMaxOpset; ///< the last opset in which the builder is right
};

/// Returns the entry for a node's operator, of ONNX's own domain or of com.microsoft, or
/// null.
const OpEntry *lookupOp(const onnx::NodeProto &node);

/// Returns the reason why the table has no entry for `node` in a model of this opset, if
/// there is none.
std::optional<UnsupportedNode> checkSupported(const onnx::NodeProto &node, int64_t opset);

// BuildElementwise.cpp: element by element.
mlir::Value buildAbs(NodeBuilder &), buildAdd(NodeBuilder &), buildAnd(NodeBuilder &),
    buildCast(NodeBuilder &), buildCastLike(NodeBuilder &), buildCeil(NodeBuilder &),
    buildCelu(NodeBuilder &), buildClip(NodeBuilder &), buildCos(NodeBuilder &),
    buildDiv(NodeBuilder &), buildElu(NodeBuilder &), buildEqual(NodeBuilder &),
    buildErf(NodeBuilder &), buildExp(NodeBuilder &), buildFloor(NodeBuilder &),
    buildGelu(NodeBuilder &), buildGreater(NodeBuilder &),
    buildGreaterOrEqual(NodeBuilder &), buildHardSigmoid(NodeBuilder &),
    buildHardSwish(NodeBuilder &), buildIsInf(NodeBuilder &), buildIsNaN(NodeBuilder &),
    buildLeakyRelu(NodeBuilder &), buildLess(NodeBuilder &),
    buildLessOrEqual(NodeBuilder &), buildLog(NodeBuilder &), buildMax(NodeBuilder &),
    buildMean(NodeBuilder &), buildMin(NodeBuilder &), buildMish(NodeBuilder &),
    buildMod(NodeBuilder &), buildMul(NodeBuilder &), buildNeg(NodeBuilder &),
    buildNot(NodeBuilder &), buildOr(NodeBuilder &), buildPow(NodeBuilder &),
    buildPRelu(NodeBuilder &), buildReciprocal(NodeBuilder &), buildShrink(NodeBuilder &),
    buildTan(NodeBuilder &), buildAtan(NodeBuilder &), buildRelu(NodeBuilder &),
    buildRound(NodeBuilder &), buildSelu(NodeBuilder &), buildSigmoid(NodeBuilder &),
    buildSign(NodeBuilder &), buildSin(NodeBuilder &), buildSoftplus(NodeBuilder &),
    buildSoftsign(NodeBuilder &), buildSqrt(NodeBuilder &), buildSub(NodeBuilder &),
    buildSum(NodeBuilder &), buildSwiGLU(NodeBuilder &), buildSwish(NodeBuilder &),
    buildTanh(NodeBuilder &), buildThresholdedRelu(NodeBuilder &),
    buildWhere(NodeBuilder &), buildXor(NodeBuilder &);

mlir::Value buildAcos(NodeBuilder &), buildAcosh(NodeBuilder &), buildAsin(NodeBuilder &),
    buildAsinh(NodeBuilder &), buildAtanh(NodeBuilder &), buildCosh(NodeBuilder &),
    buildSinh(NodeBuilder &);

// BuildBits.cpp: integers bit by bit.
mlir::Value buildBitCast(NodeBuilder &), buildBitShift(NodeBuilder &),
    buildBitwiseAnd(NodeBuilder &), buildBitwiseNot(NodeBuilder &),
    buildBitwiseOr(NodeBuilder &), buildBitwiseXor(NodeBuilder &);

// BuildReduce.cpp: along axes.
mlir::Value buildArgMax(NodeBuilder &), buildArgMin(NodeBuilder &),
    buildCumProd(NodeBuilder &), buildCumSum(NodeBuilder &), buildHardmax(NodeBuilder &),
    buildReduceL1(NodeBuilder &), buildReduceL2(NodeBuilder &),
    buildReduceLogSum(NodeBuilder &), buildReduceLogSumExp(NodeBuilder &),
    buildReduceMax(NodeBuilder &), buildReduceMean(NodeBuilder &),
    buildReduceMin(NodeBuilder &), buildReduceProd(NodeBuilder &),
    buildReduceSum(NodeBuilder &), buildReduceSumSquare(NodeBuilder &),
    buildSoftmax(NodeBuilder &), buildTopK(NodeBuilder &);

// BuildMath.cpp: products of matrices.
mlir::Value buildMatMul(NodeBuilder &), buildGemm(NodeBuilder &);

// BuildIndexing.cpp: elements by their index.
mlir::Value buildEyeLike(NodeBuilder &), buildGatherElements(NodeBuilder &),
    buildCompress(NodeBuilder &), buildGatherND(NodeBuilder &), buildNonZero(NodeBuilder &),
    buildOneHot(NodeBuilder &), buildPad(NodeBuilder &),
    buildScatterElements(NodeBuilder &), buildScatterND(NodeBuilder &),
    buildTensorScatter(NodeBuilder &), buildTile(NodeBuilder &), buildTrilu(NodeBuilder &);

// BuildMovement.cpp: what moves elements without a new shape to compute.
mlir::Value buildConcat(NodeBuilder &), buildConstant(NodeBuilder &),
    buildDropout(NodeBuilder &), buildGather(NodeBuilder &), buildIdentity(NodeBuilder &),
    buildSlice(NodeBuilder &), buildSplit(NodeBuilder &), buildTranspose(NodeBuilder &);

// BuildShape.cpp: shapes, computed and applied.
mlir::Value buildConstantOfShape(NodeBuilder &), buildExpand(NodeBuilder &),
    buildFlatten(NodeBuilder &), buildRange(NodeBuilder &), buildReshape(NodeBuilder &),
    buildShape(NodeBuilder &), buildSize(NodeBuilder &), buildSqueeze(NodeBuilder &),
    buildUnsqueeze(NodeBuilder &);

// BuildNormalization.cpp: norms and logarithmic softmax.
mlir::Value buildBatchNormalization(NodeBuilder &), buildGroupNormalization(NodeBuilder &),
    buildInstanceNormalization(NodeBuilder &), buildLayerNormalization(NodeBuilder &),
    buildLogSoftmax(NodeBuilder &), buildLpNormalization(NodeBuilder &),
    buildMeanVarianceNormalization(NodeBuilder &), buildRMSNormalization(NodeBuilder &);

// BuildImage.cpp: windows of images and signals.
mlir::Value buildAveragePool(NodeBuilder &), buildConv(NodeBuilder &),
    buildGlobalAveragePool(NodeBuilder &), buildGlobalMaxPool(NodeBuilder &),
    buildMaxPool(NodeBuilder &), buildDepthToSpace(NodeBuilder &),
    buildFusedConv(NodeBuilder &), buildGlobalLpPool(NodeBuilder &),
    buildLRN(NodeBuilder &), buildLpPool(NodeBuilder &), buildSpaceToDepth(NodeBuilder &);

// BuildConvTranspose.cpp, BuildGridSample.cpp
mlir::Value buildConvTranspose(NodeBuilder &), buildGridSample(NodeBuilder &);

// BuildLoss.cpp
mlir::Value buildNegativeLogLikelihoodLoss(NodeBuilder &),
    buildSoftmaxCrossEntropyLoss(NodeBuilder &);

// BuildResize.cpp
mlir::Value buildResize(NodeBuilder &), buildUpsample(NodeBuilder &);

// BuildRecurrent.cpp
mlir::Value buildGRU(NodeBuilder &), buildLSTM(NodeBuilder &), buildRNN(NodeBuilder &);

// BuildLinearAttention.cpp
mlir::Value buildCausalConvWithState(NodeBuilder &), buildLinearAttention(NodeBuilder &);

// BuildSequence.cpp: lists of tensors.
mlir::Value buildConcatFromSequence(NodeBuilder &), buildSequenceAt(NodeBuilder &),
    buildSequenceConstruct(NodeBuilder &), buildSequenceEmpty(NodeBuilder &),
    buildSequenceErase(NodeBuilder &), buildSequenceInsert(NodeBuilder &),
    buildSequenceLength(NodeBuilder &), buildSplitToSequence(NodeBuilder &);

// BuildEinsum.cpp
mlir::Value buildEinsum(NodeBuilder &);

// BuildQuantized.cpp: integers that stand for floats.
mlir::Value buildDequantizeLinear(NodeBuilder &), buildDynamicQuantizeLinear(NodeBuilder &),
    buildDynamicQuantizeMatMul(NodeBuilder &), buildMatMulInteger(NodeBuilder &),
    buildMatMulIntegerToFloat(NodeBuilder &), buildQLinearMatMul(NodeBuilder &),
    buildQuantizeLinear(NodeBuilder &);

// BuildQuantizedOperators.cpp: what computes with floats in between.
mlir::Value buildConvInteger(NodeBuilder &), buildQGemm(NodeBuilder &),
    buildQLinearAdd(NodeBuilder &), buildQLinearAveragePool(NodeBuilder &),
    buildQLinearConcat(NodeBuilder &), buildQLinearConv(NodeBuilder &),
    buildQLinearGlobalAveragePool(NodeBuilder &), buildQLinearLeakyRelu(NodeBuilder &),
    buildQLinearMul(NodeBuilder &), buildQLinearSigmoid(NodeBuilder &),
    buildQLinearSoftmax(NodeBuilder &), buildQLinearWhere(NodeBuilder &);

// BuildRelativePosition.cpp: biases of distances.
mlir::Value buildGatedRelativePositionBias(NodeBuilder &),
    buildRelativePositionBias(NodeBuilder &);

// BuildAttention.cpp
mlir::Value buildAttention(NodeBuilder &), buildRotaryEmbedding(NodeBuilder &);

// BuildMicrosoft*.cpp: what ONNX Runtime's optimizer writes.
mlir::Value buildBiasAdd(NodeBuilder &), buildBiasGelu(NodeBuilder &),
    buildBiasSplitGelu(NodeBuilder &), buildFusedGemm(NodeBuilder &),
    buildGemmFastGelu(NodeBuilder &), buildMicrosoftGroupNorm(NodeBuilder &),
    buildQEmbedLayerNormalization(NodeBuilder &), buildSkipGroupNorm(NodeBuilder &),
    buildDecoderMaskedAttention(NodeBuilder &), buildQAttention(NodeBuilder &),
    buildEmbedLayerNormalization(NodeBuilder &), buildFastGelu(NodeBuilder &),
    buildFusedMatMul(NodeBuilder &), buildGatherBlockQuantized(NodeBuilder &),
    buildGroupQueryAttention(NodeBuilder &), buildMatMulNBits(NodeBuilder &),
    buildMicrosoftAttention(NodeBuilder &), buildMicrosoftGelu(NodeBuilder &),
    buildMicrosoftRotaryEmbedding(NodeBuilder &), buildMultiHeadAttention(NodeBuilder &),
    buildQuickGelu(NodeBuilder &), buildSkipLayerNormalization(NodeBuilder &),
    buildSkipSimplifiedLayerNormalization(NodeBuilder &);

// BuildControl.cpp: graphs inside nodes.
mlir::Value buildIf(NodeBuilder &), buildLoop(NodeBuilder &), buildScan(NodeBuilder &);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_OPTABLE_H
