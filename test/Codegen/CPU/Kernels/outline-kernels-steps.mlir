// RUN: tacit-opt %s -split-input-file -pass-pipeline='builtin.module(cpu-outline-kernels{steps})' | FileCheck %s
// RUN: tacit-opt %s -split-input-file -pass-pipeline='builtin.module(cpu-outline-kernels{steps},inline)' | FileCheck %s --check-prefix=INLINE

// The loop of the step becomes a kernel, and that of @main does not yet. Inlining brings back
// the calls of the kernel, and not its loop. A loop that allocates stays in the step: its
// memory is planned with that of the model.

// CHECK-LABEL: func.func @main(
// CHECK: call @step(
// CHECK: call @step(
// CHECK: scf.forall
// CHECK: func.func private @step(
// CHECK-NEXT: call @[[KERNEL:[a-z0-9_]+]](%{{.+}}, %{{.+}})
// CHECK-NEXT: scf.forall
// CHECK-NEXT: memref.alloc()
// CHECK: func.func private @[[KERNEL]]({{.*}} attributes {no_inline}
// CHECK-NEXT: scf.forall
// CHECK-NOT: func.func

// INLINE-LABEL: func.func @main(
// INLINE: call @[[KERNEL:[a-z0-9_]+]](
// INLINE: scf.forall
// INLINE: memref.alloc()
// INLINE: call @[[KERNEL]](
// INLINE: scf.forall
// INLINE: memref.alloc()
// INLINE: scf.forall
// INLINE-NOT: call
// INLINE: func.func private @[[KERNEL]](
// INLINE-NOT: func.func
func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %z: memref<4xf32>) {
  call @step(%x, %y) : (memref<4xf32>, memref<4xf32>) -> ()
  call @step(%y, %z) : (memref<4xf32>, memref<4xf32>) -> ()
  scf.forall (%i) in (4) {
    %0 = memref.load %x[%i] : memref<4xf32>
    memref.store %0, %y[%i] : memref<4xf32>
  }
  return
}
func.func private @step(%x: memref<4xf32>, %y: memref<4xf32>) {
  scf.forall (%i) in (4) {
    %0 = memref.load %x[%i] : memref<4xf32>
    %1 = arith.addf %0, %0 : f32
    memref.store %1, %y[%i] : memref<4xf32>
  }
  scf.forall (%i) in (4) {
    %a = memref.alloc() : memref<4xf32>
    %0 = memref.load %y[%i] : memref<4xf32>
    memref.store %0, %a[%i] : memref<4xf32>
    %1 = memref.load %a[%i] : memref<4xf32>
    memref.store %1, %x[%i] : memref<4xf32>
  }
  return
}
