//===- OnnxModel.h - An ONNX file and its import ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An ONNX file is mapped, its structure is read and checked, and its weights stay where
// they are: `open` reads none of their bytes, and the module that `import` creates refers
// to them in the mapping, which lives as long as anything needs it.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_IMPORT_ONNX_ONNXMODEL_H
#define TACIT_IMPORT_ONNX_ONNXMODEL_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tacit {

/// One dimension of a graph input or output: its size if the file states it, otherwise the
/// name of the free dimension. A free dimension that has no name in the file gets one from
/// its place: "tokens.0".
struct OnnxDim {
  int64_t size = -1;
  std::string name;
};

/// An operand of a node: `opType` is as in OnnxModel::opCounts.
struct OnnxUse {
  std::string opType;
  int64_t operand;
};

/// A graph input or output. `dtype` is TensorProto's number, or 0 for a value that is not a
/// tensor; `dtypeName` is NumPy's name for it.
struct OnnxValue {
  std::string name;
  int32_t dtype = 0;
  std::string dtypeName;
  std::vector<OnnxDim> dims;
  bool hasShape = true; ///< false where the file leaves even the rank open
  /// Which nodes read an input, directly or through casts and reshapes.
  std::vector<OnnxUse> uses = {};
};

/// Something in the file that cannot be imported, and what to do about it.
struct UnsupportedNode {
  std::string node, opType, domain;
  int64_t opset = 0;
  std::string reason;
  Hint remedy;
};

/// Returns the message that lists all of them.
std::string listUnsupported(const std::vector<UnsupportedNode> &nodes);

/// ErrorKind::Unsupported with the places that it is about, for callers that need more than
/// the message, which lists them all.
class UnsupportedError : public llvm::ErrorInfo<UnsupportedError, Error> {
public:
  static char ID;
  UnsupportedError(std::string message, std::string hint,
                   std::vector<UnsupportedNode> nodes)
      : ErrorInfo(ErrorKind::Unsupported, std::move(message), std::move(hint)),
        nodes(std::move(nodes)) {}

  const std::vector<UnsupportedNode> &getNodes() const { return nodes; }

private:
  std::vector<UnsupportedNode> nodes;
};

/// Row-major values: TensorProto's number of the element type, booleans one byte each.
struct PinnedTensor {
  int32_t dtype;
  std::vector<int64_t> shape;
  std::vector<char> data;
};

/// The user's settings: sizes of free dimensions by name (--dim), whole shapes of inputs
/// (--shape), and inputs that are replaced by a constant of one value (--value). The values
/// of an input are pinned if a shape depends on them: they count as constants, and the
/// input remains as an unused one.
struct DimBindings {
  llvm::StringMap<int64_t> dims;
  llvm::StringMap<llvm::SmallVector<int64_t>> shapes;
  llvm::StringMap<std::string> constants;
  llvm::StringMap<PinnedTensor> values;
};

class OnnxModel {
public:
  /// Maps and checks the file. Fails with BadInput (missing, empty, truncated, not ONNX,
  /// malformed) or Unsupported (an opset outside our range).
  static llvm::Expected<std::unique_ptr<OnnxModel>> open(llvm::StringRef path);
  /// Does the same for the contents of a file. Weights in other files are looked for beside
  /// `path`, which is also what messages call it.
  static llvm::Expected<std::unique_ptr<OnnxModel>>
  parse(std::unique_ptr<llvm::MemoryBuffer> contents, llvm::StringRef path);
  ~OnnxModel();

  llvm::StringRef producer() const;
  int64_t opset() const;
  /// Returns the number of elements of the floating-point initializers.
  int64_t parameters() const;
  /// Returns the bytes of all initializers.
  int64_t weightBytes() const;
  /// Returns the graph inputs that are not initializers.
  const std::vector<OnnxValue> &inputs() const;
  const std::vector<OnnxValue> &outputs() const;
  /// Returns the number of nodes of each type; a type of another domain than ONNX's own
  /// carries it, as in "com.microsoft::Gelu".
  std::map<std::string, int64_t> opCounts() const;
  /// Returns the names of the free dimensions, in the order of the inputs.
  std::vector<std::string> freeDims() const;
  /// Returns what the file's structure shows to be unsupported. `import` may still refuse a
  /// node of a supported type because of its form.
  const std::vector<UnsupportedNode> &unsupported() const;

  /// Creates a module with one function, `main`, in the nn dialect. Fails with
  /// InvalidArgument (bindings that do not fit the inputs), Unsupported (one message that
  /// lists every node that cannot be imported) or BadInput. Weights in other files that
  /// cannot be read are constants without bytes if nobody needs these.
  /// `wantedValues` receives the names of inputs whose values, if `bindings` had them,
  /// would determine a size for which the module has an assumption instead.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  import(mlir::MLIRContext *context, const DimBindings &bindings, bool needsWeights = true,
         llvm::StringSet<> *wantedValues = nullptr) const;

private:
  struct Impl;
  explicit OnnxModel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace tacit

#endif // TACIT_IMPORT_ONNX_ONNXMODEL_H
