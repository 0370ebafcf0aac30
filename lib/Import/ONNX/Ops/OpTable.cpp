//===- OpTable.cpp - The table of supported operators ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "File/Graph.h"
#include "tacit/Support/Error.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

/// There is one line per operator: the first opset that has it (or our oldest), the
/// builder, and the last opset that has it, unless the newest has it.
static constexpr OpEntry kTable[] = {
    {"Abs", 7, buildAbs},
    {"Acos", 7, buildAcos},
    {"Acosh", 9, buildAcosh},
    {"Add", 7, buildAdd},
    {"And", 7, buildAnd},
    {"ArgMax", 7, buildArgMax},
    {"ArgMin", 7, buildArgMin},
    {"Asin", 7, buildAsin},
    {"Asinh", 9, buildAsinh},
    {"Atan", 7, buildAtan},
    {"Atanh", 9, buildAtanh},
    {"Attention", 23, buildAttention},
    {"AveragePool", 7, buildAveragePool},
    {"BatchNormalization", 9, buildBatchNormalization}, // inference
    {"BitCast", 26, buildBitCast},                      // numbers of 8 to 64 bits, and bool
    {"BitShift", 11, buildBitShift},
    {"BitwiseAnd", 18, buildBitwiseAnd},
    {"BitwiseNot", 18, buildBitwiseNot},
    {"BitwiseOr", 18, buildBitwiseOr},
    {"BitwiseXor", 18, buildBitwiseXor},
    {"Cast", 7, buildCast},
    {"CastLike", 15, buildCastLike},
    {"CausalConvWithState", 27, buildCausalConvWithState},
    {"Ceil", 7, buildCeil},
    {"Celu", 12, buildCelu},
    {"Clip", 7, buildClip},
    {"Compress", 9, buildCompress}, // condition a constant
    {"Concat", 7, buildConcat},
    {"ConcatFromSequence", 11, buildConcatFromSequence},
    {"Constant", 7, buildConstant},
    {"ConstantOfShape", 9, buildConstantOfShape},
    {"Conv", 7, buildConv},
    {"ConvInteger", 10, buildConvInteger},
    {"ConvTranspose", 7, buildConvTranspose},
    {"Cos", 7, buildCos},
    {"Cosh", 9, buildCosh},
    {"CumProd", 26, buildCumProd}, // axis a constant, its size known
    {"CumSum", 11, buildCumSum},   // axis a constant
    {"DepthToSpace", 7, buildDepthToSpace},
    {"DequantizeLinear", 10, buildDequantizeLinear}, // integers
    {"Div", 7, buildDiv},
    {"Dropout", 7, buildDropout}, // inference
    {"DynamicQuantizeLinear", 11, buildDynamicQuantizeLinear},
    {"Einsum", 12, buildEinsum},
    {"Elu", 7, buildElu},
    {"Equal", 7, buildEqual},
    {"Erf", 9, buildErf},
    {"Exp", 7, buildExp},
    {"Expand", 8, buildExpand},
    {"EyeLike", 9, buildEyeLike},
    {"Flatten", 7, buildFlatten},
    {"Floor", 7, buildFloor},
    {"GRU", 7, buildGRU},
    {"Gather", 7, buildGather},
    {"GatherElements", 11, buildGatherElements},
    {"GatherND", 11, buildGatherND},
    {"Gelu", 20, buildGelu},
    {"Gemm", 7, buildGemm},
    {"GlobalAveragePool", 7, buildGlobalAveragePool},
    {"GlobalLpPool", 7, buildGlobalLpPool},
    {"GlobalMaxPool", 7, buildGlobalMaxPool},
    {"Greater", 7, buildGreater},
    {"GreaterOrEqual", 12, buildGreaterOrEqual},
    {"GridSample", 16, buildGridSample},
    {"GroupNormalization", 18, buildGroupNormalization},
    {"HardSigmoid", 7, buildHardSigmoid},
    {"HardSwish", 14, buildHardSwish},
    {"Hardmax", 7, buildHardmax},
    {"Identity", 7, buildIdentity},
    {"If", 7, buildIf},
    {"InstanceNormalization", 7, buildInstanceNormalization},
    {"IsInf", 10, buildIsInf},
    {"IsNaN", 9, buildIsNaN},
    {"LRN", 7, buildLRN},
    {"LSTM", 7, buildLSTM},
    {"LayerNormalization", 9, buildLayerNormalization},
    {"LeakyRelu", 7, buildLeakyRelu},
    {"Less", 7, buildLess},
    {"LessOrEqual", 12, buildLessOrEqual},
    {"LinearAttention", 27, buildLinearAttention}, // a known number of tokens
    {"Log", 7, buildLog},
    {"LogSoftmax", 7, buildLogSoftmax},
    {"Loop", 7, buildLoop},
    {"LpNormalization", 7, buildLpNormalization},
    {"LpPool", 7, buildLpPool}, // without ceil_mode
    {"MatMul", 7, buildMatMul},
    {"MatMulInteger", 10, buildMatMulInteger},
    {"Max", 7, buildMax},
    {"MaxPool", 7, buildMaxPool}, // without the indices of the maxima
    {"Mean", 7, buildMean},
    {"MeanVarianceNormalization", 9, buildMeanVarianceNormalization},
    {"Min", 7, buildMin},
    {"Mish", 18, buildMish},
    {"Mod", 10, buildMod},
    {"Mul", 7, buildMul},
    {"Neg", 7, buildNeg},
    {"NegativeLogLikelihoodLoss", 12, buildNegativeLogLikelihoodLoss},
    {"NonZero", 9, buildNonZero}, // of constants, or where known sizes decide
    {"Not", 7, buildNot},
    {"OneHot", 9, buildOneHot}, // depth a constant
    {"Or", 7, buildOr},
    {"PRelu", 7, buildPRelu},
    {"Pad", 7, buildPad}, // axes constants, and pads unless mode is constant
    {"Pow", 7, buildPow},
    {"QLinearConv", 10, buildQLinearConv},       // bytes
    {"QLinearMatMul", 10, buildQLinearMatMul},   // bytes
    {"QuantizeLinear", 10, buildQuantizeLinear}, // integers
    {"RMSNormalization", 23, buildRMSNormalization},
    {"RNN", 7, buildRNN},
    {"Range", 11, buildRange},
    {"Reciprocal", 7, buildReciprocal},
    {"ReduceL1", 7, buildReduceL1},
    {"ReduceL2", 7, buildReduceL2},
    {"ReduceLogSum", 7, buildReduceLogSum},
    {"ReduceLogSumExp", 7, buildReduceLogSumExp},
    {"ReduceMax", 7, buildReduceMax},
    {"ReduceMean", 7, buildReduceMean},
    {"ReduceMin", 7, buildReduceMin},
    {"ReduceProd", 7, buildReduceProd},
    {"ReduceSum", 7, buildReduceSum},
    {"ReduceSumSquare", 7, buildReduceSumSquare},
    {"Relu", 7, buildRelu},
    {"Reshape", 7, buildReshape},
    {"Resize", 10, buildResize},
    {"RotaryEmbedding", 23, buildRotaryEmbedding},
    {"Round", 11, buildRound},
    {"Scan", 9, buildScan},
    {"Scatter", 9, buildScatterElements, 10},
    {"ScatterElements", 11, buildScatterElements},
    {"ScatterND", 11, buildScatterND},
    {"Selu", 7, buildSelu},
    {"SequenceAt", 11, buildSequenceAt}, // position a constant
    {"SequenceConstruct", 11, buildSequenceConstruct},
    {"SequenceEmpty", 11, buildSequenceEmpty},
    {"SequenceErase", 11, buildSequenceErase},   // position a constant
    {"SequenceInsert", 11, buildSequenceInsert}, // position a constant
    {"SequenceLength", 11, buildSequenceLength},
    {"Shape", 7, buildShape},
    {"Shrink", 9, buildShrink},
    {"Sigmoid", 7, buildSigmoid},
    {"Sign", 9, buildSign},
    {"SimplifiedLayerNormalization", 9, buildRMSNormalization},
    {"Sin", 7, buildSin},
    {"Sinh", 9, buildSinh},
    {"Size", 7, buildSize},
    {"Slice", 7, buildSlice},
    {"Softmax", 7, buildSoftmax},
    {"SoftmaxCrossEntropyLoss", 12, buildSoftmaxCrossEntropyLoss},
    {"Softplus", 7, buildSoftplus},
    {"Softsign", 7, buildSoftsign},
    {"SpaceToDepth", 7, buildSpaceToDepth},
    {"Split", 7, buildSplit},
    {"SplitToSequence", 11, buildSplitToSequence}, // sizes known
    {"Sqrt", 7, buildSqrt},
    {"Squeeze", 7, buildSqueeze},
    {"Sub", 7, buildSub},
    {"Sum", 7, buildSum},
    {"SwiGLU", 28, buildSwiGLU},
    {"Swish", 24, buildSwish},
    {"Tan", 7, buildTan},
    {"Tanh", 7, buildTanh},
    {"TensorScatter", 24, buildTensorScatter},
    {"ThresholdedRelu", 10, buildThresholdedRelu},
    {"Tile", 7, buildTile},
    {"TopK", 7, buildTopK}, // k a constant
    {"Transpose", 7, buildTranspose},
    {"Trilu", 14, buildTrilu},
    {"Unsqueeze", 7, buildUnsqueeze},
    {"Upsample", 9, buildUpsample, 9},
    {"Where", 9, buildWhere},
    {"Xor", 7, buildXor},
};

/// The same for com.microsoft, whose operators have one version. ONNX Runtime writes
/// LayerNormalization and SimplifiedLayerNormalization in ONNX's own domain as well.
static constexpr OpEntry kMicrosoftTable[] = {
    {"Attention", 1, buildMicrosoftAttention},
    {"BiasAdd", 1, buildBiasAdd},
    {"BiasGelu", 1, buildBiasGelu},
    {"BiasSplitGelu", 1, buildBiasSplitGelu},
    {"DecoderMaskedMultiHeadAttention", 1, buildDecoderMaskedAttention}, // no beam search
    {"DequantizeLinear", 1, buildDequantizeLinear},                      // integers
    {"DynamicQuantizeMatMul", 1, buildDynamicQuantizeMatMul},
    {"EmbedLayerNormalization", 1, buildEmbedLayerNormalization},
    {"FastGelu", 1, buildFastGelu},
    {"FusedConv", 1, buildFusedConv},
    {"FusedGemm", 1, buildFusedGemm},
    {"FusedMatMul", 1, buildFusedMatMul},
    {"GatedRelativePositionBias", 1, buildGatedRelativePositionBias},
    {"GatherBlockQuantized", 1, buildGatherBlockQuantized}, // blocks of the last axis
    {"Gelu", 1, buildMicrosoftGelu},
    {"GemmFastGelu", 1, buildGemmFastGelu},
    {"GroupNorm", 1, buildMicrosoftGroupNorm},
    {"GroupQueryAttention", 1, buildGroupQueryAttention},
    {"LayerNormalization", 1, buildLayerNormalization},
    {"MatMulIntegerToFloat", 1, buildMatMulIntegerToFloat},
    {"MatMulNBits", 1, buildMatMulNBits}, // 2, 4 and 8 bits
    {"MultiHeadAttention", 1, buildMultiHeadAttention},
    {"QAttention", 1, buildQAttention},
    {"QEmbedLayerNormalization", 1, buildQEmbedLayerNormalization},
    {"QGemm", 1, buildQGemm},
    {"QLinearAdd", 1, buildQLinearAdd},
    {"QLinearAveragePool", 1, buildQLinearAveragePool},
    {"QLinearConcat", 1, buildQLinearConcat},
    {"QLinearGlobalAveragePool", 1, buildQLinearGlobalAveragePool},
    {"QLinearLeakyRelu", 1, buildQLinearLeakyRelu},
    {"QLinearMul", 1, buildQLinearMul},
    {"QLinearSigmoid", 1, buildQLinearSigmoid},
    {"QLinearSoftmax", 1, buildQLinearSoftmax},
    {"QLinearWhere", 1, buildQLinearWhere},
    {"QuantizeLinear", 1, buildQuantizeLinear}, // integers
    {"QuickGelu", 1, buildQuickGelu},
    {"RelativePositionBias", 1, buildRelativePositionBias},
    {"RotaryEmbedding", 1, buildMicrosoftRotaryEmbedding},
    {"SimplifiedLayerNormalization", 1, buildRMSNormalization},
    {"SkipGroupNorm", 1, buildSkipGroupNorm},
    {"SkipLayerNormalization", 1, buildSkipLayerNormalization},
    {"SkipSimplifiedLayerNormalization", 1, buildSkipSimplifiedLayerNormalization},
    {"TransposeMatMul", 1, buildFusedMatMul}, // the old name of FusedMatMul
    {"Trilu", 1, buildTrilu},
};

/// The domains that have a table.
static bool isMicrosoft(StringRef domain) { return domain == "com.microsoft"; }

const OpEntry *onnx_import::lookupOp(const onnx::NodeProto &node) {
  ArrayRef<OpEntry> table;
  if (isDefaultDomain(node.domain()))
    table = kTable;
  else if (isMicrosoft(node.domain()))
    table = kMicrosoftTable;
  const OpEntry *entry = llvm::find_if(
      table, [&](const OpEntry &candidate) { return node.op_type() == candidate.opType; });
  return entry == table.end() ? nullptr : entry;
}

std::optional<UnsupportedNode> onnx_import::checkSupported(const onnx::NodeProto &node,
                                                           int64_t opset) {
  UnsupportedNode found{nodeName(node), node.op_type(), node.domain(), opset, "", ""};
  if (!isDefaultDomain(node.domain()) && !isMicrosoft(node.domain())) {
    found.reason = "operators of the domain '" + node.domain() + "' are not supported";
    found.remedy = "re-export with ONNX's own operators";
    return found;
  }
  const OpEntry *entry = lookupOp(node);
  if (entry && isMicrosoft(node.domain()))
    return std::nullopt;
  if (entry && entry->minOpset <= opset && opset <= entry->maxOpset)
    return std::nullopt;
  if (!entry) {
    found.reason = "this operator is not supported";
    found.remedy = isMicrosoft(node.domain())
                       ? "use the model as it was before ONNX Runtime's optimizer"
                       : "re-export the model without this operator, or replace it with "
                         "others";
  } else {
    found.reason =
        fmt::format("it is supported in opsets {} to {}, and the model has opset {}",
                    entry->minOpset, entry->maxOpset, opset);
    found.remedy = fmt::format("re-export with opset {}",
                               std::clamp<int64_t>(17, entry->minOpset, entry->maxOpset));
  }
  return found;
}
