//===- NodeBuilder.h - The interface for builders of nodes ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A builder reads operands and attributes, creates operations, and returns the first
// output. An error is recorded here and gives a null value, which is passed through: a
// builder need not check every step.
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

/// Returns the attribute of a value that is a constant, or null.
mlir::ElementsAttr constantOf(mlir::Value value);

/// Imports the graphs that nodes hold: the branches of an If, the body of a Loop.
class SubgraphImporter {
public:
  virtual ~SubgraphImporter() = default;

  /// Imports `graph`, whose inputs have these values, after what was imported so far.
  /// Returns its outputs; nullopt after an error, which is recorded.
  virtual std::optional<llvm::SmallVector<mlir::Value>>
  importSubgraph(const onnx::GraphProto &graph, mlir::ValueRange inputs) = 0;
};

/// The state that the nodes of one import share.
struct ImportState {
  ImportState(const ProtoFile &file, mlir::MLIRContext *context, int64_t opset)
      : file(file), builder(context), opset(opset) {}

  const ProtoFile &file;
  mlir::OpBuilder builder;
  int64_t opset;
  llvm::StringMap<mlir::Value> values;
  /// The values that are sequences of tensors, whose names have no tensor.
  llvm::StringMap<llvm::SmallVector<mlir::Value>> sequences;
  llvm::StringMap<const onnx::TensorProto *> initializers;
  llvm::StringSet<> used;
  /// Initializers that stay floats of 16 bits and are cast where they are read.
  llvm::StringSet<> narrow;
  /// Names of inputs whose values would decide a size if they were known.
  llvm::StringSet<> wantedValues;
  std::vector<UnsupportedNode> refused;
  /// The first thing found that makes the file invalid, and the advice.
  std::string invalid;
  Hint remedy;
  /// False if weights in other files may be names without bytes.
  bool needsWeights = true;
  SubgraphImporter *subgraphs = nullptr;
  /// In front of the outermost loop whose body is being built.
  std::optional<mlir::OpBuilder::InsertPoint> outside;
  /// The number of nodes that may still come from subgraphs, because nested loops multiply.
  int64_t unrollBudget = 10000;
  /// The bytes that may still be spent on folded constants: a small file can describe many
  /// large ones.
  int64_t foldBudget = int64_t(1) << 30;

  /// Returns the value of this name; initializers become constants at their first use. Null
  /// for a value that could not be imported.
  mlir::Value lookup(llvm::StringRef name);

  /// Returns the constant that a tensor holds, wherever its bytes are.
  llvm::Expected<mlir::ElementsAttr> read(const onnx::TensorProto &tensor,
                                          llvm::StringRef key, bool isNarrow = false);

  /// Returns true if the value of this name, a tensor or a sequence, was imported.
  bool isKnown(llvm::StringRef name) { return lookup(name) || sequences.contains(name); }

  /// Records an error in the file; its consequences are not reported.
  void setInvalid(llvm::Error error);
};

class NodeBuilder {
public:
  NodeBuilder(ImportState &state, const onnx::NodeProto &node);

  // The attributes and operands of the node.
  int64_t opset() const { return state.opset; }
  int64_t numOperands() const { return node.input_size(); }
  int64_t numOutputs() const { return node.output_size(); }
  bool hasOperand(int64_t i) const;
  /// Returns true if output i is used.
  bool isUsed(int64_t i) const;
  mlir::Value operand(int64_t i);
  llvm::SmallVector<mlir::Value> operands();
  /// Notes that a size could follow from the value of operand i, if that is an input of the
  /// model.
  void wantValue(int64_t i);
  /// Returns true if operand i is a sequence of tensors.
  bool isSequence(int64_t i) const;
  /// Returns the tensors of operand i. If it is not a sequence, the node is invalid.
  std::optional<llvm::SmallVector<mlir::Value>> sequence(int64_t i);
  /// Returns the values of an integer operand if it is given and constant.
  std::optional<std::vector<int64_t>> constantInts(int64_t i);
  /// Returns the element type that the file has for operand i, if that is an initializer.
  std::optional<int32_t> storedDtype(int64_t i) const;

  bool hasAttribute(llvm::StringRef name) const;
  /// Returns null if the node has no attribute of this name and type.
  const onnx::AttributeProto *attribute(llvm::StringRef name,
                                        onnx::AttributeProto::AttributeType type);
  int64_t intAttribute(llvm::StringRef name, int64_t fallback);
  float floatAttribute(llvm::StringRef name, float fallback);
  std::string stringAttribute(llvm::StringRef name, llvm::StringRef fallback);
  std::optional<std::vector<int64_t>> intsAttribute(llvm::StringRef name);
  /// Returns attribute `axis` as a number from 0 to rank - 1.
  std::optional<int64_t> axisAttribute(int64_t fallback, int64_t rank);
  /// Returns any axes as distinct ascending numbers from 0 to rank - 1.
  std::optional<llvm::SmallVector<int64_t>> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                                          int64_t rank);

  // The operations that the node becomes.
  mlir::MLIRContext *context() const { return state.builder.getContext(); }
  mlir::Location loc() const { return location; }

  /// Creates an operation of the inferred type, or of `type` if that is given, and folds
  /// it. Returns null if an operand is null, or if the operation would be invalid.
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
  /// Returns all results of an operation that has several, or none.
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
  /// Creates constants that follow from attributes of the node, or from the definition of
  /// its operator.
  mlir::Value attributeConstant(mlir::ElementsAttr value);
  /// Returns the outputs of the graph in attribute `name`; see SubgraphImporter.
  std::optional<llvm::SmallVector<mlir::Value>> subgraph(llvm::StringRef name,
                                                         mlir::ValueRange inputs);
  mlir::Value intsConstant(llvm::ArrayRef<int64_t> values);
  /// Creates a tensor without dimensions.
  mlir::Value scalarConstant(mlir::FloatType elementType, double value);

  /// A loop that is not unrolled; see nn.scan.
  struct Loop {
    mlir::Value count; ///< null: as many steps as the inputs have slices
    llvm::SmallVector<mlir::Value> states, inputs;
    llvm::SmallVector<bool> reversed; ///< of inputs, then outputs
  };
  /// Builds the body of a loop: returns the next states, then what is collected; nullopt
  /// after an error.
  using LoopBody = llvm::function_ref<std::optional<llvm::SmallVector<mlir::Value>>(
      mlir::Value step, mlir::ValueRange states, mlir::ValueRange slices)>;
  /// Returns the last states, then the collected outputs; nothing after an error. No value
  /// of `loop` is null but the count, and every input has dimensions.
  llvm::SmallVector<mlir::Value> createLoop(const Loop &loop, LoopBody build);

  mlir::IntegerAttr i64(int64_t value);
  mlir::DenseI64ArrayAttr i64Array(llvm::ArrayRef<int64_t> values);

  /// Sets output i; the importer sets output 0 to what the builder returns.
  void define(int64_t i, mlir::Value value);
  /// Sets output i to a sequence of tensors.
  void defineSequence(int64_t i, llvm::SmallVector<mlir::Value> elements);
  /// Takes `nodes` from the number of nodes that may come from loops and sequences, because
  /// a small file can describe a great many. Returns false, and the node is refused, if
  /// there are too many.
  bool spend(int64_t nodes);
  /// Takes `bytes` from those that folded constants may still have. Returns false if there
  /// are not so many left.
  bool spendFolded(int64_t bytes);
  /// Returns true if `spend` would, `times` as often.
  bool canSpend(int64_t nodes, int64_t times) const;

  // Report why the node cannot be imported. Both return null.
  /// The node is valid, but not supported.
  mlir::Value refuse(const std::string &reason, const Hint &remedy);
  /// The node breaks the rules of ONNX.
  mlir::Value invalid(const std::string &what);

private:
  std::optional<llvm::SmallVector<mlir::Value>> buildBody(mlir::Block &block,
                                                          const Loop &loop, LoopBody build);
  bool keepsType(mlir::Value before, mlir::Value after);
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
