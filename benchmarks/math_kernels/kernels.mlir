// The loops that math_kernels.cpp measures: each math operation on an array, with
// one number a step and with sixteen. Their results must agree
// bit for bit.

func.func @exp_scalar(%in: memref<4096xf32>, %out: memref<4096xf32>) {
  %first = arith.constant 0 : index
  %end = arith.constant 4096 : index
  %step = arith.constant 1 : index
  scf.for %i = %first to %end step %step {
    %x = memref.load %in[%i] : memref<4096xf32>
    %y = math.exp %x : f32
    memref.store %y, %out[%i] : memref<4096xf32>
  }
  return
}

func.func @exp_vector(%in: memref<4096xf32>, %out: memref<4096xf32>) {
  %first = arith.constant 0 : index
  %end = arith.constant 4096 : index
  %step = arith.constant 16 : index
  scf.for %i = %first to %end step %step {
    %x = vector.load %in[%i] : memref<4096xf32>, vector<16xf32>
    %y = math.exp %x : vector<16xf32>
    vector.store %y, %out[%i] : memref<4096xf32>, vector<16xf32>
  }
  return
}

func.func @erf_scalar(%in: memref<4096xf32>, %out: memref<4096xf32>) {
  %first = arith.constant 0 : index
  %end = arith.constant 4096 : index
  %step = arith.constant 1 : index
  scf.for %i = %first to %end step %step {
    %x = memref.load %in[%i] : memref<4096xf32>
    %y = math.erf %x : f32
    memref.store %y, %out[%i] : memref<4096xf32>
  }
  return
}

func.func @erf_vector(%in: memref<4096xf32>, %out: memref<4096xf32>) {
  %first = arith.constant 0 : index
  %end = arith.constant 4096 : index
  %step = arith.constant 16 : index
  scf.for %i = %first to %end step %step {
    %x = vector.load %in[%i] : memref<4096xf32>, vector<16xf32>
    %y = math.erf %x : vector<16xf32>
    vector.store %y, %out[%i] : memref<4096xf32>, vector<16xf32>
  }
  return
}

func.func @tanh_scalar(%in: memref<4096xf32>, %out: memref<4096xf32>) {
  %first = arith.constant 0 : index
  %end = arith.constant 4096 : index
  %step = arith.constant 1 : index
  scf.for %i = %first to %end step %step {
    %x = memref.load %in[%i] : memref<4096xf32>
    %y = math.tanh %x : f32
    memref.store %y, %out[%i] : memref<4096xf32>
  }
  return
}

func.func @tanh_vector(%in: memref<4096xf32>, %out: memref<4096xf32>) {
  %first = arith.constant 0 : index
  %end = arith.constant 4096 : index
  %step = arith.constant 16 : index
  scf.for %i = %first to %end step %step {
    %x = vector.load %in[%i] : memref<4096xf32>, vector<16xf32>
    %y = math.tanh %x : vector<16xf32>
    vector.store %y, %out[%i] : memref<4096xf32>, vector<16xf32>
  }
  return
}
