//===- tacit-opt.cpp - Runs passes on text --------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "tacit/InitAll/InitAll.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  tacit::registerAllDialects(registry);
  tacit::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tacit pass driver\n", registry));
}
