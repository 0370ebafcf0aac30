//===- PublishedTest.cpp - Suites of measured figures ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CostTestSupport.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::cost;
using namespace tacit::mpc;
using namespace tacit::test;

namespace {

//===----------------------------------------------------------------------===//
// AERO's models
//===----------------------------------------------------------------------===//

enum class Activation { Gelu, Relu, None };

/// GPT-2 as AERO changes it.
struct Gpt2 {
  int64_t layers = 12, tokens = 128;
  Activation activation = Activation::Gelu;
  bool norms = true, fused = false;
  int64_t pruned = 0;
  int64_t vocabulary = 50257, width = 768;
};

void addBlock(Program &program, const Gpt2 &model, int64_t block) {
  int64_t t = model.tokens, d = model.width, heads = 12;
  if (model.norms)
    for (int i = 0; i < 2; ++i)
      program.add<LayerNormOp>(block, Role::Other, {t, d}, program.share({t, d}),
                               llvm::APFloat(1e-5f));
  program.matmul(block, Role::Projection, {1, t, d}, {d, 3 * d});
  program.matmul(block, Role::Scores, {heads, t, d / heads}, {heads, d / heads, t});
  program.add<SoftmaxOp>(block, Role::Other, {heads, t, t}, program.share({heads, t, t}),
                         Value(), 2);
  program.matmul(block, Role::Values, {heads, t, t}, {heads, t, d / heads});
  program.matmul(block, Role::Projection, {1, t, d}, {d, d});
  if (block >= model.layers - model.pruned)
    return;
  if (model.fused) {
    program.matmul(block, Role::FeedForward, {1, t, d}, {d, d});
    return;
  }
  program.matmul(block, Role::FeedForward, {1, t, d}, {d, 4 * d});
  if (model.activation == Activation::Gelu)
    program.add<GeluOp>(block, Role::Other, {t, 4 * d}, program.share({t, 4 * d}),
                        GeluKind::Tanh);
  if (model.activation == Activation::Relu)
    program.add<ReluOp>(block, Role::Other, {t, 4 * d}, program.share({t, 4 * d}));
  program.matmul(block, Role::FeedForward, {1, t, 4 * d}, {4 * d, d});
}

void build(Program &program, const Gpt2 &model) {
  int64_t t = model.tokens, d = model.width;
  program.matmul(-1, Role::Embedding, {1, t, model.vocabulary}, {model.vocabulary, d});
  for (int64_t block = 0; block < model.layers; ++block)
    addBlock(program, model, block);
  // The figure for the vocabulary includes the last norm.
  if (model.norms)
    program.add<LayerNormOp>(-1, Role::Other, {t, d}, program.share({t, d}),
                             llvm::APFloat(1e-5f));
  program.matmul(-1, Role::Head, {1, t, d}, {d, model.vocabulary});
}

Bill billOf(const Gpt2 &model, Program &program) {
  build(program, model);
  auto bill = suiteOf("aero")->charge(program.func);
  if (bill)
    return std::move(*bill);
  ADD_FAILURE() << describe(bill.takeError());
  return {};
}

double gigabytes(const Gpt2 &model) {
  Program program;
  Bill bill = billOf(model, program);
  return static_cast<double>(
             llvm::cantFail(sumOf(bill, scheduleRounds(program.func, bill))).total) /
         1e9;
}

Gpt2 gpt2(int64_t layers, int64_t tokens, Activation activation, bool norms, bool fused) {
  Gpt2 model;
  model.layers = layers;
  model.tokens = tokens;
  model.activation = activation;
  model.norms = norms;
  model.fused = fused;
  model.vocabulary = tokens == 512 ? 16384 : 50257;
  return model;
}

/// LayerNorm and GELU, LayerNorm and ReLU, neither, and a fused feed-forward layer.
void expectTotals(int64_t layers, int64_t tokens, std::array<double, 4> published,
                  double tolerance) {
  std::array<double, 4> found = {
      gigabytes(gpt2(layers, tokens, Activation::Gelu, true, false)),
      gigabytes(gpt2(layers, tokens, Activation::Relu, true, false)),
      gigabytes(gpt2(layers, tokens, Activation::None, false, false)),
      gigabytes(gpt2(layers, tokens, Activation::None, false, true))};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(found[i] / published[i], 1.0, tolerance)
        << layers << " layers, " << tokens << " tokens, architecture " << i;
}

// Tables 4, 5 and 6, to which the constants were fitted.
TEST(Aero, MeetsTheTotalsItWasFittedTo) {
  expectTotals(12, 128, {25.32, 9.44, 6.95, 6.43}, 0.002);
  expectTotals(12, 256, {58.51, 26.73, 21.77, 20.72}, 0.002);
  expectTotals(18, 128, {37.17, 13.34, 9.62, 8.83}, 0.002);
}

// Table 7, to which they were not fitted: each figure is 1.17 GB too small.
TEST(Aero, ExtrapolatesToLongerSequences) {
  expectTotals(12, 512, {145.24, 81.71, 71.76, 69.68}, 0.02);
  EXPECT_LT(gigabytes(gpt2(12, 512, Activation::Gelu, true, false)), 145.24 - 1.1);
}

// Rows with feed-forward layers removed, which are not part of the fit, either. (That of
// table 4, 6.29 GB, saves twice as much per layer as the others and is not reproduced.)
TEST(Aero, ForetellsPrunedLayers) {
  Gpt2 model = gpt2(12, 256, Activation::None, false, true);
  model.pruned = 6;
  EXPECT_NEAR(gigabytes(model) / 20.59, 1.0, 0.005);
  model = gpt2(18, 128, Activation::None, false, true);
  model.pruned = 4;
  EXPECT_NEAR(gigabytes(model) / 8.79, 1.0, 0.005);
}

TEST(Aero, SpreadsABlockOverItsProducts) {
  Program program;
  Bill bill = billOf(gpt2(1, 128, Activation::None, false, false), program);
  std::string found;
  int64_t block = 0;
  for (auto &[op, charge] : bill.charges) {
    EXPECT_EQ(charge.toServer, kUnknown);
    EXPECT_EQ(charge.hops, kUnknown);
    if (!isa<MatmulOp>(op))
      continue;
    found += fmt::format("{} {}; ", charge.total, charge.basis);
    if (op->getAttrOfType<SiteAttr>(kSiteAttr).getBlock() == 0)
      block += charge.total;
  }
  // Query, key and value have three squares of the width out of 5 1/3, and so on; the
  // feed-forward layer has one of them and 338,000 bytes per token more.
  EXPECT_EQ(found, "812800000 apportioned; 40752000 apportioned; 2264000 apportioned; "
                   "2264000 apportioned; 13584000 apportioned; 28424000 apportioned; "
                   "28424000 apportioned; 812800000 apportioned; ");
  EXPECT_EQ(block, 128 * (566'000 + 338'000));
  EXPECT_EQ(bill.notes.size(), 1u);
  EXPECT_CONTAINS(bill.notes[0], "directions, hops and the ring are not in it");
}

TEST(Aero, SaysWhereItExtrapolates) {
  Program program;
  Gpt2 model;
  model.layers = 1;
  model.width = 384;
  model.vocabulary = 65;
  Bill bill = billOf(model, program);
  ASSERT_EQ(bill.notes.size(), 3u);
  EXPECT_EQ(bill.notes[1], "the width is 384, and the figures for blocks are for 768: they "
                           "are scaled in proportion, which is an extrapolation");
  EXPECT_EQ(
      bill.notes[2],
      "a vocabulary of 65 at a width of 384, and the figure is for 50257 at 768: it is "
      "scaled in proportion, which is an extrapolation");
  int64_t products = 0;
  for (auto &[op, charge] : bill.charges)
    if (isa<MatmulOp>(op)) {
      EXPECT_EQ(charge.basis, "apportioned, extrapolated");
      products += charge.total;
    } else {
      EXPECT_EQ(charge.basis.substr(0, 9), "published");
      EXPECT_EQ(charge.basis.find("extrapolated"), std::string::npos);
    }
  int64_t vocabulary = 12'700'000LL * 128 * 65 / 50257 / 2;
  EXPECT_NEAR(products, 128 * (566'000 + 338'000) / 2 + vocabulary, 4);
}

TEST(Aero, ScalesOtherFeedForwardLayers) {
  Program program;
  program.matmul(0, Role::Projection, {128, 768}, {768, 4 * 768});
  program.matmul(0, Role::FeedForward, {128, 768}, {768, 2 * 768});
  program.matmul(0, Role::FeedForward, {128, 2 * 768}, {2 * 768, 768});
  Bill bill = llvm::cantFail(suiteOf("aero")->charge(program.func));
  int64_t total = llvm::cantFail(sumOf(bill, scheduleRounds(program.func, bill))).total;
  // Four squares instead of eight: 3/7 of the cost of the other seven.
  EXPECT_NEAR(total, 128 * (566'000 + 338'000 * 3 / 7.0), 4);
  EXPECT_CONTAINS(bill.notes.back(), "the figure for feed-forward layers is for one of "
                                     "another size");
  EXPECT_EQ(bill.charges.back().second.basis, "apportioned, extrapolated");
}

TEST(Aero, PaysForAScaleWithItsNorm) {
  Program program;
  auto norm = program.add<LayerNormOp>(0, Role::Other, {2, 4}, program.share({2, 4}),
                                       llvm::APFloat(1e-5f));
  program.add<MulOp>(0, Role::Other, {2, 4}, norm, program.share({4}));
  Bill bill = llvm::cantFail(suiteOf("aero")->charge(program.func));
  EXPECT_EQ(bill.charges.front().second.total, 6827); // 8 x 853.33
  EXPECT_EQ(bill.charges.back().second.total, 0);
  EXPECT_EQ(bill.charges.back().second.basis, "published, in another figure");
}

TEST(Aero, ListsAllItHasNoFigureFor) {
  Program program;
  for (int64_t block : {0, 1})
    program.add<SiluOp>(block, Role::Other, {4}, program.share({4}));
  program.add<GeluOp>(0, Role::Other, {4}, program.share({4}), GeluKind::Quad);
  program.add<MulOp>(0, Role::Other, {4}, program.share({4}), program.share({4}));
  program.matmul(-1, Role::Other, {2, 4}, {4, 4});
  std::string error = describe(suiteOf("aero")->charge(program.func));
  EXPECT_CONTAINS(error, "[3] 'aero' has no figures for mpc.silu (2, the first at loc(");
  EXPECT_CONTAINS(error, "), mpc.gelu quad (1, the first at loc(");
  EXPECT_CONTAINS(error, "), mpc.mul (1, the first at loc(");
  EXPECT_CONTAINS(error, "), mpc.matmul (1, the first at loc(");
  EXPECT_CONTAINS(error, " | replace these operations in the model, or use a protocol that "
                         "has formulas: crypten");
}

//===----------------------------------------------------------------------===//
// Programs that no suite charges
//===----------------------------------------------------------------------===//

// Only one iteration of a loop would be charged.
TEST(Suite, RefusesWhatMayRunAnyNumberOfTimes) {
  Program program(R"mlir(
    func.func @main(%x: !mpc.share<4, width = 64, fraction = 8>, %n: index) {
      scf.for %i = %n to %n step %n {
        %a = mpc.exp %x : !mpc.share<4, width = 64, fraction = 8>
      }
      return
    })mlir");
  std::string error = describe(suiteOf("crypten")->charge(program.func));
  EXPECT_CONTAINS(error, "[3] 'mpc.exp' at loc(");
  EXPECT_CONTAINS(error,
                  " is a call, or in a loop or branch; expected operations on shares "
                  "in the body of the function alone | inline calls");
  Program call(R"mlir(
    func.func private @callee(!mpc.share<4, width = 64, fraction = 8>)
    func.func @main(%x: !mpc.share<4, width = 64, fraction = 8>) {
      call @callee(%x) : (!mpc.share<4, width = 64, fraction = 8>) -> ()
      return
    })mlir");
  auto main = cast<func::FuncOp>(call.module->lookupSymbol("main"));
  EXPECT_CONTAINS(describe(suiteOf("aero")->charge(main)), "'func.call' at loc(");
}

TEST(Suite, RefusesAnotherRing) {
  Program program(R"mlir(
    func.func @main(%x: !mpc.share<4, width = 32, fraction = 8>) {
      %a = mpc.relu %x : !mpc.share<4, width = 32, fraction = 8>
      return
    })mlir");
  std::string error = describe(suiteOf("aero")->charge(program.func));
  EXPECT_CONTAINS(error,
                  "[2] the figures of 'aero' are for a ring of 64 bits; 'mpc.relu' at ");
  EXPECT_CONTAINS(error, " has 32 | use a width of 64");
}

TEST(Suite, IsFoundByName) {
  ASSERT_EQ(suites().size(), 3u);
  for (const SuitePtr &suite : suites()) {
    EXPECT_EQ(suiteOf(suite->info().name), suite);
    for (const std::string &text : {suite->info().title, suite->info().source,
                                    suite->info().threatModel, suite->info().measures})
      EXPECT_FALSE(text.empty());
  }
  EXPECT_EQ(describe(findSuite("hairo")), "[2] unknown protocol 'hairo'; expected tacit, "
                                          "crypten, aero or the path of a .json file "
                                          "| choose one of these");
}

//===----------------------------------------------------------------------===//
// Data files
//===----------------------------------------------------------------------===//

std::string fileWith(const std::string &rest) {
  return R"({"schema": 1, "name": "own", "title": "t", "source": "s", "threat_model": "m",
             "measures": "b", "ring_bits": 64, "fraction_bits": 18, )" +
         rest + "}";
}

TEST(DataFile, IsASuite) {
  TemporaryFolder folder;
  std::string path = folder.write("own.json", fileWith(R"(
      "functions": {"relu": {"bytes_per_element": 0.5, "hops": 11},
                    "rms_norm": {"bytes_per_element": 2}},
      "included": ["truncate"],
      "matmul": {"bytes_per_left_element": 1, "bytes_per_right_element": 10,
                 "bytes_per_result_element": 100.25, "hops": 2})"));
  SuitePtr suite = suiteOf(path);
  EXPECT_EQ(suite->info().name, "own");
  EXPECT_FALSE(suite->wantsExpanded());
  Charge relu = llvm::cantFail(suite->charge(workloadOf(WorkloadKind::Relu, 9)));
  EXPECT_EQ(relu.total, 5); // 4.5, rounded
  EXPECT_EQ(relu.hops, 11);
  EXPECT_EQ(relu.toServer, kUnknown);
  EXPECT_EQ(relu.offline, kUnknown);
  EXPECT_EQ(relu.basis, "published");
  Charge matmul = llvm::cantFail(suite->charge(matmulWorkload(2, 3, 4, 5)));
  EXPECT_EQ(matmul.total, 2 * (3 * 4 + 10 * 4 * 5) + 3008); // 30 x 100.25 = 3007.5
  EXPECT_EQ(matmul.hops, 2);
  EXPECT_EQ(llvm::cantFail(suite->charge(workloadOf(WorkloadKind::Truncate, 9))).total, 0);
  EXPECT_EQ(describe(suite->charge(workloadOf(WorkloadKind::Tanh, 9))),
            "[3] 'own' has no figure for a tanh on its own | replace these "
            "operations in the model, or use a protocol that has formulas: crypten");
}

TEST(DataFile, SaysWhatIsWrong) {
  auto error = [](const std::string &rest) {
    return describe(parsePublishedSuite(fileWith(rest), "f.json"));
  };
  const char *hint = " | docs/Costs.md shows an example";
  EXPECT_EQ(
      describe(findSuite("none.json")),
      std::string("[4] cannot read the protocol 'none.json': No such file or directory") +
          hint);
  EXPECT_CONTAINS(describe(parsePublishedSuite("{", "f.json")),
                  "[4] the protocol 'f.json' is not valid JSON: ");
  EXPECT_EQ(describe(parsePublishedSuite("[]", "f.json")),
            std::string("[4] the protocol 'f.json' is not a JSON object") + hint);
  EXPECT_CONTAINS(describe(parsePublishedSuite(std::string(1000000, '['), "f.json")),
                  "[4] the protocol 'f.json' has more than 64 levels of brackets | ");
  EXPECT_CONTAINS(error("\"functions\": \"" + std::string(100, '[') + "\\\"\""),
                  "found \"" + std::string(59, '[') + "... for 'functions'; expected");
  EXPECT_EQ(
      describe(parsePublishedSuite("{}", "f.json")),
      std::string("[4] 'f.json': found nothing for 'schema'; expected an integer from 1 "
                  "to 1") +
          hint);
  EXPECT_CONTAINS(error("\"block\": 3"),
                  "'f.json': found nothing for 'functions'; expected an object");
  EXPECT_CONTAINS(error(R"("functions": {}, "block": 3)"),
                  "'f.json': found 3 for 'block'; expected an object");
  EXPECT_CONTAINS(
      error(R"("functions": {"relu": {"bytes_per_element": -1}})"),
      "found -1 for 'functions.relu.bytes_per_element'; expected a number of bytes "
      "from 0 to 10^12");
  EXPECT_CONTAINS(error(R"("functions": {"relu": {"bytes_per_elemnt": 1}})"),
                  "found nothing for 'functions.relu.bytes_per_element'");
  EXPECT_CONTAINS(error(R"("functions": {"relu": {"bytes_per_element": 1, "kinds": []}})"),
                  "'f.json': unknown key 'functions.relu.kinds'; expected one of "
                  "bytes_per_element, hops");
  EXPECT_CONTAINS(
      error(R"("functions": {"gelu": {"bytes_per_element": 1, "kinds": ["x"]}})"),
      "found [\"x\"] for 'functions.gelu.kinds'; expected erf, tanh, puma");
  EXPECT_CONTAINS(error(R"("functions": {"matmul": {"bytes_per_element": 1}})"),
                  "for 'functions.matmul'; expected one of the keys share, one_hot");
  EXPECT_CONTAINS(
      error(R"("functions": {"relu": {"bytes_per_element": 1}},
                           "included": ["relu"])"),
      "found [\"relu\"] for 'included'; expected kinds without a figure of share");
  EXPECT_CONTAINS(error(R"("functions": {}, "included": [1])"),
                  "found [1] for 'included'; expected a list of strings");
  EXPECT_CONTAINS(error(R"("functions": {}, "included": "relu")"),
                  "found \"relu\" for 'included'; expected a list of strings");
  EXPECT_CONTAINS(
      error(
          R"("functions": {"layer_norm": {"bytes_per_element": 1, "includes_scale": 1}})"),
      "found 1 for 'functions.layer_norm.includes_scale'; expected true or false");
  EXPECT_CONTAINS(error(R"("functions": {}, "vocabulary": {"width": 0})"),
                  "found 0 for 'vocabulary.width'; expected an integer from 1 to ");
  EXPECT_CONTAINS(error(R"("functions": {}, "blocks": {})"),
                  "'f.json': unknown key 'blocks'; expected one of schema, name, ");
}

} // namespace
