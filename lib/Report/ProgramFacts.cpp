//===- ProgramFacts.cpp - Facts about a program ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/ProgramFacts.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/DenseSet.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::report;

//===----------------------------------------------------------------------===//
// Sites and arithmetic
//===----------------------------------------------------------------------===//

SiteCounts SiteCounts::of(ModuleOp module) {
  SiteCounts sites;
  for (auto function : module.getOps<func::FuncOp>()) {
    nn::Blocks blocks(function);
    sites.layers += blocks.layers();
    function.walk([&](nn::AttentionOp op) { sites.crossAttention += blocks.isCross(op); });
  }
  Counts kinds;
  module.walk([&](Operation *op) {
    if (auto site = dyn_cast<nn::SiteOpInterface>(op))
      ++kinds[site.getSiteKind().str()];
    sites.relu += nn::isLeakyRelu(op);
  });
  sites.layerNorm = kinds["layer_norm"];
  sites.rmsNorm = kinds["rms_norm"];
  sites.gelu = kinds["gelu"];
  sites.silu = kinds["silu"];
  sites.relu += kinds["relu"];
  sites.attention = kinds["attention"];
  sites.softmax = kinds["softmax"] + sites.attention;
  sites.rotary = kinds["rotary"];
  sites.linear = kinds["linear"];
  sites.matmul = kinds["matmul"];
  return sites;
}

std::vector<NamedSite> tacit::report::namedSites(ModuleOp module) {
  std::vector<NamedSite> sites;
  module.walk([&](Operation *op) {
    if (StringRef site = nn::getSiteName(op); !site.empty())
      sites.push_back(
          {site.str(), op->getName().getStringRef().str(), nodeOf(op->getLoc())});
  });
  return sites;
}

/// Returns the product of the dimensions between batch and positions; nullopt if one is
/// free.
static std::optional<int64_t> headsOf(Value value) {
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  int64_t heads = 1;
  for (int64_t dim : shape.drop_front(std::min<size_t>(1, shape.size())).drop_back(2)) {
    if (ShapedType::isDynamic(dim))
      return std::nullopt;
    heads *= dim;
  }
  return heads;
}

Counts tacit::report::headCounts(ModuleOp module) {
  Counts counts;
  module.walk([&](nn::AttentionOp op) {
    auto query = cast<RankedTensorType>(op.getQuery().getType());
    int64_t features = query.getShape().back();
    if (query.getRank() < 4 || ShapedType::isDynamic(features))
      return;
    auto heads = headsOf(op.getQuery()), keys = headsOf(op.getKey());
    if (!heads || !keys)
      return;
    std::string text = fmt::format("{} of {} features", *heads, features);
    if (*keys != *heads)
      text += fmt::format(", keys and values of {}", *keys);
    ++counts[text];
  });
  return counts;
}

/// Returns NumPy's name of an element type, or MLIR's if NumPy has none.
static std::string dtypeText(Type type) {
  if (type.isInteger(1))
    return "bool";
  if (auto integer = dyn_cast<IntegerType>(type))
    return (integer.isUnsigned() ? "uint" : "int") + std::to_string(integer.getWidth());
  if (type.isF16() || type.isF32() || type.isF64())
    return "float" + std::to_string(type.getIntOrFloatBitWidth());
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static std::string weightFormat(Value weight) {
  // A tied head is a transposed table.
  while (Operation *op = weight.getDefiningOp()) {
    if (auto dequantize = dyn_cast<nn::DequantizeOp>(op))
      return fmt::format("int{}", dequantize.getBits());
    if (isa<nn::PowersOfTwoOp>(op))
      return "powers_of_two";
    if (!isa<nn::TransposeOp, nn::ReshapeOp>(op))
      break;
    weight = op->getOperand(0);
  }
  return dtypeText(getElementTypeOrSelf(weight.getType()));
}

/// "lmul=4,zero=ignore", as a user asks for it.
static std::string multiplierText(nn::MultiplierAttr multiplier) {
  if (!multiplier)
    return "exact";
  std::string text;
  switch (multiplier.getKind()) {
  case nn::MultiplierKind::Exact:
    return "exact";
  case nn::MultiplierKind::LMul:
    text = fmt::format("lmul={}", multiplier.getMantissa());
    break;
  case nn::MultiplierKind::Pam:
    text = fmt::format("pam={}", multiplier.getAlphaValue());
    break;
  case nn::MultiplierKind::ShiftAdd:
    text = fmt::format("shift-add={}", multiplier.getTerms());
    break;
  }
  if (multiplier.getZero() != nn::ZeroPolicy::Exact)
    text += ",zero=" + stringifyEnum(multiplier.getZero()).str();
  if (multiplier.getOverflow() != nn::OverflowPolicy::Infinity)
    text += ",overflow=" + stringifyEnum(multiplier.getOverflow()).str();
  return text;
}

Arithmetic Arithmetic::of(ModuleOp module) {
  Arithmetic arithmetic;
  module.walk([&](nn::LinearOp op) { ++arithmetic.weights[weightFormat(op.getWeight())]; });
  module.walk([&](nn::MultiplierOpInterface op) {
    ++arithmetic.multipliers[multiplierText(op.getMultiplierAttr())];
  });
  module.walk([&](nn::GeluOp op) {
    ++arithmetic.gelu[stringifyEnum(op.getApproximation()).str()];
  });
  return arithmetic;
}

bool Arithmetic::isPlain() const {
  auto isOnly = [](const Counts &counts, ArrayRef<StringRef> names) {
    return llvm::all_of(
        counts, [&](auto &entry) { return llvm::is_contained(names, entry.first); });
  };
  return isOnly(weights, {"float32"}) && isOnly(multipliers, {"exact"}) &&
         isOnly(gelu, {"erf", "tanh", "sigmoid"});
}

//===----------------------------------------------------------------------===//
// Operations and constants
//===----------------------------------------------------------------------===//

bool tacit::report::isModel(ModuleOp module) {
  bool hasModel = false, hasOther = false;
  for (const auto &[name, count] : operationCounts(module))
    (StringRef(name).starts_with("nn.") ? hasModel : hasOther) = true;
  return hasModel || !hasOther;
}

bool tacit::report::hasShares(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        return isa_and_present<mpc::MPCDialect>(op->getDialect()) ? WalkResult::interrupt()
                                                                  : WalkResult::advance();
      })
      .wasInterrupted();
}

std::optional<ShareRing> tacit::report::ringOf(ModuleOp module) {
  std::optional<ShareRing> ring;
  module.walk([&](mpc::ShareOp op) {
    auto type = cast<mpc::ShareType>(op.getType());
    ring = {type.getWidth(), type.getFraction()};
    return WalkResult::interrupt();
  });
  return ring;
}

Counts tacit::report::operationCounts(ModuleOp module) {
  Counts counts;
  module.walk([&](Operation *op) {
    if (!isa<ModuleOp, FunctionOpInterface>(op) && !op->hasTrait<OpTrait::IsTerminator>())
      ++counts[op->getName().getStringRef().str()];
  });
  return counts;
}

std::optional<int64_t> tacit::report::constantBytes(ModuleOp module) {
  if (module->hasAttr(cpu::kWeightsAttr))
    return std::nullopt;
  int64_t bytes = 0;
  llvm::DenseSet<Attribute> seen;
  module.walk([&](Operation *op) {
    auto value = op->getAttrOfType<ElementsAttr>("value");
    if (value && op->hasTrait<OpTrait::ConstantLike>() && seen.insert(value).second)
      bytes += byteSize(value.getShapedType()).value_or(0);
  });
  return bytes;
}

std::vector<std::string> tacit::report::constantNames(ModuleOp module) {
  return mpc::constantNames(module);
}

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

static OnnxValue describeValue(StringAttr name, Type type, ArrayAttr dims) {
  OnnxValue value;
  value.name = name ? name.getValue().str() : "";
  auto shaped = dyn_cast<ShapedType>(type);
  value.hasShape = shaped && shaped.hasRank();
  value.dtypeName = isa<mpc::ShareType>(type)
                        ? "share"
                        : dtypeText(value.hasShape ? shaped.getElementType() : type);
  if (const ElementType *element =
          value.hasShape ? findElementType(shaped.getElementType()) : nullptr)
    value.dtype = element->code;
  for (int64_t i = 0; value.hasShape && i < shaped.getRank(); ++i) {
    OnnxDim dim;
    if (!shaped.isDynamicDim(i))
      dim.size = shaped.getDimSize(i);
    auto known = dims && i < static_cast<int64_t>(dims.size())
                     ? dyn_cast<StringAttr>(dims[i])
                     : StringAttr();
    // As for an ONNX file, a dimension without a name is named after its place.
    dim.name = known && !known.empty() ? known.getValue().str()
                                       : fmt::format("{}.{}", value.name, i);
    value.dims.push_back(std::move(dim));
  }
  return value;
}

/// Reads inputs or outputs as the phase `check` wrote them.
static std::vector<OnnxValue> describeTensors(ArrayRef<nn::TensorAttr> tensors) {
  std::vector<OnnxValue> values;
  for (nn::TensorAttr tensor : tensors)
    values.push_back(describeValue(tensor.getName(), tensor.getType(), {}));
  return values;
}

ProgramInterface ProgramInterface::of(ModuleOp module) {
  ProgramInterface result;
  if (auto interface = module->getAttrOfType<nn::InterfaceAttr>(nn::kInterfaceAttr))
    return {describeTensors(interface.getInputs()),
            describeTensors(interface.getOutputs())};
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return result;
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
    result.inputs.push_back(
        describeValue(main.getArgAttrOfType<StringAttr>(i, nn::kNameAttr), type,
                      main.getArgAttrOfType<ArrayAttr>(i, nn::kDimsAttr)));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    result.outputs.push_back(
        describeValue(main.getResultAttrOfType<StringAttr>(i, nn::kNameAttr), type,
                      main.getResultAttrOfType<ArrayAttr>(i, nn::kDimsAttr)));
  return result;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

llvm::json::Object tacit::report::countsJson(const Counts &counts) {
  llvm::json::Object object;
  for (const auto &[name, count] : counts)
    object[llvm::json::fixUTF8(name)] = count;
  return object;
}

std::string tacit::report::listCounts(const Counts &counts) {
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto &[name, count] : counts)
    sorted.push_back({-count, name});
  llvm::sort(sorted);
  std::string text;
  for (const auto &[count, name] : sorted)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", -count, name);
  return text;
}
