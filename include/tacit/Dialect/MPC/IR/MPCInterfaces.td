//===- MPCInterfaces.td - The interface for workloads ------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_IR_MPCINTERFACES_TD
#define TACIT_DIALECT_MPC_IR_MPCINTERFACES_TD

include "mlir/IR/OpBase.td"

def MPC_WorkloadOpInterface : OpInterface<"WorkloadOpInterface"> {
  let cppNamespace = "::tacit::mpc";
  let description = [{
    The work of an operation, in the terms in which protocols state their costs. An
    operation that both parties execute on their own shares is a `Local` workload.
  }];
  let methods = [
    InterfaceMethod<"Returns the workload.", "::tacit::mpc::Workload", "getWorkload">
  ];
}

#endif // TACIT_DIALECT_MPC_IR_MPCINTERFACES_TD
