//===- Inspect.cpp - tacit inspect ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace tacit;
using namespace tacit::tool;

namespace {
/// What the raised program holds.
struct Sites {
  int64_t layerNorm = 0, rmsNorm = 0, gelu = 0, silu = 0, softmax = 0, attention = 0,
          linear = 0, matmul = 0, relu = 0;
};
} // namespace

static Sites countSites(mlir::ModuleOp module) {
  Sites sites;
  module.walk([&](mlir::Operation *op) {
    sites.layerNorm += mlir::isa<nn::LayerNormOp>(op);
    sites.rmsNorm += mlir::isa<nn::RMSNormOp>(op);
    sites.gelu += mlir::isa<nn::GeluOp>(op);
    sites.silu += mlir::isa<nn::SiluOp>(op);
    sites.relu += mlir::isa<nn::ReluOp>(op);
    // Each attention has a softmax of its own.
    sites.softmax += mlir::isa<nn::SoftmaxOp, nn::AttentionOp>(op);
    sites.attention += mlir::isa<nn::AttentionOp>(op);
    sites.linear += mlir::isa<nn::LinearOp>(op);
    sites.matmul += mlir::isa<nn::MatmulOp>(op);
  });
  return sites;
}

static std::string typeText(const OnnxValue &value) {
  std::vector<std::string> dims;
  for (const OnnxDim &dim : value.dims)
    dims.push_back(dim.size >= 0 ? std::to_string(dim.size) : dim.name);
  return value.dtypeName + "[" + llvm::join(dims, ", ") + "]";
}

static llvm::json::Array valuesJson(const std::vector<OnnxValue> &values) {
  llvm::json::Array array;
  for (const OnnxValue &value : values) {
    llvm::json::Array shape;
    for (const OnnxDim &dim : value.dims)
      shape.push_back(dim.size >= 0 ? llvm::json::Value(dim.size) : jsonText(dim.name));
    array.push_back(llvm::json::Object{{"name", jsonText(value.name)},
                                       {"dtype", value.dtypeName},
                                       {"shape", std::move(shape)}});
  }
  return array;
}

/// 124439808 -> "124.4 M".
static std::string magnitude(double value) {
  for (auto [unit, name] :
       {std::pair<double, const char *>{1e9, " G"}, {1e6, " M"}, {1e3, " k"}})
    if (value >= unit)
      return fmt::format("{:.1f}{}", value / unit, name);
  return fmt::format("{:.0f}", value);
}

static void printText(const Options &options, const OnnxModel &model,
                      const std::optional<Sites> &sites,
                      const std::vector<UnsupportedNode> &unsupported,
                      llvm::StringRef problem) {
  auto line = [](llvm::StringRef label, const std::string &text) {
    llvm::outs() << "  " << llvm::left_justify(label, 12) << text << "\n";
  };
  llvm::outs() << options.model << "\n";
  line("made by",
       fmt::format("{}, opset {}",
                   model.producer().empty() ? "(unknown)" : model.producer().str(),
                   model.opset()));
  for (const OnnxValue &input : model.inputs())
    line("input", fmt::format("{}: {}", input.name, typeText(input)));
  for (const OnnxValue &output : model.outputs())
    line("output", fmt::format("{}: {}", output.name, typeText(output)));
  line("parameters", fmt::format("{} ({}B of weights)", magnitude(model.parameters()),
                                 magnitude(model.weightBytes())));
  std::vector<std::string> free = model.freeDims();
  if (!free.empty())
    line("free dims", llvm::join(free, ", ") + "  (pin them with --dim NAME=N)");
  std::vector<std::pair<int64_t, std::string>> counts;
  for (const auto &[type, count] : model.opCounts())
    counts.push_back({-count, type});
  llvm::sort(counts);
  std::string ops, row;
  for (const auto &[count, type] : counts) {
    std::string entry = fmt::format("{} {}", -count, type);
    if (row.size() + entry.size() > 72) {
      ops += row + ",\n              ";
      row.clear();
    }
    row += (row.empty() ? "" : ", ") + entry;
  }
  line("nodes", ops + row);
  if (sites) {
    line("found", fmt::format("{} attention, {} layer_norm, {} rms_norm, {} gelu, {} silu, "
                              "{} relu, {} softmax",
                              sites->attention, sites->layerNorm, sites->rmsNorm,
                              sites->gelu, sites->silu, sites->relu, sites->softmax));
    line("",
         fmt::format("{} linear layers, {} other matrix products; {} transformer layers",
                     sites->linear, sites->matmul, sites->attention));
  } else if (unsupported.empty()) {
    line("found", problem.str());
  }
  for (const UnsupportedNode &node : unsupported)
    line("unsupported",
         fmt::format("{} '{}': {}; {}", node.opType, node.node, node.reason, node.remedy));
}

llvm::Error tool::runInspect(const Options &options) {
  Compilation compilation(options);
  if (auto error = compilation.open())
    return error;
  if (!compilation.onnx())
    return fail(ExitCode::Usage, "tacit inspect MODEL.onnx", "inspect reads ONNX files");
  const OnnxModel &model = *compilation.onnx();
  std::optional<Sites> sites;
  std::vector<UnsupportedNode> unsupported;
  std::string problem;
  llvm::Error error = compilation.import(options.bindings);
  if (!error)
    error = compilation.advance("raise");
  if (!error)
    error = compilation.finish();
  if (!error)
    sites = countSites(compilation.program());
  // What cannot be imported is part of the answer; a wrong --dim or a damaged file
  // is not.
  error = llvm::handleErrors(
      std::move(error),
      [&](const UnsupportedError &found) { unsupported = found.getNodes(); },
      [&](std::unique_ptr<Error> other) -> llvm::Error {
        if (other->getCode() != ExitCode::Unsupported)
          return llvm::Error(std::move(other));
        problem = other->getMessage().str();
        return llvm::Error::success();
      });
  if (error)
    return error;
  if (wantsText(options))
    printText(options, model, sites, unsupported, problem);

  llvm::json::Object ops, found;
  for (const auto &[type, count] : model.opCounts())
    ops[llvm::json::fixUTF8(type)] = count;
  llvm::json::Array free, places;
  for (const std::string &name : model.freeDims())
    free.push_back(jsonText(name));
  for (const UnsupportedNode &node : unsupported)
    places.push_back(llvm::json::Object{{"node", jsonText(node.node)},
                                        {"op_type", jsonText(node.opType)},
                                        {"domain", jsonText(node.domain)},
                                        {"opset", node.opset},
                                        {"reason", jsonText(node.reason)},
                                        {"remedy", jsonText(node.remedy)}});
  if (sites)
    found = llvm::json::Object{{"layer_norm", sites->layerNorm},
                               {"rms_norm", sites->rmsNorm},
                               {"gelu", sites->gelu},
                               {"silu", sites->silu},
                               {"softmax", sites->softmax},
                               {"attention", sites->attention},
                               {"rotary", 0}};
  llvm::json::Value siteValue = nullptr;
  if (sites)
    siteValue = std::move(found);
  return writeJson(options, llvm::json::Object{{"schema", 1},
                                               {"model", jsonText(options.model)},
                                               {"producer", jsonText(model.producer())},
                                               {"opset", model.opset()},
                                               {"parameters", model.parameters()},
                                               {"inputs", valuesJson(model.inputs())},
                                               {"outputs", valuesJson(model.outputs())},
                                               {"ops", std::move(ops)},
                                               {"sites", std::move(siteValue)},
                                               {"free_dims", std::move(free)},
                                               {"unsupported", std::move(places)}});
}
