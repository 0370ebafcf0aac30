//===- NodeBuilder.h - What the builders of nodes work with -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A builder asks for operands and attributes, creates operations, and returns the
// first output. Whatever goes wrong is recorded here and gives a null value, which
// passes through: a builder need not look after each step.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_NODEBUILDER_H
#define TACIT_LIB_IMPORT_ONNX_OPS_NODEBUILDER_H

#include "File/Graph.h"
#include "File/Tensors.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Import/ONNX/OnnxModel.h"

namespace tacit::onnx_import {

inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The attribute of a value that is a constant, else null.
mlir::ElementsAttr constantOf(mlir::Value value);

/// Imports the graphs that nodes hold: the branches of an If, the body of a Loop.
class SubgraphImporter {
public:
  virtual ~SubgraphImporter() = default;

  /// Imports `graph`, whose inputs have these values, behind what was imported so far.
  /// Gives its outputs; nothing if something went wrong, which is recorded.
  virtual std::optional<llvm::SmallVector<mlir::Value>>
  importSubgraph(const onnx::GraphProto &graph, mlir::ValueRange inputs) = 0;
};

/// What the nodes of one import share.
struct ImportState {
  ImportState(const ProtoFile &file, mlir::MLIRContext *context, int64_t opset)
      : file(file), builder(context), opset(opset) {}

  const ProtoFile &file;
  mlir::OpBuilder builder;
  int64_t opset;
  llvm::StringMap<mlir::Value> values;
  llvm::StringMap<const onnx::TensorProto *> initializers;
  llvm::StringSet<> used;
  /// Initializers that stay floats of 16 bits and are cast where they are read.
  llvm::StringSet<> narrow;
  std::vector<UnsupportedNode> refused;
  /// The first thing found that makes the file invalid, and what to do about it.
  std::string invalid;
  Hint remedy;
  /// False if weights in other files may be names without bytes.
  bool needsWeights = true;
  SubgraphImporter *subgraphs = nullptr;
  /// Nodes that may still come from subgraphs: loops in loops have no end.
  int64_t unrollBudget = 10000;
  /// Bytes that may still be spent on folded constants: a small file can describe
  /// a great many large ones.
  int64_t foldBudget = int64_t(1) << 30;

  /// The value of this name; initializers become constants at their first use.
  /// Null for a value that could not be imported.
  mlir::Value lookup(llvm::StringRef name);

  /// The constant that a tensor holds, wherever its bytes are.
  llvm::Expected<mlir::ElementsAttr> read(const onnx::TensorProto &tensor,
                                          llvm::StringRef key, bool isNarrow = false);

  /// Records what is wrong with the file; what follows from it is not worth a mention.
  void setInvalid(llvm::Error error);
};

class NodeBuilder {
public:
  NodeBuilder(ImportState &state, const onnx::NodeProto &node);

  // What the node says.
  int64_t opset() const { return state.opset; }
  int64_t numOperands() const { return node.input_size(); }
  int64_t numOutputs() const { return node.output_size(); }
  bool hasOperand(int64_t i) const;
  /// True if somebody uses output i.
  bool isUsed(int64_t i) const;
  mlir::Value operand(int64_t i);
  llvm::SmallVector<mlir::Value> operands();
  /// The values of an integer operand if it is given and constant.
  std::optional<std::vector<int64_t>> constantInts(int64_t i);
  /// The element type that the file has for operand i, if that is an initializer.
  std::optional<int32_t> storedDtype(int64_t i) const;

  bool hasAttribute(llvm::StringRef name) const;
  /// Null if the node has none of this name and type.
  const onnx::AttributeProto *attribute(llvm::StringRef name,
                                        onnx::AttributeProto::AttributeType type);
  int64_t intAttribute(llvm::StringRef name, int64_t fallback);
  float floatAttribute(llvm::StringRef name, float fallback);
  std::string stringAttribute(llvm::StringRef name, llvm::StringRef fallback);
  std::optional<std::vector<int64_t>> intsAttribute(llvm::StringRef name);
  /// Attribute `axis` as a number from 0 to rank - 1.
  std::optional<int64_t> axisAttribute(int64_t fallback, int64_t rank);
  /// Any axes as distinct ascending numbers from 0 to rank - 1.
  std::optional<llvm::SmallVector<int64_t>> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                                          int64_t rank);

  // What it becomes.
  mlir::MLIRContext *context() const { return state.builder.getContext(); }
  mlir::Location loc() const { return location; }

  /// Creates an operation of the inferred type, or of `type` where one is given,
  /// and folds it. Null if an operand is, or if the operation would be invalid.
  template <typename OpTy>
  mlir::Value
  create(mlir::ValueRange operands,
         llvm::function_ref<void(typename OpTy::Properties &)> setProperties = nullptr,
         mlir::Type type = {}) {
    mlir::OperationState operation(location, OpTy::getOperationName());
    if constexpr (!std::is_same_v<typename OpTy::Properties, mlir::EmptyProperties>) {
      auto &properties = operation.getOrAddProperties<typename OpTy::Properties>();
      if (setProperties)
        setProperties(properties);
    }
    return createOperation(operation, operands, type);
  }
  /// All results of an operation of several, or none.
  template <typename OpTy>
  llvm::SmallVector<mlir::Value>
  createAll(mlir::ValueRange operands,
            llvm::function_ref<void(typename OpTy::Properties &)> setProperties) {
    mlir::OperationState operation(location, OpTy::getOperationName());
    setProperties(operation.getOrAddProperties<typename OpTy::Properties>());
    mlir::Operation *op = insertOperation(operation, operands, {});
    return op ? llvm::SmallVector<mlir::Value>(op->getResults())
              : llvm::SmallVector<mlir::Value>();
  }
  template <typename OpTy>
  mlir::Value create(mlir::ValueRange operands, mlir::Type type) {
    return create<OpTy>(operands, nullptr, type);
  }

  mlir::Value constant(mlir::ElementsAttr value);
  mlir::Value constant(const onnx::TensorProto &tensor);
  /// What follows from attributes of the node, or from the definition of its operator.
  mlir::Value attributeConstant(mlir::ElementsAttr value);
  /// The outputs of the graph in attribute `name`; see SubgraphImporter.
  std::optional<llvm::SmallVector<mlir::Value>> subgraph(llvm::StringRef name,
                                                         mlir::ValueRange inputs);
  mlir::Value intsConstant(llvm::ArrayRef<int64_t> values);
  /// A tensor of no dimensions.
  mlir::Value scalarConstant(mlir::FloatType elementType, double value);

  mlir::IntegerAttr i64(int64_t value);
  mlir::DenseI64ArrayAttr i64Array(llvm::ArrayRef<int64_t> values);

  /// Sets output i; the importer sets output 0 to what the builder returns.
  void define(int64_t i, mlir::Value value);

  // What is wrong with it. Both return null.
  /// The node is valid, and we cannot import it.
  mlir::Value refuse(const std::string &reason, const Hint &remedy);
  /// The node breaks the rules of ONNX.
  mlir::Value invalid(const std::string &what);

private:
  mlir::Value createOperation(mlir::OperationState &operation, mlir::ValueRange operands,
                              mlir::Type type);
  mlir::Operation *insertOperation(mlir::OperationState &operation,
                                   mlir::ValueRange operands, mlir::Type type);
  bool isReasonable(mlir::RankedTensorType type);
  mlir::Value fold(mlir::Operation *op);

  ImportState &state;
  const onnx::NodeProto &node;
  mlir::Location location;
};

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_NODEBUILDER_H
