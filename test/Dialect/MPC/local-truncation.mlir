// RUN: tacit-opt %s -mpc-expand="local-truncation" -split-input-file -verify-diagnostics | FileCheck %s

// The function states how its protocol truncates, whatever is expanded in it.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: attributes {mpc.local_truncation} {
func.func @main(%x: !mpc.share<4, width = 64, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 18> {
  %0 = mpc.square %x : !mpc.share<4, width = 64, fraction = 18> to !mpc.share<4, width = 64, fraction = 36>
  %1 = mpc.truncate %0 : !mpc.share<4, width = 64, fraction = 36> to !mpc.share<4, width = 64, fraction = 18>
  return %1 : !mpc.share<4, width = 64, fraction = 18>
}

// -----

// A single truncation does not have a law of its own.
func.func @main(%x: !mpc.share<4, width = 64, fraction = 36>) -> !mpc.share<4, width = 64, fraction = 18> {
  // expected-error @below {{'mpc.truncate' op has attribute 'mpc.local_truncation' = unit, which the mpc dialect does not define there}}
  %0 = mpc.truncate %x {mpc.local_truncation} : !mpc.share<4, width = 64, fraction = 36> to !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}
