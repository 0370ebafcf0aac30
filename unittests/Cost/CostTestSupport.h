//===- CostTestSupport.h - Programs to charge -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_UNITTESTS_COST_COSTTESTSUPPORT_H
#define TACIT_UNITTESTS_COST_COSTTESTSUPPORT_H

#include "TestSupport.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"
#include "tacit/Cost/Network.h"
#include "tacit/Cost/Suite.h"

namespace tacit::test {

/// A function that is parsed from text or built operation by operation.
class Program {
public:
  explicit Program(const std::string &text = "func.func @main() { return }") {
    context.loadDialect<mpc::MPCDialect, mlir::func::FuncDialect, mlir::scf::SCFDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (module)
      func = *module->getOps<mlir::func::FuncOp>().begin();
    EXPECT_TRUE(func);
  }

  mlir::Value share(llvm::ArrayRef<int64_t> shape) {
    auto type = mpc::ShareType::get(&context, shape, /*width=*/64, /*fraction=*/0);
    return func.front().addArgument(type, func.getLoc());
  }

  /// Adds an operation on shares of fraction 0 before the end of the function.
  template <typename OpT, typename... Args>
  OpT add(int64_t block, mpc::Role role, llvm::ArrayRef<int64_t> shape, Args... args) {
    mlir::OpBuilder builder(func.front().getTerminator());
    auto type = mpc::ShareType::get(&context, shape, /*width=*/64, /*fraction=*/0);
    auto op = OpT::create(builder, func.getLoc(), type, args...);
    op->setAttr(mpc::kSiteAttr, mpc::SiteAttr::get(&context, block, role));
    return op;
  }

  void matmul(int64_t block, mpc::Role role, llvm::ArrayRef<int64_t> lhs,
              llvm::ArrayRef<int64_t> rhs) {
    llvm::SmallVector<int64_t> result(lhs);
    result.back() = rhs.back();
    add<mpc::MatmulOp>(block, role, result, share(lhs), share(rhs));
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp func;
};

inline mpc::Workload workloadOf(mpc::WorkloadKind kind, int64_t elements) {
  mpc::Workload workload;
  workload.kind = kind;
  workload.elements = elements;
  return workload;
}

inline mpc::Workload matmulWorkload(int64_t batch, int64_t m, int64_t k, int64_t n) {
  mpc::Workload workload = workloadOf(mpc::WorkloadKind::Matmul, batch * m * n);
  workload.batch = workload.rightBatch = batch;
  workload.m = m;
  workload.k = k;
  workload.n = n;
  return workload;
}

inline mpc::Workload rowWorkload(mpc::WorkloadKind kind, int64_t rows, int64_t row) {
  mpc::Workload workload = workloadOf(kind, rows * row);
  workload.rows = rows;
  workload.row = row;
  return workload;
}

/// Returns the suite of that name, which must exist.
inline cost::SuitePtr suiteOf(llvm::StringRef name) {
  return llvm::cantFail(cost::findSuite(name));
}

} // namespace tacit::test

#endif // TACIT_UNITTESTS_COST_COSTTESTSUPPORT_H
