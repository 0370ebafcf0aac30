#!/usr/bin/env python3
"""How fast is a whole model beside ONNX Runtime, and what does compiling it take?

  run.py [MODEL.onnx] [--dim batch=1] [--dim seq=128] [--threads 1,2]

The model has one int64 input of token ids [batch, seq] and gives logits. Both programs
run it on the same ids in turns, several rounds, so that a busy machine treats them
alike; the ratio is of the minima. Results are compared as well.
"""
import argparse
import array
import ast
import json
import random
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def write_ids(path, shape, vocabulary):
    rng = random.Random(1)
    count = shape[0] * shape[1]
    ids = array.array("q", [rng.randrange(vocabulary) for _ in range(count)])
    header = "{'descr': '<i8', 'fortran_order': False, 'shape': (%d, %d), }" % tuple(shape)
    header = header.ljust((len(header) + 11 + 63) // 64 * 64 - 11) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) +
                     header.encode() + ids.tobytes())


def read_floats(path):
    data = path.read_bytes()
    size = struct.unpack_from("<H", data, 8)[0]
    assert ast.literal_eval(data[10:10 + size].decode())["descr"] == "<f4"
    values = array.array("f")
    values.frombytes(data[10 + size:])
    return values


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("failed: " + " ".join(map(str, command)))
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default=ROOT / "examples/shakespeare/gpt-char.onnx")
    parser.add_argument("--dim", action="append", default=None)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=10)
    options = parser.parse_args()
    dims = options.dim or ["batch=1", "seq=128"]
    tacit = ROOT / "build/bin/tacit"
    work = ROOT / "build/bench/whole_model"
    work.mkdir(parents=True, exist_ok=True)
    peer_modules = work / "node_modules/onnxruntime-node"
    if not peer_modules.exists():
        subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", work,
                        "onnxruntime-node@1.30"], check=True, stdout=subprocess.DEVNULL)
    (work / "peer.js").write_text((HERE / "peer.js").read_text())

    about = json.loads(run([tacit, "inspect", options.model, "--json", "-"]))
    sizes = dict(dim.split("=") for dim in dims)
    shape = [int(sizes.get(d, d)) for d in about["inputs"][0]["shape"]]
    vocabulary = about["outputs"][0]["shape"][-1]
    ids, name = work / "ids.npy", about["inputs"][0]["name"]
    write_ids(ids, shape, vocabulary)

    library = work / "model.so"
    pins = [part for dim in dims for part in ("--dim", dim) if about["free_dims"]]
    compiled = json.loads(run([tacit, "compile", options.model, *pins, "-o", library,
                               "--json", "-"]))
    weights = compiled["weights_bytes"]
    print(f"model          {options.model}")
    print(f"compile        {compiled['compile_seconds']:.2f} s, peak memory "
          f"{compiled['peak_rss_bytes'] / 1e6:.0f} MB = "
          f"{compiled['peak_rss_bytes'] / max(weights, 1):.2f} x the weights")
    for threads in options.threads.split(","):
        ours, peer, output = [], [], about["outputs"][0]["name"]
        for _ in range(options.rounds):
            text = run([tacit, "run", library, "--input", f"{name}={ids}", "--threads", threads,
                        "--repeat", str(options.repeat), "--output-dir", work, "--json", "-"])
            ours.append(json.loads(text)["latency_ms"])
            text = run(["node", work / "peer.js", Path(options.model).resolve(), ids,
                        work / "peer.npy", threads, str(options.repeat)])
            peer.append(json.loads(text))
        best = min(t["min"] for t in ours)
        other = min(t["min"] for t in peer)
        medians = (sorted(t["median"] for t in ours)[len(ours) // 2],
                   sorted(t["median"] for t in peer)[len(peer) // 2])
        print(f"{threads} thread(s)    tacit {best:.2f} ms, ONNX Runtime {other:.2f} ms: "
              f"{best / other:.2f} x its time (medians {medians[0]:.2f} and {medians[1]:.2f})")
        found, expected = read_floats(work / f"{output}.npy"), read_floats(work / "peer.npy")
        error = max(abs(a - b) for a, b in zip(found, expected))
        scale = max(1.0, max(map(abs, expected)))
        print(f"               largest difference {error:.2e} (allowed {1e-4 * scale:.2e})")
        if error > 1e-4 * scale:
            sys.exit(1)


main()
