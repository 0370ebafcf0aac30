// RUN: tacit-opt %s --pass-pipeline="builtin.module(func.func(cpu-expand-math), \
// RUN:   convert-vector-to-llvm, convert-scf-to-cf, convert-math-to-llvm, \
// RUN:   convert-arith-to-llvm, convert-func-to-llvm, convert-cf-to-llvm, \
// RUN:   convert-ub-to-llvm, reconcile-unrealized-casts)" -o %t
// RUN: mlir-runner %t -e exp -entry-point-result=i64 | FileCheck %s
// RUN: mlir-runner %t -e erf -entry-point-result=i64 | FileCheck %s
// RUN: mlir-runner %t -e tanh -entry-point-result=i64 | FileCheck %s

// Each function returns a mask of what is wrong, sixteen bits for each reason: a
// result more than one f32 away from the right one; a vector of rank 2 that differs
// from one of rank 1; a scalar that does. Arguments: infinities, NaN, zeros, the
// smallest and largest that matter, both sides of each seam.
// CHECK: {{^}}0{{$}}

func.func @mask(%wrong: vector<16xi1>, %shift: i64) -> i64 {
  %0 = vector.bitcast %wrong : vector<16xi1> to vector<1xi16>
  %1 = vector.extract %0[0] : i16 from vector<1xi16>
  %2 = arith.extui %1 : i16 to i64
  %3 = arith.shli %2, %shift : i64
  return %3 : i64
}
func.func @judge(%y: vector<16xf32>, %grid: vector<16xf32>, %scalar: vector<16xf32>,
                 %want: vector<16xi32>) -> i64 {
  %c0 = arith.constant 0 : i64
  %c16 = arith.constant 16 : i64
  %c32 = arith.constant 32 : i64
  %near = arith.constant dense<1> : vector<16xi32>
  %three = arith.constant dense<3> : vector<16xi32>
  %0 = arith.bitcast %y : vector<16xf32> to vector<16xi32>
  %1 = arith.bitcast %grid : vector<16xf32> to vector<16xi32>
  %2 = arith.bitcast %scalar : vector<16xf32> to vector<16xi32>
  // |distance| <= 1 as distance + 1 < 3 without a sign.
  %3 = arith.subi %0, %want : vector<16xi32>
  %4 = arith.addi %3, %near : vector<16xi32>
  %far = arith.cmpi uge, %4, %three : vector<16xi32>
  %grid_differs = arith.cmpi ne, %0, %1 : vector<16xi32>
  %scalar_differs = arith.cmpi ne, %0, %2 : vector<16xi32>
  %5 = call @mask(%far, %c0) : (vector<16xi1>, i64) -> i64
  %6 = call @mask(%grid_differs, %c16) : (vector<16xi1>, i64) -> i64
  %7 = call @mask(%scalar_differs, %c32) : (vector<16xi1>, i64) -> i64
  %8 = arith.ori %5, %6 : i64
  %9 = arith.ori %7, %8 : i64
  return %9 : i64
}

func.func @exp_arguments() -> vector<16xf32> {
  %0 = arith.constant dense<[0xFF800000, 0x7F800000, 0x7FC00000, 0x00000000, 0x80000000,
                             0x42B17217, 0x42B17218, 0xC2D00000, 0xC2CFF1B4, 0xC2AF0000,
                             0xC2C80000, 0x3F800000, 0xBF800000, 0x3F000000, 0x41A00000,
                             0xBEB17218]> : vector<16xi32>
  %1 = arith.bitcast %0 : vector<16xi32> to vector<16xf32>
  return %1 : vector<16xf32>
}
func.func @exp() -> i64 {
  %want = arith.constant dense<[0x00000000, 0x7F800000, 0x7FC00000, 0x3F800000, 0x3F800000,
                                0x7F7FFF84, 0x7F800000, 0x00000000, 0x00000001, 0x006CB2BC,
                                0x0000001B, 0x402DF854, 0x3EBC5AB2, 0x3FD3094C, 0x4DE75844,
                                0x3F3504F3]> : vector<16xi32>
  %x = call @exp_arguments() : () -> vector<16xf32>
  %vector = math.exp %x : vector<16xf32>
  %x2d = vector.shape_cast %x : vector<16xf32> to vector<2x8xf32>
  %y2d = math.exp %x2d : vector<2x8xf32>
  %grid = vector.shape_cast %y2d : vector<2x8xf32> to vector<16xf32>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %end = arith.constant 16 : index
  %scalar = scf.for %i = %zero to %end step %one iter_args(%v = %x) -> vector<16xf32> {
    %0 = vector.extract %x[%i] : f32 from vector<16xf32>
    %1 = math.exp %0 : f32
    %2 = vector.insert %1, %v[%i] : f32 into vector<16xf32>
    scf.yield %2 : vector<16xf32>
  }
  %bad = call @judge(%vector, %grid, %scalar, %want)
      : (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xi32>) -> i64
  return %bad : i64
}

func.func @erf_arguments() -> vector<16xf32> {
  %0 = arith.constant dense<[0xFF800000, 0x7F800000, 0x7FC00000, 0x00000000, 0x80000000,
                             0x000116C2, 0x3A83126F, 0x3F000000, 0x3F6C0000, 0xBF6C0001,
                             0xBF800000, 0x40000000, 0xC0400000, 0x4079999A, 0x40800000,
                             0xC2C80000]> : vector<16xi32>
  %1 = arith.bitcast %0 : vector<16xi32> to vector<16xf32>
  return %1 : vector<16xf32>
}
func.func @erf() -> i64 {
  %want = arith.constant dense<[0xBF800000, 0x3F800000, 0x7FC00000, 0x00000000, 0x80000000,
                                0x00013A8B, 0x3A93E61C, 0x3F053F7B, 0x3F4EC3B4, 0xBF4EC3B5,
                                0xBF57BB3D, 0x3F7ECD71, 0xBF7FFE8D, 0x3F7FFFFF, 0x3F800000,
                                0xBF800000]> : vector<16xi32>
  %x = call @erf_arguments() : () -> vector<16xf32>
  %vector = math.erf %x : vector<16xf32>
  %x2d = vector.shape_cast %x : vector<16xf32> to vector<2x8xf32>
  %y2d = math.erf %x2d : vector<2x8xf32>
  %grid = vector.shape_cast %y2d : vector<2x8xf32> to vector<16xf32>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %end = arith.constant 16 : index
  %scalar = scf.for %i = %zero to %end step %one iter_args(%v = %x) -> vector<16xf32> {
    %0 = vector.extract %x[%i] : f32 from vector<16xf32>
    %1 = math.erf %0 : f32
    %2 = vector.insert %1, %v[%i] : f32 into vector<16xf32>
    scf.yield %2 : vector<16xf32>
  }
  %bad = call @judge(%vector, %grid, %scalar, %want)
      : (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xi32>) -> i64
  return %bad : i64
}

func.func @tanh_arguments() -> vector<16xf32> {
  %0 = arith.constant dense<[0xFF800000, 0x7F800000, 0x7FC00000, 0x00000000, 0x80000000,
                             0x000116C2, 0x3A83126F, 0x3F000000, 0x3F3FFFFF, 0xBF400000,
                             0xBF800000, 0x40000000, 0xC0A00000, 0x41100000, 0x41180000,
                             0xC2C80000]> : vector<16xi32>
  %1 = arith.bitcast %0 : vector<16xi32> to vector<16xf32>
  return %1 : vector<16xf32>
}
func.func @tanh() -> i64 {
  %want = arith.constant dense<[0xBF800000, 0x3F800000, 0x7FC00000, 0x00000000, 0x80000000,
                                0x000116C2, 0x3A83126C, 0x3EEC9A9F, 0x3F22991F, 0xBF22991F,
                                0xBF42F7D6, 0x3F76CA83, 0xBF7FFA0D, 0x3F7FFFFF, 0x3F800000,
                                0xBF800000]> : vector<16xi32>
  %x = call @tanh_arguments() : () -> vector<16xf32>
  %vector = math.tanh %x : vector<16xf32>
  %x2d = vector.shape_cast %x : vector<16xf32> to vector<2x8xf32>
  %y2d = math.tanh %x2d : vector<2x8xf32>
  %grid = vector.shape_cast %y2d : vector<2x8xf32> to vector<16xf32>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %end = arith.constant 16 : index
  %scalar = scf.for %i = %zero to %end step %one iter_args(%v = %x) -> vector<16xf32> {
    %0 = vector.extract %x[%i] : f32 from vector<16xf32>
    %1 = math.tanh %0 : f32
    %2 = vector.insert %1, %v[%i] : f32 into vector<16xf32>
    scf.yield %2 : vector<16xf32>
  }
  %bad = call @judge(%vector, %grid, %scalar, %want)
      : (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xi32>) -> i64
  return %bad : i64
}
