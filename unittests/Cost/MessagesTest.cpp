//===- MessagesTest.cpp - What a program of messages sends ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Messages.h"
#include "CostTestSupport.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::cost;
using namespace tacit::test;

namespace {
class Messages : public testing::Test {
protected:
  Messages() {
    context.loadDialect<func::FuncDialect, tensor::TensorDialect, mpc::MPCDialect>();
  }

  llvm::Expected<MessageCosts> read(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    return MessageCosts::of(*module);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

/// A program of both parties, with `%x` and `%y` of 4 words, a weight of 6, and `body`.
std::string partyOf(const std::string &body) {
  return "func.func @party(%s: tensor<i64>, %x: tensor<4xi64>, "
         "%w: tensor<2x3xi64> {mpc.mask = 3 : i64}) {\n"
         "  %e = tensor.empty() : tensor<4xi64>\n" +
         body + "  return\n}\n";
}

/// The attribute of a message or a material that is for operation `number`.
std::string placeOf(int64_t number) {
  return "#mpc.place<number = " + std::to_string(number) +
         ", kind = \"mul\", op = \"mpc.mul\">";
}
} // namespace

TEST_F(Messages, AddUpForEachOperation) {
  std::string message =
      "  %a:2 = mpc.exchange ins(%x, %x : tensor<4xi64>, tensor<4xi64>) outs(%e, %e : "
      "tensor<4xi64>, tensor<4xi64>) [both, to_client] {sites = [" +
      placeOf(5) + ", " + placeOf(8) + "]} -> tensor<4xi64>, tensor<4xi64>\n";
  std::string last = "  %b = mpc.exchange ins(%a#0 : tensor<4xi64>) outs(%e : "
                     "tensor<4xi64>) [to_server] {sites = [" +
                     placeOf(5) + "]} -> tensor<4xi64>\n";
  std::string dealer =
      "func.func @dealer() {\n"
      "  %e = tensor.empty() : tensor<2x3xi64>\n"
      "  %r = mpc.draw <id = 3, origin = server, session = true> into %e {site = " +
      placeOf(2) +
      "} : tensor<2x3xi64> -> tensor<2x3xi64>\n"
      "  mpc.deal %r as <id = 4, origin = dealt, bits = 15> {site = " +
      placeOf(8) + "} : tensor<2x3xi64>\n  return\n}\n";
  MessageCosts costs = llvm::cantFail(read(partyOf(message + last) + dealer));
  EXPECT_EQ(costs.total.hops, 2);
  EXPECT_EQ(costs.total.toServer, 32 + 32);
  EXPECT_EQ(costs.total.toClient, 32 + 32);
  EXPECT_EQ(costs.total.total, 128);
  EXPECT_EQ(costs.total.offline, 12); // 6 words of 15 bits are 90 bits
  EXPECT_EQ(costs.total.setup, 48);
  ASSERT_EQ(costs.sites.size(), 3u);
  const SiteCosts &five = costs.sites.at(5), &eight = costs.sites.at(8);
  EXPECT_EQ(five.charge.total, 96);
  EXPECT_EQ(five.start, 0);
  EXPECT_EQ(five.charge.hops, 2);
  EXPECT_EQ(eight.charge.total, 32);
  EXPECT_EQ(eight.charge.toServer, 0);
  EXPECT_EQ(eight.charge.offline, 12);
  EXPECT_EQ(eight.charge.hops, 1);
  EXPECT_EQ(costs.sites.at(2).charge.setup, 48);
  EXPECT_EQ(costs.sites.at(2).charge.hops, 0);
}

TEST_F(Messages, MustStateTheirOperations) {
  std::string dealer = "func.func @dealer() {\n  return\n}\n";
  // The weight has no mask that was drawn.
  EXPECT_EQ(describe(read(partyOf("") + dealer)),
            "[4] a message, or what is dealt, does not state the operation it is for | use "
            "the programs that convert-mpc-to-parties has written");
  EXPECT_EQ(describe(read(dealer)), "[4] expected the programs @party and @dealer | run "
                                    "convert-mpc-to-parties first");
}
