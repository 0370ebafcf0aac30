//===- Passes.h - From linalg to machine code ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_PASSES_H
#define TACIT_CODEGEN_CPU_PASSES_H

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"
#include "tacit/Codegen/CPU/Kernels/Passes.h"
#include "tacit/Codegen/CPU/Memory/Passes.h"
#include "tacit/Codegen/CPU/Vectorize/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"

namespace tacit::cpu {

#define GEN_PASS_DECL
#include "tacit/Codegen/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tacit/Codegen/CPU/Passes.h.inc"

} // namespace tacit::cpu

#endif // TACIT_CODEGEN_CPU_PASSES_H
