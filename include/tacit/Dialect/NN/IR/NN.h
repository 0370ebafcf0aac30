//===- NN.h - The nn dialect ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NN_H
#define TACIT_DIALECT_NN_IR_NN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tacit/Dialect/NN/IR/Movement.h"
#include "tacit/Dialect/NN/IR/SizeExpr.h"
#include "tacit/Numerics/GeluPieces.h"
#include "tacit/Numerics/Multiplier.h"

namespace tacit {
/// Returns the type of a value that is a tensor, as all values of the dialect are.
inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
} // namespace tacit

namespace tacit::nn {
/// The dialect speaks of arithmetic that Numerics defines.
using numerics::GeluKind;
using numerics::MultiplierKind;
using numerics::OverflowPolicy;
using numerics::ZeroPolicy;
using tacit::tensorOf;
} // namespace tacit::nn

#include "tacit/Dialect/NN/IR/NNDialect.h.inc"
#include "tacit/Dialect/NN/IR/NNEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/NN/IR/NNAttributes.h.inc"

namespace tacit::nn {
/// Requires tensors of one element type whose dimensions agree if both are known.
bool areCompatibleShapes(mlir::TypeRange lhs, mlir::TypeRange rhs);

/// Marks an elementwise operation whose result on f32 is the result for real numbers,
/// rounded once: every machine computes the same bits, and therefore the compiler may
/// compute it.
template <typename ConcreteOp>
class CorrectlyRounded : public mlir::OpTrait::TraitBase<ConcreteOp, CorrectlyRounded> {};

/// The role of a site in a model; see SiteOpInterface.
enum class SiteRole { Attention, Norm, Activation, Softmax, Rotary, Linear, Matmul };

/// The use that an operation makes of an operand; see OperandRolesOpInterface.
enum class OperandRole {
  Data,      ///< its elements, or what is computed of them, become those of the result
  Parameter, ///< the weight or the bias of a layer
  Index,     ///< says which elements
  Shape,     ///< says how many
  Condition, ///< chooses between others
  Mask,      ///< says which scores take part
  Angle,     ///< its cosine or sine; says how far something is rotated
  Extent     ///< its own shape is read, and no element
};

/// Says of an operation what its sites are for.
template <SiteRole role>
struct HasSiteRole {
  template <typename ConcreteOp>
  class Impl : public mlir::OpTrait::TraitBase<ConcreteOp, Impl> {
  public:
    static constexpr SiteRole siteRole = role;
  };
};

/// Says of an operation what the roles of its operands are, in their order.
template <OperandRole... roles>
struct HasOperandRoles {
  template <typename ConcreteOp>
  class Impl : public mlir::OpTrait::TraitBase<ConcreteOp, Impl> {
  public:
    static OperandRole getOperandRole(unsigned number) {
      constexpr OperandRole list[] = {roles...};
      return number < sizeof...(roles) ? list[number] : OperandRole::Data;
    }
  };
};

class SizeInference;

/// The default behaviour of the interfaces.
namespace detail {
SizeList inferDefaultSizes(SizeInference &inference, mlir::Operation *op, unsigned result);
std::optional<SizeList> inferDefaultElements(SizeInference &inference, mlir::Operation *op);
/// Returns the range of the elements of `result`, which do not wrap around in its type.
SizeSpan inferSpan(SizeInference &inference, mlir::OpResult result);
/// Returns the range of an element type.
SizeSpan spanOfType(SizeTable &table, mlir::Type element);
llvm::LogicalResult verifyMultiplier(mlir::Operation *op);
/// Returns "gelu" for "nn.gelu".
llvm::StringRef mnemonicOf(llvm::StringRef operationName);
} // namespace detail
} // namespace tacit::nn

#include "tacit/Dialect/NN/IR/NNInterfaces.h.inc"

#define GET_OP_CLASSES
#include "tacit/Dialect/NN/IR/NNOps.h.inc"

namespace tacit::nn {

/// Returns the use that the owner of an operand makes of it.
inline OperandRole getOperandRole(mlir::OpOperand &operand) {
  auto op = llvm::dyn_cast<OperandRolesOpInterface>(operand.getOwner());
  return op ? op.getOperandRole(operand.getOperandNumber()) : OperandRole::Data;
}

/// Attribute names on the entry function's arguments, results and module.
inline constexpr llvm::StringLiteral kNameAttr = "nn.name";
inline constexpr llvm::StringLiteral kDimsAttr = "nn.dims";
inline constexpr llvm::StringLiteral kInterfaceAttr = "nn.interface";

/// Returns the shape to which two operands broadcast (NumPy rules), or failure if two known
/// dimensions differ and neither is 1. A free dimension against 1 stays free; against n > 1
/// it must be n at run time, so the result is n.
llvm::FailureOr<llvm::SmallVector<int64_t>> broadcastShapes(llvm::ArrayRef<int64_t> lhs,
                                                            llvm::ArrayRef<int64_t> rhs);

/// One dimension of the windows of nn.conv and nn.pool.
struct Window {
  int64_t kernel, stride, low, high, dilation;

  /// Returns the number of elements from the first to the last that it covers.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
};
/// Returns the number of windows in a dimension of `size`; `isCeil` as in nn.pool.
int64_t countWindows(int64_t size, const Window &window, bool isCeil);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_NN_H
