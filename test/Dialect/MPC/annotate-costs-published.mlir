// RUN: split-file %s %t
// RUN: tacit-opt %t/program.mlir -pass-pipeline='builtin.module(func.func(mpc-annotate-costs{protocol=aero}))' | FileCheck %s --check-prefix=AERO
// RUN: tacit-opt %t/program.mlir -pass-pipeline='builtin.module(func.func(mpc-annotate-costs{protocol=aero},mpc-annotate-costs{protocol=%t/own.json}))' | FileCheck %s --check-prefix=OWN
// RUN: sed -n '/^```json/,/^```/p' %S/../../../docs/Costs.md | grep -v '```' > %t/documented.json
// RUN: tacit-opt %t/documented.mlir -pass-pipeline='builtin.module(func.func(mpc-annotate-costs{protocol=%t/documented.json}))' | FileCheck %s --check-prefix=DOC

// A published suite, first as it is built in, then one of the user's own that replaces
// what the first has written. Hops stay unknown behind an operation without any.

// AERO: mpc.relu %{{.+}} {mpc.cost = #mpc.cost<total = 808, start = 0, basis = "published">, mpc.site = #mpc.site<block = 0, role = other>}
// AERO-NEXT: mpc.truncate %{{.+}} {mpc.cost = #mpc.cost<total = 0, to_server = 0, to_client = 0, offline = 0, hops = 0, rounds = 0, basis = "published, in another figure">}
// AERO-NEXT: mpc.layer_norm %{{.+}} {mpc.cost = #mpc.cost<total = 0, to_server = 0, to_client = 0, offline = 0, hops = 0, rounds = 0, start = 0, basis = "published, in another figure">, mpc.site = #mpc.site<block = -1, role = other>}
// OWN: mpc.relu %{{.+}} {mpc.cost = #mpc.cost<total = 16, hops = 3, start = 0, basis = "published">
// OWN-NEXT: mpc.truncate %{{.+}} {mpc.cost = #mpc.cost<total = 80, hops = 1, start = 3, basis = "published">}
// OWN-NEXT: mpc.layer_norm %{{.+}} {mpc.cost = #mpc.cost<total = 24, start = 0, basis = "published">

// The file that the documentation shows.
// DOC: mpc.softmax %{{.+}} {mpc.cost = #mpc.cost<total = 15112, hops = 252, start = 0, basis = "published">}
// DOC: mpc.matmul %{{.+}} {mpc.cost = #mpc.cost<total = 128, hops = 2, start = 252, basis = "published">}

//--- documented.mlir
func.func @main(%x: !mpc.share<1x8, width = 64, fraction = 18>, %w: !mpc.share<8x8, width = 64, fraction = 18>) {
  %0 = mpc.softmax %x axis = 1 : !mpc.share<1x8, width = 64, fraction = 18>
  %1 = mpc.matmul %0, %w : (!mpc.share<1x8, width = 64, fraction = 18>, !mpc.share<8x8, width = 64, fraction = 18>) -> !mpc.share<1x8, width = 64, fraction = 36>
  return
}

//--- program.mlir
func.func @main(%x: !mpc.share<8, width = 64, fraction = 18>) -> (!mpc.share<8, width = 64, fraction = 8>, !mpc.share<8, width = 64, fraction = 18>) {
  %0 = mpc.relu %x {mpc.site = #mpc.site<block = 0, role = other>} : !mpc.share<8, width = 64, fraction = 18>
  %1 = mpc.truncate %0 : !mpc.share<8, width = 64, fraction = 18> to !mpc.share<8, width = 64, fraction = 8>
  %2 = mpc.layer_norm %x epsilon = 1.0e-5 {mpc.site = #mpc.site<block = -1, role = other>} : !mpc.share<8, width = 64, fraction = 18>
  return %1, %2 : !mpc.share<8, width = 64, fraction = 8>, !mpc.share<8, width = 64, fraction = 18>
}

//--- own.json
{
  "schema": 1, "name": "own", "title": "ours", "source": "our own runs",
  "threat_model": "two parties, semi-honest", "measures": "online, both parties",
  "ring_bits": 64, "fraction_bits": 18,
  "functions": {
    "relu": { "bytes_per_element": 2, "hops": 3 },
    "truncate": { "bytes_per_element": 10, "hops": 1 },
    "layer_norm": { "bytes_per_element": 3 }
  }
}
