//===- Primitive.cpp - A program of one operation -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Primitive.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit;

static constexpr llvm::StringLiteral kNames[] = {
    "mul",        "square", "matmul",  "truncate",   "is_negative", "max",
    "relu",       "exp",    "sigmoid", "tanh",       "silu",        "gelu",
    "reciprocal", "rsqrt",  "softmax", "layer_norm", "rms_norm",    "reveal"};

/// This is more than any program has, and small enough for sums of its bytes.
static constexpr int64_t kMaxElements = int64_t(1) << 40;

static llvm::Error checkSize(ArrayRef<int64_t> shape, bool isMatmul) {
  if (isMatmul && shape.size() != 3)
    return fail(ErrorKind::InvalidArgument,
                {"give three dimensions", Setting::PrimitiveShape},
                "matmul multiplies MxK by KxN; expected a size of MxKxN");
  __int128 elements = 1;
  for (int64_t dim : shape)
    elements = std::min<__int128>(elements * dim, __int128(kMaxElements) + 1);
  if (elements > kMaxElements)
    return fail(ErrorKind::InvalidArgument, "give it smaller dimensions",
                "the operation has more than 2^40 elements");
  return llvm::Error::success();
}

namespace {
struct Ring {
  int64_t width, fraction;
};

class PrimitiveBuilder {
public:
  PrimitiveBuilder(OpBuilder &builder, const Ring &ring, Block *arguments)
      : builder(builder), loc(builder.getUnknownLoc()), ring(ring), arguments(arguments) {}

  void build(StringRef name, ArrayRef<int64_t> shape);

private:
  Value share(ArrayRef<int64_t> shape, int64_t fraction) {
    auto plain = RankedTensorType::get(shape, builder.getF32Type());
    return mpc::ShareOp::create(builder, loc, arguments->addArgument(plain, loc),
                                mpc::Party::Client, ring.width, fraction);
  }
  void buildAlongRows(StringRef name, Value x, ArrayRef<int64_t> shape);
  void buildElementwise(StringRef name, Value x);

  OpBuilder &builder;
  Location loc;
  const Ring &ring;
  Block *arguments;
};
} // namespace

void PrimitiveBuilder::buildAlongRows(StringRef name, Value x, ArrayRef<int64_t> shape) {
  int64_t axis = shape.size() - 1;
  FloatAttr epsilon = builder.getF32FloatAttr(1e-5f);
  if (name == "max")
    mpc::MaxOp::create(builder, loc, x, axis);
  else if (name == "softmax")
    mpc::SoftmaxOp::create(builder, loc, x, /*keep=*/Value(), axis);
  else if (name == "layer_norm")
    mpc::LayerNormOp::create(builder, loc, x, epsilon);
  else
    mpc::RMSNormOp::create(builder, loc, x, epsilon);
}

void PrimitiveBuilder::buildElementwise(StringRef name, Value x) {
  if (name == "gelu") {
    mpc::GeluOp::create(builder, loc, x, mpc::GeluKind::Erf);
    return;
  }
  // Describes an operation of one operand whose result has the same type.
  OperationState state(loc, ("mpc." + name).str(), x, x.getType());
  builder.create(state);
}

void PrimitiveBuilder::build(StringRef name, ArrayRef<int64_t> shape) {
  int64_t fraction = ring.fraction;
  if (name == "matmul") {
    Value lhs = share({shape[0], shape[1]}, fraction);
    Value rhs = share({shape[1], shape[2]}, fraction);
    mpc::MatmulOp::create(builder, loc, lhs, rhs);
    return;
  }
  bool isTruncate = name == "truncate";
  Value x = share(shape, isTruncate ? 2 * fraction : fraction);
  if (name == "mul")
    mpc::MulOp::create(builder, loc, x, share(shape, fraction));
  else if (name == "square")
    mpc::SquareOp::create(builder, loc, x);
  else if (isTruncate)
    mpc::TruncateOp::create(builder, loc, x, fraction);
  else if (name == "is_negative")
    mpc::IsNegativeOp::create(builder, loc, x);
  else if (name == "reveal")
    mpc::RevealOp::create(builder, loc, x, mpc::Party::Client);
  else if (llvm::is_contained({"max", "softmax", "layer_norm", "rms_norm"}, name))
    buildAlongRows(name, x, shape);
  else
    buildElementwise(name, x);
}

llvm::Expected<OwningOpRef<ModuleOp>> cost::makePrimitive(StringRef name,
                                                          ArrayRef<int64_t> shape,
                                                          int64_t width, int64_t fraction,
                                                          MLIRContext *context) {
  if (!llvm::is_contained(kNames, name))
    return fail(ErrorKind::InvalidArgument,
                "use one of: " + llvm::join(llvm::ArrayRef(kNames), ", "),
                "'{}' is not an operation on secrets", name.str());
  if (auto error = checkSize(shape, name == "matmul"))
    return std::move(error);
  OpBuilder builder(context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto main = func::FuncOp::create(builder, loc, "main", builder.getFunctionType({}, {}));
  Block *body = main.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  PrimitiveBuilder(builder, Ring{width, fraction}, body).build(name, shape);
  func::ReturnOp::create(builder, loc);
  main.setType(builder.getFunctionType(body->getArgumentTypes(), {}));
  return module;
}
