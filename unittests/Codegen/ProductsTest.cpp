//===- ProductsTest.cpp - Compiled products against the scalar reference --===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Matrix products go through the passes and all phases to machine code, and every bit of
// the result is compared with sums of scalar products in ascending order.
//
//===----------------------------------------------------------------------===//

#include "TestSupport.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Numerics/Multiplier.h"
#include "tacit/Numerics/PowersOfTwo.h"
#include "tacit/Numerics/Quantizer.h"
#include "tacit/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace mlir;
using namespace tacit;
using namespace tacit::numerics;
using namespace tacit::test;

namespace {

struct Matrix {
  int64_t rows, columns;
  std::vector<float> values;

  float operator()(int64_t i, int64_t j) const { return values[i * columns + j]; }
  llvm::ArrayRef<char> bytes() const {
    return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)};
  }
  std::string type() const { return fmt::format("tensor<{}x{}xf32>", rows, columns); }
  MatrixReader reader() const { return readFloats(bytes(), rows, columns, false); }
};

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Matrix gaussian(int64_t rows, int64_t columns, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix matrix{rows, columns, std::vector<float>(rows * columns)};
  for (float &value : matrix.values)
    value = normal(random);
  return matrix;
}

/// Returns zeros, denormals, the ends of the range, infinities, NaN, and arbitrary bit
/// patterns.
std::vector<float> specials(size_t count, unsigned seed) {
  std::vector<float> all;
  for (float x :
       {0.0f, 0x1p-149f, 0x1.8p-127f, 0x1p-126f, 0x1.8p-100f, 0x1p-62f, 1e-20f, 0.3f, 1.0f,
        1.5f, 1.9999f, 0x1.7p64f, 1e38f, 0x1.fffffep127f,
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    all.push_back(x);
    all.push_back(-x);
  }
  std::mt19937 random(seed);
  while (all.size() < count) {
    auto bits = static_cast<uint32_t>(random());
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    all.push_back(value);
  }
  return all;
}

/// Returns rows of different kinds: random numbers; with zeros and denormals; very large;
/// very small; one with an infinity and one with a NaN.
Matrix inputs(int64_t columns) {
  Matrix matrix = gaussian(7, columns, 1);
  auto row = [&](int64_t i) { return matrix.values.data() + i * columns; };
  for (int64_t j = 0; j < columns; j += 3)
    row(1)[j] = j % 2 ? 0 : -0x1p-140f;
  for (int64_t j = 0; j < columns; ++j) {
    row(2)[j] *= 1e38f;
    row(3)[j] *= 1e-38f;
  }
  row(4)[columns / 2] = std::numeric_limits<float>::infinity();
  row(5)[columns - 1] = std::numeric_limits<float>::quiet_NaN();
  return matrix;
}

/// Returns weights: the left half of the columns is far from zero, in any number of bits;
/// in the right half some are zero.
Matrix weights(int64_t rows, int64_t columns) {
  Matrix matrix = gaussian(rows, columns, 2);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      float &value = matrix.values[i * columns + j];
      if (j < columns / 2)
        value += std::copysign(1.0f, value);
      else if ((i + j) % 7 == 0)
        value = 0;
    }
  return matrix;
}

//===----------------------------------------------------------------------===//
// The reference
//===----------------------------------------------------------------------===//

/// The name of a multiplier, and its product; without a product it is a fused multiply-add.
struct Multiplier {
  std::string name;
  nn::SetMultiplierOptions options;
  std::optional<Product> product;
  unsigned terms = 0; ///< of shift_add
};

Matrix referenceProduct(const Matrix &x, const Matrix &w, const Multiplier &multiplier) {
  Matrix result{x.rows, w.columns, std::vector<float>(x.rows * w.columns)};
  std::vector<char> codes;
  if (multiplier.terms > 0)
    codes = decompose(w.reader(), multiplier.terms)->codes;
  for (int64_t i = 0; i < x.rows; ++i)
    for (int64_t j = 0; j < w.columns; ++j) {
      float sum = 0;
      for (int64_t k = 0; k < x.columns; ++k) {
        if (!multiplier.product)
          sum = std::fma(x(i, k), w(k, j), sum);
        else if (multiplier.terms == 0)
          sum += multiply(*multiplier.product, x(i, k), w(k, j));
        for (unsigned term = 0; term < multiplier.terms; ++term) {
          auto code = static_cast<uint8_t>(codes[(term * w.rows + k) * w.columns + j]);
          sum += multiply(*multiplier.product, x(i, k), powerOfTwoValue(code));
        }
      }
      result.values[i * w.columns + j] = sum;
    }
  return result;
}

/// Returns the weights after a round trip through `bits` bits.
Matrix quantized(const Matrix &w, unsigned bits, int64_t group, Scheme scheme) {
  auto packed = quantize(w.reader(), bits, group, scheme);
  EXPECT_TRUE(packed.has_value());
  LowBitView view{bits, packed->group, w.rows, w.columns, {}, {}, false, {}};
  view.scales = {reinterpret_cast<const char *>(packed->scales.data()),
                 packed->scales.size() * sizeof(float)};
  view.zeroPoints = {reinterpret_cast<const char *>(packed->zeroPoints.data()),
                     packed->zeroPoints.size()};
  for (const std::vector<char> &plane : packed->planes)
    view.planes.push_back(plane);
  Matrix result = w;
  view.read(0, w.rows, result.values.data());
  return result;
}

Matrix negated(Matrix matrix) {
  for (float &value : matrix.values)
    value = -value;
  return matrix;
}

/// Compares bit by bit, except for the payload of a NaN.
void expectSame(llvm::ArrayRef<Matrix> found, llvm::ArrayRef<Matrix> expected,
                const std::string &what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  size_t numbers = 0;
  for (size_t n = 0; n < found.size(); ++n)
    for (size_t i = 0; i < expected[n].values.size(); ++i) {
      float x = found[n].values[i], y = expected[n].values[i];
      numbers += !std::isnan(y);
      bool isSame = (std::isnan(x) && std::isnan(y)) || std::memcmp(&x, &y, sizeof(x)) == 0;
      ASSERT_TRUE(isSame) << what << ": result " << n << ", row " << i / expected[n].columns
                          << ", column " << i % expected[n].columns << " is "
                          << fmt::format("{:a}", x) << ", expected "
                          << fmt::format("{:a}", y);
    }
  EXPECT_GT(numbers, 0u) << what;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

/// Compiles a program from text to machine code.
class ProductsTest : public ::testing::Test {
protected:
  ProductsTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.disableMultithreading();
    static bool once = (registerAllPasses(), true);
    (void)once;
  }

  /// Runs @main, which takes and returns matrices, after these passes.
  std::vector<Matrix> run(const std::string &program,
                          const std::vector<Transformation> &transformations,
                          llvm::ArrayRef<Matrix> inputs, int64_t vectorBits = 512) {
    auto module = parseSourceString<ModuleOp>(program, ParserConfig(&context));
    auto processor = cpu::Processor::host(vectorBits);
    EXPECT_TRUE(module);
    if (!module)
      return {};
    auto manager = PassManager::on<ModuleOp>(&context);
    PipelineOptions options{processor.tileRows, processor.panelColumns,
                            processor.extendsF16, transformations};
    // The raise phase would recognise an attention in its parts.
    buildPipeline(manager, *findPhase(PhaseKind::Raise), *findPhase(PhaseKind::Llvm),
                  options);
    bool isDone = succeeded(manager.run(*module));
    EXPECT_TRUE(isDone);
    if (!isDone)
      return {};
    auto code = cpu::makeJit(*module, processor);
    EXPECT_EQ(test::describe(code ? llvm::Error::success() : code.takeError()), "no error");
    if (!code)
      return {};
    std::vector<HostTensor> tensors;
    for (const Matrix &input : inputs)
      tensors.push_back({TACIT_F32, {input.rows, input.columns}, input.bytes().vec()});
    auto results = (*code)->run(tensors, /*threads=*/1);
    EXPECT_EQ(test::describe(results ? llvm::Error::success() : results.takeError()),
              "no error");
    std::vector<Matrix> matrices;
    if (results)
      for (const HostTensor &result : *results) {
        matrices.push_back({result.shape[0], result.shape[1], {}});
        matrices.back().values.resize(result.data.size() / sizeof(float));
        std::memcpy(matrices.back().values.data(), result.data.data(), result.data.size());
      }
    return matrices;
  }

  static Transformation setMultiplier(const Multiplier &multiplier) {
    return {"", "", multiplier.options};
  }
  static Transformation quantizeWeights(unsigned bits, int64_t group, Scheme scheme) {
    return {"", "",
            nn::QuantizeWeightsOptions{bits, group, scheme, nn::HeadWeights::Float}};
  }

  MLIRContext context;
};

std::string constant(const Matrix &matrix) {
  return "nn.constant dense<\"0x" +
         llvm::toHex(llvm::StringRef(matrix.bytes().data(), matrix.bytes().size())) +
         "\"> : " + matrix.type();
}

/// Computes -(x w): because the product is negated, the layer is not an output layer.
std::string linearProgram(const Matrix &x, const Matrix &w) {
  std::string result = fmt::format("tensor<{}x{}xf32>", x.rows, w.columns);
  return fmt::format(R"(
    func.func @main(%x: {0} {{nn.name = "x"}}) -> ({2} {{nn.name = "y"}}) {{
      %w = {3}
      %0 = nn.linear %x, %w : ({0}, {1}) -> {2}
      %y = nn.neg %0 : {2}
      return %y : {2}
    }})",
                     x.type(), w.type(), result, constant(w));
}

/// Computes x y of two inputs.
std::string matmulProgram(const Matrix &x, const Matrix &y) {
  return fmt::format(R"(
    func.func @main(%x: {0} {{nn.name = "x"}}, %y: {1} {{nn.name = "y"}})
        -> (tensor<{2}x{3}xf32> {{nn.name = "z"}}) {{
      %z = nn.matmul %x, %y : ({0}, {1}) -> tensor<{2}x{3}xf32>
      return %z : tensor<{2}x{3}xf32>
    }})",
                     x.type(), y.type(), x.rows, y.columns);
}

Multiplier exactMultiplier() { return {"exact", {}, std::nullopt}; }

Multiplier lmulMultiplier(unsigned mantissa) {
  nn::SetMultiplierOptions options;
  options.kind = nn::MultiplierKind::LMul;
  options.mantissa = mantissa;
  return {fmt::format("lmul of {} bits", mantissa), options, lmul(mantissa)};
}

Multiplier pamMultiplier(double alpha) {
  nn::SetMultiplierOptions options;
  options.kind = nn::MultiplierKind::Pam;
  options.alpha = alpha;
  return {fmt::format("pam by {}", alpha), options, pam(static_cast<float>(alpha))};
}

Multiplier shiftAddMultiplier(unsigned terms) {
  nn::SetMultiplierOptions options;
  options.kind = nn::MultiplierKind::ShiftAdd;
  options.terms = terms;
  return {fmt::format("shift_add of {} terms", terms), options, powerOfTwo(), terms};
}

/// Runs every multiplier with every policy.
std::vector<Multiplier> multipliers(bool hasShiftAdd) {
  std::vector<Multiplier> kinds;
  for (unsigned mantissa : {1u, 3u, 4u, 23u})
    kinds.push_back(lmulMultiplier(mantissa));
  kinds.push_back(pamMultiplier(1));
  kinds.push_back(pamMultiplier(1.0552));
  for (unsigned terms = 1; hasShiftAdd && terms <= 3; ++terms)
    kinds.push_back(shiftAddMultiplier(terms));
  std::vector<Multiplier> all{exactMultiplier()};
  for (const Multiplier &kind : kinds)
    for (ZeroPolicy zero : {ZeroPolicy::Exact, ZeroPolicy::Lift, ZeroPolicy::Ignore})
      for (OverflowPolicy overflow : {OverflowPolicy::Infinity, OverflowPolicy::Ignore}) {
        Multiplier multiplier = kind;
        multiplier.options.zero = zero;
        multiplier.options.overflow = overflow;
        multiplier.name +=
            fmt::format(", zero {}, overflow {}", stringifyZeroPolicy(zero).str(),
                        stringifyOverflowPolicy(overflow).str());
        multiplier.product->zero = zero;
        multiplier.product->overflow = overflow;
        all.push_back(multiplier);
      }
  return all;
}

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

// Columns that do not fill a register tile, and sums of many products.
TEST_F(ProductsTest, LinearLayersUnderEveryPolicy) {
  Matrix x = inputs(64), w = weights(64, 45);
  for (const Multiplier &multiplier : multipliers(/*hasShiftAdd=*/true))
    expectSame(run(linearProgram(x, w), {setMultiplier(multiplier)}, x),
               negated(referenceProduct(x, w, multiplier)), multiplier.name);
}

// Sums of one product each, so that no difference hides in a NaN.
TEST_F(ProductsTest, SingleProductsUnderEveryPolicy) {
  Matrix x{50, 1, specials(50, 3)}, y{1, 45, specials(45, 4)};
  for (const Multiplier &multiplier : multipliers(/*hasShiftAdd=*/false))
    expectSame(run(matmulProgram(x, y), {setMultiplier(multiplier)}, {x, y}),
               referenceProduct(x, y, multiplier), multiplier.name);
  // Weights that are powers of two are finite.
  for (float &value : y.values)
    if (!std::isfinite(value))
      value = 0;
  for (const Multiplier &multiplier : multipliers(/*hasShiftAdd=*/true))
    expectSame(run(linearProgram(x, y), {setMultiplier(multiplier)}, x),
               negated(referenceProduct(x, y, multiplier)), multiplier.name);
}

TEST_F(ProductsTest, EveryBitWidthAndScheme) {
  for (unsigned bits : {4u, 6u, 8u})
    for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric})
      for (int64_t inner : {96, 90, 33}) {
        // Several groups, the last of which is padded.
        Matrix x = inputs(inner), w = weights(inner, 45);
        Matrix rounded = quantized(w, bits, 32, scheme);
        Transformation quantize = quantizeWeights(bits, 32, scheme);
        std::string what = fmt::format("{} bits, {} rows, ", bits, inner);
        for (const Multiplier &multiplier :
             {exactMultiplier(), lmulMultiplier(4), shiftAddMultiplier(2)})
          expectSame(run(linearProgram(x, w), {quantize, setMultiplier(multiplier)}, x),
                     negated(referenceProduct(x, rounded, multiplier)),
                     what + multiplier.name);
      }
}

// The rows that pad a group are not part of the sum, whatever the policy.
TEST_F(ProductsTest, FilledUpGroupsUnderEveryPolicy) {
  Matrix x = inputs(38), w = weights(38, 5);
  Matrix rounded = quantized(w, 6, 32, Scheme::Asymmetric);
  for (const Multiplier &multiplier : multipliers(/*hasShiftAdd=*/true))
    expectSame(run(linearProgram(x, w),
                   {quantizeWeights(6, 32, Scheme::Asymmetric), setMultiplier(multiplier)},
                   x),
               negated(referenceProduct(x, rounded, multiplier)), multiplier.name);
}

// Narrower registers and other tiles must give the same bits.
TEST_F(ProductsTest, EveryVectorWidth) {
  Matrix x = inputs(96), w = weights(96, 45);
  Matrix rounded = quantized(w, 6, 32, Scheme::Asymmetric);
  Multiplier multiplier = lmulMultiplier(4);
  for (int64_t vectorBits : {512, 256, 128})
    expectSame(run(linearProgram(x, w),
                   {quantizeWeights(6, 32, Scheme::Asymmetric), setMultiplier(multiplier)},
                   x, vectorBits),
               negated(referenceProduct(x, rounded, multiplier)),
               fmt::format("{} bits", vectorBits));
}

// An attention is two products with a softmax between them.
TEST_F(ProductsTest, AttentionMultipliesAsItsParts) {
  Matrix query = gaussian(9, 8, 5), key = gaussian(11, 8, 6), value = gaussian(11, 8, 7);
  std::string head = R"(
    func.func @main(%q: tensor<9x8xf32> {nn.name = "q"}, %k: tensor<11x8xf32> {nn.name = "k"},
                    %v: tensor<11x8xf32> {nn.name = "v"}) -> (tensor<9x8xf32> {nn.name = "y"}) {
  )";
  std::string whole = head + R"(
      %y = nn.attention %q, %k, %v scale = 0.35
          : (tensor<9x8xf32>, tensor<11x8xf32>, tensor<11x8xf32>) -> tensor<9x8xf32>
      return %y : tensor<9x8xf32>
    })";
  std::string parts = head + R"(
      %c = nn.constant dense<0.35> : tensor<f32>
      %kt = nn.transpose %k [1, 0] : (tensor<11x8xf32>) -> tensor<8x11xf32>
      %0 = nn.matmul %q, %kt : (tensor<9x8xf32>, tensor<8x11xf32>) -> tensor<9x11xf32>
      %1 = nn.mul %0, %c : (tensor<9x11xf32>, tensor<f32>) -> tensor<9x11xf32>
      %2 = nn.softmax %1 axis = 1 : tensor<9x11xf32>
      %y = nn.matmul %2, %v : (tensor<9x11xf32>, tensor<11x8xf32>) -> tensor<9x8xf32>
      return %y : tensor<9x8xf32>
    })";
  Multiplier multiplier = lmulMultiplier(3);
  multiplier.options.scope = nn::MultiplierScope::Attention;
  std::vector<Matrix> inputs{query, key, value};
  std::vector<Matrix> found = run(whole, {setMultiplier(multiplier)}, inputs);
  std::vector<Matrix> exact = run(whole, {}, inputs);
  expectSame(found, run(parts, {setMultiplier(multiplier)}, inputs), "attention");
  ASSERT_FALSE(found.empty() || exact.empty());
  EXPECT_NE(found.front().values, exact.front().values);
}

} // namespace
