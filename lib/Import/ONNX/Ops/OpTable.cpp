//===- OpTable.cpp - The table of supported operators ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "File/Graph.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

/// There is one line per operator: the first opset that has it (or our oldest), the last
/// whose definition the builder follows, and the builder.
static constexpr OpEntry kTable[] = {
    {"Abs", 9, 25, buildAbs},
    {"Add", 9, 25, buildAdd},
    {"And", 9, 25, buildAnd},
    {"ArgMax", 9, 25, buildArgMax},
    {"ArgMin", 9, 25, buildArgMin},
    {"Atan", 9, 25, buildAtan},
    {"Attention", 23, 25, buildAttention},
    {"AveragePool", 9, 25, buildAveragePool},
    {"BatchNormalization", 9, 25, buildBatchNormalization}, // inference
    {"Cast", 9, 25, buildCast},
    {"CastLike", 15, 25, buildCastLike},
    {"Ceil", 9, 25, buildCeil},
    {"Celu", 12, 25, buildCelu},
    {"Clip", 9, 25, buildClip},
    {"Concat", 9, 25, buildConcat},
    {"ConcatFromSequence", 11, 25, buildConcatFromSequence},
    {"Constant", 9, 25, buildConstant},
    {"ConstantOfShape", 9, 25, buildConstantOfShape},
    {"Conv", 9, 25, buildConv},
    {"Cos", 9, 25, buildCos},
    {"CumSum", 11, 25, buildCumSum},                     // axis a constant
    {"DequantizeLinear", 10, 25, buildDequantizeLinear}, // integers
    {"Div", 9, 25, buildDiv},
    {"Dropout", 9, 25, buildDropout}, // inference
    {"DynamicQuantizeLinear", 11, 25, buildDynamicQuantizeLinear},
    {"Einsum", 12, 25, buildEinsum},
    {"Elu", 9, 25, buildElu},
    {"Equal", 9, 25, buildEqual},
    {"Erf", 9, 25, buildErf},
    {"Exp", 9, 25, buildExp},
    {"Expand", 9, 25, buildExpand},
    {"EyeLike", 9, 25, buildEyeLike},
    {"Flatten", 9, 25, buildFlatten},
    {"Floor", 9, 25, buildFloor},
    {"Gather", 9, 25, buildGather},
    {"GatherElements", 11, 25, buildGatherElements},
    {"GatherND", 11, 25, buildGatherND},
    {"Gelu", 20, 25, buildGelu},
    {"Gemm", 9, 25, buildGemm},
    {"GlobalAveragePool", 9, 25, buildGlobalAveragePool},
    {"GlobalMaxPool", 9, 25, buildGlobalMaxPool},
    {"Greater", 9, 25, buildGreater},
    {"GreaterOrEqual", 12, 25, buildGreaterOrEqual},
    {"GroupNormalization", 18, 25, buildGroupNormalization},
    {"HardSigmoid", 9, 25, buildHardSigmoid},
    {"HardSwish", 14, 25, buildHardSwish},
    {"Hardmax", 9, 25, buildHardmax},
    {"Identity", 9, 25, buildIdentity},
    {"If", 9, 25, buildIf},
    {"InstanceNormalization", 9, 25, buildInstanceNormalization},
    {"IsInf", 10, 25, buildIsInf},
    {"IsNaN", 9, 25, buildIsNaN},
    {"LayerNormalization", 9, 25, buildLayerNormalization},
    {"LeakyRelu", 9, 25, buildLeakyRelu},
    {"Less", 9, 25, buildLess},
    {"LessOrEqual", 12, 25, buildLessOrEqual},
    {"Log", 9, 25, buildLog},
    {"LogSoftmax", 9, 25, buildLogSoftmax},
    {"Loop", 9, 25, buildLoop},
    {"MatMul", 9, 25, buildMatMul},
    {"MatMulInteger", 10, 25, buildMatMulInteger},
    {"Max", 9, 25, buildMax},
    {"MaxPool", 9, 25, buildMaxPool}, // without the indices of the maxima
    {"Mean", 9, 25, buildMean},
    {"Min", 9, 25, buildMin},
    {"Mish", 18, 25, buildMish},
    {"Mod", 10, 25, buildMod},
    {"Mul", 9, 25, buildMul},
    {"Neg", 9, 25, buildNeg},
    {"NonZero", 9, 25, buildNonZero}, // constants only
    {"Not", 9, 25, buildNot},
    {"OneHot", 9, 25, buildOneHot}, // depth a constant
    {"Or", 9, 25, buildOr},
    {"PRelu", 9, 25, buildPRelu},
    {"Pad", 9, 25, buildPad}, // axes constants, and pads unless mode is constant
    {"Pow", 9, 25, buildPow},
    {"QLinearMatMul", 10, 25, buildQLinearMatMul},   // bytes
    {"QuantizeLinear", 10, 25, buildQuantizeLinear}, // integers
    {"RMSNormalization", 23, 25, buildRMSNormalization},
    {"Range", 11, 25, buildRange},
    {"Reciprocal", 9, 25, buildReciprocal},
    {"ReduceL1", 9, 25, buildReduceL1},
    {"ReduceL2", 9, 25, buildReduceL2},
    {"ReduceLogSum", 9, 25, buildReduceLogSum},
    {"ReduceLogSumExp", 9, 25, buildReduceLogSumExp},
    {"ReduceMax", 9, 25, buildReduceMax},
    {"ReduceMean", 9, 25, buildReduceMean},
    {"ReduceMin", 9, 25, buildReduceMin},
    {"ReduceProd", 9, 25, buildReduceProd},
    {"ReduceSum", 9, 25, buildReduceSum},
    {"ReduceSumSquare", 9, 25, buildReduceSumSquare},
    {"Relu", 9, 25, buildRelu},
    {"Reshape", 9, 25, buildReshape},
    {"RotaryEmbedding", 23, 25, buildRotaryEmbedding},
    {"Round", 11, 25, buildRound},
    {"Scatter", 9, 10, buildScatterElements},
    {"ScatterElements", 11, 25, buildScatterElements},
    {"ScatterND", 11, 25, buildScatterND},
    {"Selu", 9, 25, buildSelu},
    {"SequenceAt", 11, 25, buildSequenceAt}, // position a constant
    {"SequenceConstruct", 11, 25, buildSequenceConstruct},
    {"SequenceEmpty", 11, 25, buildSequenceEmpty},
    {"SequenceErase", 11, 25, buildSequenceErase},   // position a constant
    {"SequenceInsert", 11, 25, buildSequenceInsert}, // position a constant
    {"SequenceLength", 11, 25, buildSequenceLength},
    {"Shape", 9, 25, buildShape},
    {"Shrink", 9, 25, buildShrink},
    {"Sigmoid", 9, 25, buildSigmoid},
    {"Sign", 9, 25, buildSign},
    {"SimplifiedLayerNormalization", 9, 25, buildRMSNormalization},
    {"Sin", 9, 25, buildSin},
    {"Size", 9, 25, buildSize},
    {"Slice", 9, 25, buildSlice},
    {"Softmax", 9, 25, buildSoftmax},
    {"Softplus", 9, 25, buildSoftplus},
    {"Softsign", 9, 25, buildSoftsign},
    {"Split", 9, 25, buildSplit},
    {"SplitToSequence", 11, 25, buildSplitToSequence}, // sizes known
    {"Sqrt", 9, 25, buildSqrt},
    {"Squeeze", 9, 25, buildSqueeze},
    {"Sub", 9, 25, buildSub},
    {"Sum", 9, 25, buildSum},
    {"Swish", 24, 25, buildSwish},
    {"Tan", 9, 25, buildTan},
    {"Tanh", 9, 25, buildTanh},
    {"TensorScatter", 24, 25, buildTensorScatter},
    {"ThresholdedRelu", 10, 25, buildThresholdedRelu},
    {"Tile", 9, 25, buildTile},
    {"TopK", 9, 25, buildTopK}, // k a constant
    {"Transpose", 9, 25, buildTranspose},
    {"Trilu", 14, 25, buildTrilu},
    {"Unsqueeze", 9, 25, buildUnsqueeze},
    {"Where", 9, 25, buildWhere},
    {"Xor", 9, 25, buildXor},
};

/// The same for com.microsoft, whose operators have one version. ONNX Runtime writes
/// LayerNormalization and SimplifiedLayerNormalization in ONNX's own domain as well.
static constexpr OpEntry kMicrosoftTable[] = {
    {"Attention", 1, 1, buildMicrosoftAttention},
    {"BiasGelu", 1, 1, buildBiasGelu},
    {"DequantizeLinear", 1, 1, buildDequantizeLinear}, // integers
    {"DynamicQuantizeMatMul", 1, 1, buildDynamicQuantizeMatMul},
    {"EmbedLayerNormalization", 1, 1, buildEmbedLayerNormalization},
    {"FastGelu", 1, 1, buildFastGelu},
    {"FusedMatMul", 1, 1, buildFusedMatMul}, // without transBatchA and transBatchB
    {"GatherBlockQuantized", 1, 1, buildGatherBlockQuantized}, // blocks of the last axis
    {"Gelu", 1, 1, buildMicrosoftGelu},
    {"GroupQueryAttention", 1, 1, buildGroupQueryAttention},
    {"LayerNormalization", 1, 1, buildLayerNormalization},
    {"MatMulIntegerToFloat", 1, 1, buildMatMulIntegerToFloat},
    {"MatMulNBits", 1, 1, buildMatMulNBits}, // 2, 4 and 8 bits
    {"MultiHeadAttention", 1, 1, buildMultiHeadAttention},
    {"QuantizeLinear", 1, 1, buildQuantizeLinear}, // integers
    {"QuickGelu", 1, 1, buildQuickGelu},
    {"RotaryEmbedding", 1, 1, buildMicrosoftRotaryEmbedding},
    {"SimplifiedLayerNormalization", 1, 1, buildRMSNormalization},
    {"SkipLayerNormalization", 1, 1, buildSkipLayerNormalization},
    {"SkipSimplifiedLayerNormalization", 1, 1, buildSkipSimplifiedLayerNormalization},
    {"TransposeMatMul", 1, 1, buildFusedMatMul}, // the old name of FusedMatMul
    {"Trilu", 1, 1, buildTrilu},
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

/// Returns the advice for an operator that is not in the table.
static const char *remedyFor(StringRef opType) {
  return StringSwitch<const char *>(opType)
      .Case("Scan", "export by tracing with fixed options, so that no control flow is left")
      .Cases({"QLinearConv", "ConvInteger", "QGemm", "QAttention"},
             "export the float model; Tacit quantizes it itself")
      .Default("re-export the model without this operator, or replace it with others");
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
                       : remedyFor(node.op_type());
  } else {
    found.reason =
        fmt::format("it is supported in opsets {} to {}, and the model has opset {}",
                    entry->minOpset, entry->maxOpset, opset);
    found.remedy = fmt::format("re-export with opset {}",
                               std::clamp<int64_t>(17, entry->minOpset, entry->maxOpset));
  }
  return found;
}
