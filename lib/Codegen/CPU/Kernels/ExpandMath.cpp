//===- ExpandMath.cpp - exp, erf and tanh as polynomial kernels -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernels and their measured errors are described in docs/Numerics.md; the coefficients
// come from utils/fit-kernels.py. Every product that is added is a math.fma, and nothing
// may be contracted or reordered, so that scalars and vectors of any width round alike.
//
// NaN needs no code of its own: every comparison with it is false, and the kernels are
// written so that "false" keeps the argument.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "llvm/ADT/bit.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_EXPANDMATH
#include "tacit/Codegen/CPU/Kernels/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Constants of the kernels. The polynomials list the highest power first.
//===----------------------------------------------------------------------===//

static constexpr float kLog2E = 0x1.715476p+0f;
static constexpr float kMinusLn2High = -0x1.62e43p-1f;
static constexpr float kMinusLn2Low = 0x1.05c61p-29f;

/// Adding 1.5 * 2^23 rounds to an integer, which then occupies the lowest bits.
static constexpr float kRoundToInteger = 0x1.8p23f;

/// Approximates e^r for |r| <= ln 2 / 2.
static constexpr float kExp[] = {0x1.687cf4p-10f,
                                 0x1.1258f2p-7f,
                                 0x1.555c1ap-5f,
                                 0x1.55545cp-3f,
                                 0x1.fffff6p-2f,
                                 1.0f,
                                 1.0f};
/// Below the first bound the result is 0, above the second it is infinity.
static constexpr float kExpLow = -104.0f;
static constexpr float kExpHigh = 89.0f;

/// erf x = x + x P(x^2) up to kErfSplit, then 1 - exp(-(a + a Q(a))), a = |x|.
static constexpr float kErfSmall[] = {-0x1.3a48e2p-11f, 0x1.474a0ep-8f,  -0x1.b68e66p-6f,
                                      0x1.ce1ab4p-4f,   -0x1.8126e8p-2f, 0x1.06eba6p-3f};
static constexpr float kErfLarge[] = {0x1.7b31fep-17f, -0x1.53387ap-12f, 0x1.ddcd38p-9f,
                                      -0x1.856b04p-6f, 0x1.b32cfp-4f,    0x1.4531fcp-1f,
                                      0x1.07796cp-3f};
static constexpr float kErfSplit = 0.921875f;
/// From this bound on the result rounds to 1.
static constexpr float kErfHigh = 3.925f;

/// tanh x = x + x (x^2 P(x^2)) below kTanhSplit, then 1 - 2 / (exp(2a) + 1).
static constexpr float kTanhSmall[] = {0x1.c8975p-10f,  -0x1.f662fep-8f, 0x1.5f9082p-6f,
                                       -0x1.b98108p-5f, 0x1.110ddap-3f,  -0x1.55554ap-2f};
static constexpr float kTanhSplit = 0.75f;
/// From this bound on the result rounds to 1.
static constexpr float kTanhHigh = 9.02f;

//===----------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------===//

namespace {

/// Builds arithmetic on one type, f32 or a vector of it.
class Kernel {
public:
  Kernel(OpBuilder &builder, Location loc, Type type)
      : builder(builder), loc(loc), type(type), bitsType(builder.getI32Type()) {
    if (auto vector = dyn_cast<VectorType>(type))
      bitsType = vector.clone(bitsType);
  }

  Value exp(Value x);
  Value erf(Value x);
  Value tanh(Value x);

private:
  Value constant(float value) { return splat(type, builder.getF32FloatAttr(value)); }
  Value integer(int32_t value) { return splat(bitsType, builder.getI32IntegerAttr(value)); }
  Value splat(Type of, TypedAttr value) {
    if (auto vector = dyn_cast<VectorType>(of))
      value = DenseElementsAttr::get(vector, Attribute(value));
    return arith::ConstantOp::create(builder, loc, of, value);
  }

  template <typename Op>
  Value make(Value a, Value b) {
    return Op::create(builder, loc, a, b);
  }
  Value add(Value a, Value b) { return make<arith::AddFOp>(a, b); }
  Value subtract(Value a, Value b) { return make<arith::SubFOp>(a, b); }
  Value multiply(Value a, Value b) { return make<arith::MulFOp>(a, b); }
  Value divide(Value a, Value b) { return make<arith::DivFOp>(a, b); }
  Value fma(Value a, Value b, Value c) {
    return math::FmaOp::create(builder, loc, a, b, c);
  }
  Value bits(Value x) { return arith::BitcastOp::create(builder, loc, bitsType, x); }
  Value fromBits(Value x) { return arith::BitcastOp::create(builder, loc, type, x); }
  Value select(arith::CmpFPredicate when, Value x, float bound, Value yes, Value no) {
    Value is = arith::CmpFOp::create(builder, loc, when, x, constant(bound));
    return arith::SelectOp::create(builder, loc, is, yes, no);
  }
  /// arith.maximumf and arith.minimumf would take several instructions to treat NaN and
  /// signed zeros as IEEE 754 says; this is a single one, and it keeps NaN.
  Value atMost(Value x, float bound) {
    return select(arith::CmpFPredicate::OGT, x, bound, constant(bound), x);
  }
  Value atLeast(Value x, float bound) {
    return select(arith::CmpFPredicate::OLT, x, bound, constant(bound), x);
  }
  Value absolute(Value x) {
    return fromBits(make<arith::AndIOp>(bits(x), integer(INT32_MAX)));
  }
  /// Returns `x`, which is positive or already has the sign of `of`, with the sign of `of`.
  Value withSign(Value x, Value of) {
    Value sign = make<arith::AndIOp>(bits(of), integer(INT32_MIN));
    return fromBits(make<arith::OrIOp>(bits(x), sign));
  }

  Value polynomial(ArrayRef<float> coefficients, Value x);
  std::pair<Value, Value> reducedExp(Value x, int32_t offset);
  Value powerOfTwo(Value exponent);
  Value normalExp(Value x);

  OpBuilder &builder;
  Location loc;
  Type type;
  Type bitsType;
};

} // namespace

/// Evaluates a polynomial by Horner's rule.
Value Kernel::polynomial(ArrayRef<float> coefficients, Value x) {
  Value sum = constant(coefficients.front());
  for (float coefficient : coefficients.drop_front())
    sum = fma(sum, x, constant(coefficient));
  return sum;
}

/// For x = n ln 2 + r, returns e^r and an integer whose lowest nine bits are n + offset.
std::pair<Value, Value> Kernel::reducedExp(Value x, int32_t offset) {
  Value magic = constant(kRoundToInteger + offset);
  Value shifted = fma(x, constant(kLog2E), magic);
  Value n = subtract(shifted, magic);
  // The first step is exact: no operand has bits below 2^-25, or n is 0, and the difference
  // is below 2^-1.
  Value r = fma(n, constant(kMinusLn2High), x);
  r = fma(n, constant(kMinusLn2Low), r);
  return {polynomial(kExp, r), bits(shifted)};
}

/// Returns 2^(e - 127) for the e in the lowest eight bits of `exponent`, whose ninth bit is
/// 0.
Value Kernel::powerOfTwo(Value exponent) {
  return fromBits(make<arith::ShLIOp>(exponent, integer(23)));
}

/// Computes exp where the result is a normal number or NaN: -87 <= x <= 88.
Value Kernel::normalExp(Value x) {
  auto [power, exponent] = reducedExp(x, 127);
  return multiply(power, powerOfTwo(exponent));
}

Value Kernel::exp(Value x) {
  x = atLeast(atMost(x, kExpHigh), kExpLow);
  // 2^n does not fit into a float for n < -126 or n > 127, but its two halves do. The first
  // product is exact, so a denormal result is rounded only once.
  auto [power, exponent] = reducedExp(x, 2 * 127);
  Value half = make<arith::ShRUIOp>(exponent, integer(1));
  Value rest = make<arith::SubIOp>(exponent, half);
  return multiply(multiply(power, powerOfTwo(half)), powerOfTwo(rest));
}

Value Kernel::erf(Value x) {
  Value small = fma(x, polynomial(kErfSmall, multiply(x, x)), x);

  Value a = atMost(absolute(x), kErfHigh);
  Value minusA = arith::NegFOp::create(builder, loc, a);
  Value complement = normalExp(fma(minusA, polynomial(kErfLarge, a), minusA));
  Value large = subtract(constant(1.0f), complement);

  return withSign(select(arith::CmpFPredicate::OLE, a, kErfSplit, small, large), x);
}

Value Kernel::tanh(Value x) {
  Value square = multiply(x, x);
  Value small = fma(x, multiply(square, polynomial(kTanhSmall, square)), x);

  Value a = atMost(absolute(x), kTanhHigh);
  Value denominator = add(normalExp(add(a, a)), constant(1.0f));
  Value large = subtract(constant(1.0f), divide(constant(2.0f), denominator));

  // `small` has the sign of x, except where x is -0.
  return withSign(select(arith::CmpFPredicate::OLT, a, kTanhSplit, small, large), x);
}

//===----------------------------------------------------------------------===//
// ExpandMath
//===----------------------------------------------------------------------===//

namespace {

/// Replaces `Op` by the result of the member `build` of Kernel for its operand.
template <typename Op, Value (Kernel::*build)(Value)>
struct Expand : OpRewritePattern<Op> {
  Expand(MLIRContext *context, Pass::Statistic &done, Pass::Statistic &left)
      : OpRewritePattern<Op>(context), done(done), left(left) {}

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Type type = op.getType();
    // f64 would need polynomials of twice the length, and no supported model uses it; f16
    // and bf16 are computed in f32. Tensors are not machine values.
    if (isa<TensorType>(type) || !getElementTypeOrSelf(type).isF32()) {
      ++left;
      return rewriter.notifyMatchFailure(op, "neither f32 nor a vector of f32");
    }
    Kernel kernel(rewriter, op.getLoc(), type);
    rewriter.replaceOp(op, (kernel.*build)(op.getOperand()));
    ++done;
    return success();
  }

  Pass::Statistic &done;
  Pass::Statistic &left;
};

struct ExpandMath : cpu::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Expand<math::ExpOp, &Kernel::exp>>(&getContext(), numExp, numLeft);
    patterns.add<Expand<math::ErfOp, &Kernel::erf>>(&getContext(), numErf, numLeft);
    patterns.add<Expand<math::TanhOp, &Kernel::tanh>>(&getContext(), numTanh, numLeft);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
