//===- CrypTenTest.cpp - Formulas of Beaver triples -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CostTestSupport.h"

using namespace tacit;
using namespace tacit::cost;
using namespace tacit::mpc;
using namespace tacit::test;

namespace {

Charge price(const Workload &workload) {
  auto charge = suiteOf("crypten")->charge(workload);
  if (charge)
    return *charge;
  ADD_FAILURE() << describe(charge.takeError());
  return {};
}

/// total, to the server, to the client, offline, hops, basis
std::string figures(const Workload &workload) {
  Charge charge = price(workload);
  return fmt::format("{} {} {} {} {} {}", charge.total, charge.toServer, charge.toClient,
                     charge.offline, charge.hops, charge.basis);
}

TEST(CrypTen, ChargesForEachElement) {
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Share, 10)), "0 0 0 0 0 formula K1");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Truncate, 10)), "0 0 0 0 0 formula K2");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Multiply, 10)), "320 160 160 80 1 formula K3");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Square, 10)), "160 80 80 80 1 formula K4");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::IsNegative, 10)),
            "4320 2160 2160 1120 8 formula K6");
  // Together the two are a comparison.
  EXPECT_EQ(figures(workloadOf(WorkloadKind::MostSignificantBit, 10)),
            "4160 2080 2080 1040 7 formula K6");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::BitToArithmetic, 10)),
            "160 80 80 80 1 formula K6");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Exp, 10)), "1280 640 640 640 8 formula K7");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Reciprocal, 10)),
            "6080 3040 3040 2240 28 formula K8");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Rsqrt, 10)),
            "3680 1840 1840 1360 17 formula K9");
  Workload sixSteps = workloadOf(WorkloadKind::Rsqrt, 10);
  sixSteps.steps = 6;
  EXPECT_EQ(figures(sixSteps), "6080 3040 3040 2080 26 formula K9");
  // The server sends and the client learns.
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Reveal, 10)), "80 0 80 0 1 formula K11");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::OneHot, 10)), "0 0 0 0 0 formula K12");
  EXPECT_EQ(figures(workloadOf(WorkloadKind::Local, 10)), "0 0 0 0 0 local");
}

TEST(CrypTen, ChargesMatrixProductsForTheirOperands) {
  // There are 16 (m k + k n) bytes online; the dealer sends a word of each product.
  EXPECT_EQ(figures(matmulWorkload(1, 2, 3, 5)), "336 168 168 80 1 formula K5");
  EXPECT_EQ(figures(matmulWorkload(4, 2, 3, 5)), "1344 672 672 320 1 formula K5");
  // A factor that is broadcast is opened once.
  Workload shared = matmulWorkload(4, 2, 3, 5);
  shared.rightBatch = 2;
  EXPECT_EQ(price(shared).total, 16 * (4 * 2 * 3 + 2 * 3 * 5));
  shared.leftElements = 2 * 3;
  EXPECT_EQ(price(shared).total, 16 * (2 * 3 + 2 * 3 * 5));
}

TEST(CrypTen, ComparesRowsToTheirMaximum) {
  auto max = [](int64_t rows, int64_t row, int64_t fraction = 16) {
    Workload workload = rowWorkload(WorkloadKind::Max, rows, row);
    workload.fraction = fraction;
    return price(workload);
  };
  // One of the marked elements is chosen by a number of `fraction` random bits.
  auto choice = [](int64_t row, int64_t fraction = 16) {
    return 16 * fraction + 32 + 432 * row;
  };
  // int(ln 128) = 4 halvings with 64 + 32 + 16 + 8 = 120 pairs leave 8 values, which take
  // 56 comparisons, and 6 products each; measured with two processes.
  EXPECT_EQ(max(128, 128).total, 21'946'368);
  EXPECT_EQ(max(3, 128).total, 3 * (496 * 120 + 432 * 56 + 32 * 48 + choice(8) + 32 * 8 +
                                    208 * 128 + choice(128)));
  EXPECT_EQ(max(1, 128, 20).total - max(1, 128).total, 2 * 16 * 4);
  // 4 halvings, a comparison, a product of 7 bits, the choice, and the selection; what
  // follows marks the maximum in the whole row.
  EXPECT_EQ(max(3, 128).hops, 4 * 9 + 8 + 3 + 9 + 1);
  EXPECT_EQ(max(3, 128).rounds, 4 * 10 + 8 + 3 + 10 + 1 + 7 + 10);
  // An odd one waits for the next halving: 5 -> 3.
  EXPECT_EQ(max(1, 5).total,
            496 * 2 + 432 * 6 + 32 * 3 + choice(3) + 32 * 3 + 208 * 5 + choice(5));
  EXPECT_EQ(max(1, 2).hops, 8 + 0 + 9 + 1);
  EXPECT_EQ(max(7, 1).total, 7 * (432 + choice(1) + 32 + 208 + choice(1)));
  EXPECT_EQ(max(0, 0).total, 0);
  EXPECT_EQ(max(0, 0).rounds, 0);
}

// GPT-2 with 124 million parameters on 128 tokens.
TEST(CrypTen, MeetsTheFiguresOfGpt2) {
  auto total = [](const Workload &workload) { return price(workload).total; };
  int64_t block =
      total(matmulWorkload(1, 128, 768, 2304)) + total(matmulWorkload(12, 128, 64, 128)) +
      total(matmulWorkload(12, 128, 128, 64)) + total(matmulWorkload(1, 128, 768, 768)) +
      total(matmulWorkload(1, 128, 768, 3072)) + total(matmulWorkload(1, 128, 3072, 768));
  EXPECT_EQ(12 * block, 1'585'446'912);
  // SIGMA measured 1.51 GiB with separate query, key and value: this takes two more
  // openings of the input of each block.
  double unfused = 12.0 * static_cast<double>(block + 2 * 16 * 128 * 768);
  EXPECT_NEAR(unfused / (1 << 30), 1.51, 0.005);
  EXPECT_EQ(total(matmulWorkload(1, 128, 768, 50257)), 619'130'880);
  // A layer norm is a square, an rsqrt per row, and a product with that; its scale is
  // another product.
  auto product = [&](int64_t elements, int64_t others) {
    Workload workload = workloadOf(WorkloadKind::Multiply, elements);
    workload.rightElements = others;
    return total(workload);
  };
  int64_t norm = total(workloadOf(WorkloadKind::Square, 128 * 768)) +
                 total(workloadOf(WorkloadKind::Rsqrt, 128)) + product(128 * 768, 128) +
                 product(128 * 768, 768);
  EXPECT_NEAR(static_cast<double>(25 * norm) / (1 << 30), 0.11, 0.005);
}

TEST(CrypTen, LeavesNoSizeUncounted) {
  EXPECT_EQ(price(workloadOf(WorkloadKind::IsNegative, int64_t(1) << 40)).total,
            432 * (int64_t(1) << 40));
  std::string tooLarge =
      "the program is too large for its bytes to be counted: more than 2^63";
  tooLarge = "[3] " + tooLarge + " | pin smaller dimensions";
  auto crypten = suiteOf("crypten");
  EXPECT_EQ(describe(crypten->charge(workloadOf(WorkloadKind::Exp, int64_t(1) << 57))),
            tooLarge);
  Workload workload = matmulWorkload(1, int64_t(1) << 30, int64_t(1) << 30, 1);
  EXPECT_EQ(describe(crypten->charge(workload)), tooLarge);
  // The second operand is not a matrix, of whatever size.
  workload = matmulWorkload(0, 1, 1, 1);
  workload.m = workload.k = workload.n = int64_t(1) << 62;
  EXPECT_EQ(price(workload).total, 0);
  workload = rowWorkload(WorkloadKind::Max, 1, int64_t(1) << 40);
  EXPECT_GT(price(workload).total, int64_t(1) << 49);
  EXPECT_EQ(describe(crypten->charge(rowWorkload(WorkloadKind::Max, 1, int64_t(1) << 62))),
            tooLarge);
}

TEST(CrypTen, ChargesNothingForNoMatrix) {
  Program program(R"mlir(
    !x = !mpc.share<0x1099511627776x2, width = 64, fraction = 0>
    !y = !mpc.share<0x2x1099511627776, width = 64, fraction = 0>
    !z = !mpc.share<0x1099511627776x1099511627776, width = 64, fraction = 0>
    func.func @main(%x: !x, %y: !y) {
      %z = mpc.matmul %x, %y : (!x, !y) -> !z
      return
    })mlir");
  Bill bill = llvm::cantFail(suiteOf("crypten")->charge(program.func));
  ASSERT_EQ(bill.charges.size(), 1u);
  EXPECT_EQ(bill.charges.front().second.total, 0);
  EXPECT_EQ(bill.charges.front().second.offline, 0);
}

TEST(CrypTen, HasOneRing) {
  Workload workload = workloadOf(WorkloadKind::Multiply, 1);
  workload.width = 32;
  EXPECT_EQ(
      describe(suiteOf("crypten")->charge(workload)),
      "[2] the figures of 'crypten' are for a ring of 64 bits, not 32 | use a width of "
      "64");
}

TEST(CrypTen, WantsPrimitives) {
  EXPECT_TRUE(suiteOf("crypten")->wantsExpanded());
  EXPECT_EQ(describe(suiteOf("crypten")->charge(workloadOf(WorkloadKind::Gelu, 1))),
            "[3] 'crypten' has no figure for a gelu on its own | expand whole "
            "functions first, with mpc-expand");
}

} // namespace
