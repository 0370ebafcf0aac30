// RUN: tacit-opt %s --pass-pipeline="builtin.module(func.func(cpu-expand-half-casts), \
// RUN:   convert-vector-to-llvm, convert-arith-to-llvm, convert-func-to-llvm, \
// RUN:   reconcile-unrealized-casts)" -o %t
// RUN: mlir-runner %t -e f16 -entry-point-result=i64 | FileCheck %s
// RUN: mlir-runner %t -e bf16 -entry-point-result=i64 | FileCheck %s
// RUN: mlir-runner %t -e f64 -entry-point-result=i64 | FileCheck %s

// Each function returns a mask of what is wrong: the lowest sixteen bits on the way
// there, the next on the way back. Arguments: zeros, infinities, NaN, ties to even
// (down and up), both sides of overflow, the least normal number and half of the least
// number at all.
// CHECK: {{^}}0{{$}}

func.func @numbers() -> vector<16xi32> {
  %0 = arith.constant dense<[0x00000000, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x3F800000, 0x3F801000, 0x3F803000,
                             0x477FEFFF, 0x477FF000, 0x38800000, 0x387FFFFF, 0x33000000, 0xB3000001, 0x33C00000, 0x3F808000]> : vector<16xi32>
  return %0 : vector<16xi32>
}
func.func @mask(%short: vector<16xi16>, %short_want: vector<16xi16>, %long: vector<16xi32>,
                %long_want: vector<16xi32>) -> i64 {
  %c16 = arith.constant 16 : i64
  %0 = arith.cmpi ne, %short, %short_want : vector<16xi16>
  %1 = arith.cmpi ne, %long, %long_want : vector<16xi32>
  %2 = vector.bitcast %0 : vector<16xi1> to vector<1xi16>
  %3 = vector.bitcast %1 : vector<16xi1> to vector<1xi16>
  %4 = vector.extract %2[0] : i16 from vector<1xi16>
  %5 = vector.extract %3[0] : i16 from vector<1xi16>
  %6 = arith.extui %4 : i16 to i64
  %7 = arith.extui %5 : i16 to i64
  %8 = arith.shli %7, %c16 : i64
  %9 = arith.ori %6, %8 : i64
  return %9 : i64
}

func.func @f16() -> i64 {
  %want = arith.constant dense<[0x0000, 0x8000, 0x7C00, 0xFC00, 0x7E00, 0x3C00, 0x3C00, 0x3C02,
                                0x7BFF, 0x7C00, 0x0400, 0x0400, 0x0000, 0x8001, 0x0002, 0x3C04]> : vector<16xi16>
  %back_want = arith.constant dense<[0x00000000, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x3F800000, 0x3F800000, 0x3F804000,
                                     0x477FE000, 0x7F800000, 0x38800000, 0x38800000, 0x00000000, 0xB3800000, 0x34000000, 0x3F808000]> : vector<16xi32>
  %bits = call @numbers() : () -> vector<16xi32>
  %x = arith.bitcast %bits : vector<16xi32> to vector<16xf32>
  %y = arith.truncf %x : vector<16xf32> to vector<16xf16>
  %z = arith.extf %y : vector<16xf16> to vector<16xf32>
  %got = arith.bitcast %y : vector<16xf16> to vector<16xi16>
  %back = arith.bitcast %z : vector<16xf32> to vector<16xi32>
  %bad = call @mask(%got, %want, %back, %back_want)
      : (vector<16xi16>, vector<16xi16>, vector<16xi32>, vector<16xi32>) -> i64
  return %bad : i64
}

func.func @bf16() -> i64 {
  %want = arith.constant dense<[0x0000, 0x8000, 0x7F80, 0xFF80, 0x7FC0, 0x3F80, 0x3F80, 0x3F80,
                                0x4780, 0x4780, 0x3880, 0x3880, 0x3300, 0xB300, 0x33C0, 0x3F80]> : vector<16xi16>
  %back_want = arith.constant dense<[0x00000000, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x3F800000, 0x3F800000, 0x3F800000,
                                     0x47800000, 0x47800000, 0x38800000, 0x38800000, 0x33000000, 0xB3000000, 0x33C00000, 0x3F800000]> : vector<16xi32>
  %bits = call @numbers() : () -> vector<16xi32>
  %x = arith.bitcast %bits : vector<16xi32> to vector<16xf32>
  %y = arith.truncf %x : vector<16xf32> to vector<16xbf16>
  %z = arith.extf %y : vector<16xbf16> to vector<16xf32>
  %got = arith.bitcast %y : vector<16xbf16> to vector<16xi16>
  %back = arith.bitcast %z : vector<16xf32> to vector<16xi32>
  %bad = call @mask(%got, %want, %back, %back_want)
      : (vector<16xi16>, vector<16xi16>, vector<16xi32>, vector<16xi32>) -> i64
  return %bad : i64
}

// 1 + 2^-11 + 2^-40 is above the tie, where f32 cannot tell the difference; 65520 - 2^-30
// below it.
func.func @f64() -> i64 {
  %x = arith.constant 0x3FF0020000001000 : f64
  %y = arith.constant 0xC0EFFDFFFFFFFFFF : f64
  %0 = arith.truncf %x : f64 to f16
  %1 = arith.truncf %y : f64 to f16
  %2 = arith.bitcast %0 : f16 to i16
  %3 = arith.bitcast %1 : f16 to i16
  %4 = arith.extui %2 : i16 to i64
  %5 = arith.extui %3 : i16 to i64
  %c = arith.constant 65536 : i64
  %6 = arith.muli %5, %c : i64
  %7 = arith.ori %4, %6 : i64
  %good = arith.constant 0xFBFF3C01 : i64
  %8 = arith.xori %7, %good : i64
  return %8 : i64
}
