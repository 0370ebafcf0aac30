// RUN: tacit-opt %s -cpu-parallelize -verify-diagnostics

// --from=schedule on a program that skipped bufferization.
func.func @main(%x: tensor<8xf32>, %one: tensor<1xf32>) -> tensor<8xf32> {
  // expected-error @below {{still carries tensors; expected bufferized code}}
  %0 = scf.forall (%i) in (8) shared_outs(%o = %x) -> (tensor<8xf32>) {
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %one into %o[%i] [1] [1] : tensor<1xf32> into tensor<8xf32>
    }
  }
  return %0 : tensor<8xf32>
}
