// A proof changes nothing, so the next one need not ask again who knows what.
//
// RUN: tacit-opt %s -o /dev/null --mlir-timing --mlir-timing-display=tree \
// RUN:   --pass-pipeline='builtin.module(mpc-verify-secrecy,mpc-verify-secrecy)' 2>&1 \
// RUN:   | FileCheck %s
// RUN: tacit-opt %s -o /dev/null --mlir-timing --mlir-timing-display=tree \
// RUN:   --pass-pipeline='builtin.module(mpc-verify-secrecy,func.func(mpc-expand),mpc-verify-secrecy)' \
// RUN:   2>&1 | FileCheck %s --check-prefix=CHANGED

// CHECK:         {{ VerifySecrecy$}}
// CHECK-COUNT-2: (A) tacit::mpc::{{KnowledgeInfo|UsesInfo}}
// CHECK:         {{ VerifySecrecy$}}
// CHECK-NOT:     (A)
// CHECK:         {{ Output$}}

// CHANGED:         {{ Expand$}}
// CHANGED:         {{ VerifySecrecy$}}
// CHANGED-COUNT-2: (A) tacit::mpc::{{KnowledgeInfo|UsesInfo}}

func.func @main(%x: tensor<4xf32> {nn.name = "x"}) -> (tensor<4xf32> {nn.name = "y"}) {
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 16>
  %1 = mpc.relu %0 : !mpc.share<4, width = 64, fraction = 16>
  %2 = mpc.reveal %1 to client : !mpc.share<4, width = 64, fraction = 16> -> tensor<4xf32>
  return %2 : tensor<4xf32>
}
