//===- user.cpp - A program that uses Tacit's libraries -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Pipelines/Pipelines.h"

int main() {
  llvm::outs() << tacit::phaseNames() << '\n';
  mlir::DialectRegistry registry;
  tacit::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %y = nn.relu %x : tensor<4xf32>\n"
      "  return %y : tensor<4xf32>\n"
      "}\n",
      &context);
  if (!module)
    return 1;
  mlir::PassManager manager(&context);
  tacit::buildRaisePipeline(manager);
  if (mlir::failed(manager.run(*module)))
    return 1;
  module->print(llvm::outs());
  return 0;
}
