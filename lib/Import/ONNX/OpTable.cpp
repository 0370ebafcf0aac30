//===- OpTable.cpp - Which operators we import ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpTable.h"
#include "Graph.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

/// One line per operator: the first opset that has it (or our oldest), the last
/// whose definition the builder follows, and the builder.
static constexpr OpEntry kTable[] = {
    {"Abs", 9, 23, buildAbs},
    {"Add", 9, 23, buildAdd},
    {"Cast", 9, 23, buildCast},
    {"Clip", 9, 23, buildClip},
    {"Concat", 9, 23, buildConcat},
    {"Constant", 9, 23, buildConstant},
    {"ConstantOfShape", 9, 23, buildConstantOfShape},
    {"Div", 9, 23, buildDiv},
    {"Dropout", 9, 23, buildDropout},
    {"Equal", 9, 23, buildEqual},
    {"Erf", 9, 23, buildErf},
    {"Exp", 9, 23, buildExp},
    {"Expand", 9, 23, buildExpand},
    {"Flatten", 9, 23, buildFlatten},
    {"Gather", 9, 23, buildGather},
    {"Gelu", 20, 23, buildGelu},
    {"Gemm", 9, 23, buildGemm},
    {"Greater", 9, 23, buildGreater},
    {"GreaterOrEqual", 12, 23, buildGreaterOrEqual},
    {"Identity", 9, 23, buildIdentity},
    {"LayerNormalization", 17, 23, buildLayerNormalization},
    {"Less", 9, 23, buildLess},
    {"LessOrEqual", 12, 23, buildLessOrEqual},
    {"MatMul", 9, 23, buildMatMul},
    {"Max", 9, 23, buildMax},
    {"Min", 9, 23, buildMin},
    {"Mul", 9, 23, buildMul},
    {"Neg", 9, 23, buildNeg},
    {"Pow", 9, 23, buildPow},
    {"Range", 11, 23, buildRange},
    {"Reciprocal", 9, 23, buildReciprocal},
    {"ReduceMax", 9, 23, buildReduceMax},
    {"ReduceMean", 9, 23, buildReduceMean},
    {"ReduceMin", 9, 23, buildReduceMin},
    {"ReduceSum", 9, 23, buildReduceSum},
    {"Relu", 9, 23, buildRelu},
    {"Reshape", 9, 23, buildReshape},
    {"Shape", 9, 23, buildShape},
    {"Sigmoid", 9, 23, buildSigmoid},
    {"Slice", 9, 23, buildSlice},
    {"Softmax", 9, 23, buildSoftmax},
    {"Split", 9, 23, buildSplit},
    {"Sqrt", 9, 23, buildSqrt},
    {"Squeeze", 9, 23, buildSqueeze},
    {"Sub", 9, 23, buildSub},
    {"Sum", 9, 23, buildSum},
    {"Tanh", 9, 23, buildTanh},
    {"Transpose", 9, 23, buildTranspose},
    {"Unsqueeze", 9, 23, buildUnsqueeze},
    {"Where", 9, 23, buildWhere},
};

const OpEntry *onnx_import::lookupOp(StringRef opType) {
  const OpEntry *entry = llvm::find_if(
      kTable, [&](const OpEntry &candidate) { return opType == candidate.opType; });
  return entry == std::end(kTable) ? nullptr : entry;
}

/// What somebody can do who meets an operator that we do not have.
static const char *remedyFor(StringRef opType) {
  return StringSwitch<const char *>(opType)
      .Cases({"If", "Loop", "Scan"},
             "export by tracing with fixed options, so that no control flow is left")
      .Cases({"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
              "MatMulInteger", "QLinearMatMul"},
             "export the float model; Tacit quantizes it itself")
      .Cases({"Attention", "RotaryEmbedding", "RMSNormalization", "Swish"},
             "re-export with opset 17, which has no such fused operator")
      .Default("re-export the model without this operator, or replace it by others");
}

std::optional<UnsupportedNode> onnx_import::checkSupported(const onnx::NodeProto &node,
                                                           int64_t opset) {
  UnsupportedNode found{nodeName(node), node.op_type(), node.domain(), opset, "", ""};
  if (!isDefaultDomain(node.domain())) {
    found.reason = "operators of the domain '" + node.domain() + "' are not supported";
    found.remedy = node.domain() == "com.microsoft"
                       ? "use the model from before ONNX Runtime's optimizer"
                       : "re-export with ONNX's own operators";
    return found;
  }
  const OpEntry *entry = lookupOp(node.op_type());
  if (entry && entry->minOpset <= opset && opset <= entry->maxOpset)
    return std::nullopt;
  if (!entry) {
    found.reason = "this operator is not supported";
    found.remedy = remedyFor(node.op_type());
  } else {
    found.reason =
        fmt::format("it is supported in opsets {} to {}, and the model has opset {}",
                    entry->minOpset, entry->maxOpset, opset);
    found.remedy =
        fmt::format("re-export with opset {}", std::max<int64_t>(entry->minOpset, 17));
  }
  return found;
}
