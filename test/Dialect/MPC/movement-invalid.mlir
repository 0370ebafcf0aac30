// RUN: tacit-opt %s -split-input-file -verify-diagnostics

func.func @reshape(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.reshape' op turns '!mpc.share<4x2, width = 64, fraction = 18>' into '!mpc.share<9, width = 64, fraction = 18>'; expected the same number of elements}}
  %0 = mpc.reshape %x : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<9, width = 64, fraction = 18>
  return
}

// -----

// A movement is not a truncation.
func.func @reshape_fraction(%x: !mpc.share<4x2, width = 64, fraction = 36>) {
  // expected-error @below {{'mpc.reshape' op gives '!mpc.share<8, width = 64, fraction = 18>'; expected '!mpc.share<8, width = 64, fraction = 36>'}}
  %0 = mpc.reshape %x : !mpc.share<4x2, width = 64, fraction = 36> to !mpc.share<8, width = 64, fraction = 18>
  return
}

// -----

// The kept dimension was forgotten.
func.func @sum(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.sum' op inferred type(s) '!mpc.share<4x1, width = 64, fraction = 18>' are incompatible with return type(s) of operation '!mpc.share<4, width = 64, fraction = 18>'}}
  // expected-error @below {{'mpc.sum' op failed to infer returned types}}
  %0 = mpc.sum %x axes = [1] : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

func.func @transpose(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.transpose' op permutes '!mpc.share<4x2, width = 64, fraction = 18>' by [1, 1]; expected every dimension once}}
  // expected-error @below {{'mpc.transpose' op failed to infer returned types}}
  %0 = mpc.transpose %x [1, 1] : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<2x2, width = 64, fraction = 18>
  return
}

// -----

func.func @slice_rank(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.slice' op expected 2 starts, ends and steps, one per dimension}}
  // expected-error @below {{'mpc.slice' op failed to infer returned types}}
  %0 = mpc.slice %x [0] to [2] step [1] : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<2x2, width = 64, fraction = 18>
  return
}

// -----

// "To the end", which only nn has: there a dimension may be free.
func.func @slice_bounds(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.slice' op slice 0 to 9223372036854775807 step 1 does not lie in a dimension of 2}}
  // expected-error @below {{'mpc.slice' op failed to infer returned types}}
  %0 = mpc.slice %x [0, 0] to [2, 9223372036854775807] step [1, 1] : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<2x2, width = 64, fraction = 18>
  return
}

// -----

func.func @expand(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.expand' op cannot expand '!mpc.share<4x2, width = 64, fraction = 18>' to '!mpc.share<4x6, width = 64, fraction = 18>'; expected dimensions, aligned at the last, that are equal or 1}}
  %0 = mpc.expand %x : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<4x6, width = 64, fraction = 18>
  return
}

// -----

func.func @concat_nothing() {
  // expected-error @below {{'mpc.concat' op needs at least one input}}
  // expected-error @below {{'mpc.concat' op failed to infer returned types}}
  %0 = mpc.concat axis = 0 : () -> !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// Parts of two fractions.
func.func @concat_fractions(%x: !mpc.share<4, width = 64, fraction = 18>, %y: !mpc.share<4, width = 64, fraction = 36>) {
  // expected-error @below {{'mpc.concat' op cannot join '!mpc.share<4, width = 64, fraction = 18>' and '!mpc.share<4, width = 64, fraction = 36>'}}
  // expected-error @below {{'mpc.concat' op failed to infer returned types}}
  %0 = mpc.concat %x, %y axis = 0 : (!mpc.share<4, width = 64, fraction = 18>, !mpc.share<4, width = 64, fraction = 36>) -> !mpc.share<8, width = 64, fraction = 18>
  return
}

// -----

func.func @concat_shapes(%x: !mpc.share<4x2, width = 64, fraction = 18>, %y: !mpc.share<4x3, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.concat' op cannot join '!mpc.share<4x2, width = 64, fraction = 18>' and '!mpc.share<4x3, width = 64, fraction = 18>' along axis 0}}
  // expected-error @below {{'mpc.concat' op failed to infer returned types}}
  %0 = mpc.concat %x, %y axis = 0 : (!mpc.share<4x2, width = 64, fraction = 18>, !mpc.share<4x3, width = 64, fraction = 18>) -> !mpc.share<8x2, width = 64, fraction = 18>
  return
}

// -----

func.func @pack_rows(%x: !mpc.share<2x3, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.pack' op packs '!mpc.share<2x3, width = 64, fraction = 18>'; expected one range for each row, within it}}
  // expected-error @below {{'mpc.pack' op failed to infer returned types}}
  %0 = mpc.pack %x [0] to [3] : !mpc.share<2x3, width = 64, fraction = 18> to !mpc.share<3, width = 64, fraction = 18>
  return
}

// -----

func.func @pack_range(%x: !mpc.share<2x3, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.pack' op packs '!mpc.share<2x3, width = 64, fraction = 18>'; expected one range for each row, within it}}
  // expected-error @below {{'mpc.pack' op failed to infer returned types}}
  %0 = mpc.pack %x [0, 2] to [4, 3] : !mpc.share<2x3, width = 64, fraction = 18> to !mpc.share<5, width = 64, fraction = 18>
  return
}

// -----

func.func @unpack_count(%x: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.unpack' op unpacks '!mpc.share<4, width = 64, fraction = 18>' to rows of 2; expected ranges within them, of as many elements together}}
  // expected-error @below {{'mpc.unpack' op failed to infer returned types}}
  %0 = mpc.unpack %x [0, 0] to [1, 2] of 2 : !mpc.share<4, width = 64, fraction = 18> to !mpc.share<2x2, width = 64, fraction = 18>
  return
}
