"""Forecast, wire and difference of two processes that run a model, by operation.

The forecast is that of `tacit cost`, which reads no weights. Each model is compiled to a
package and dealt for; a server and a client run it through the loopback interface, whose own
counter is read as well. The outputs are compared with those of `tacit run` on the same model
in floating point, or with arrays that are given.

    run.sh [--network BITS_PER_S,RTT_S] [--runs N] [--tls] [NAME...]
    run.sh --model FILE --inputs DIR [--option OPTION]... [--seeds N]

With --network the run goes through a proxy that limits each direction to so many bits per
second and adds half of the round trip to each; the time is compared with the forecast, the
computing being that of a run before without the proxy. With --tls the connection is protected
by certificates that are made for it. With --seeds it is run with the material
of N dealers' seeds, and the largest divergence from the floats is printed: a truncation that
fails would show.
"""
import argparse
import glob
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import proxy  # noqa: E402

TACIT = os.path.abspath("build/bin/tacit")
SHAKESPEARE = "examples/shakespeare/gpt-char.onnx"


def models(folder):
    """The models of this repository: name, file, options, inputs, and those of the options
    that the model in floating point has as well."""
    tokens = np.load("examples/shakespeare/tokens.npy")[:128].astype(np.int64)[None]
    np.save(f"{folder}/tokens.npy", tokens)
    window = {"tokens": f"{folder}/tokens.npy"}
    pinned = ["--shape", "tokens=1x128"]
    yield "gpt-char", SHAKESPEARE, pinned, window, []
    yield ("gpt-char, gelu=bolt", SHAKESPEARE, pinned + ["--approximate", "gelu=bolt"],
           window, [])
    aero = ["--aero", "remove-layernorm@blocks,gelu-to-relu"]
    yield "gpt-char, relu, no norms", SHAKESPEARE, pinned + aero, window, aero
    np.save(f"{folder}/short.npy", tokens[:, :16])
    yield ("gpt-char, 16 tokens", SHAKESPEARE, ["--shape", "tokens=1x16"],
           {"tokens": f"{folder}/short.npy"}, [])


def tacit(*arguments):
    done = subprocess.run([TACIT, *arguments, "-q"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"tacit {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done


def interface_bytes():
    """What the loopback interface has sent."""
    for line in open("/proc/net/dev"):
        if line.strip().startswith("lo:"):
            return int(line.split(":")[1].split()[8])
    return 0


def tls_options(folder, party):
    """What --tls adds to the command of a party."""
    if not os.path.exists(f"{folder}/{party}.pem"):
        return []
    return ["--tls-certificate", f"{folder}/{party}.pem", "--tls-key",
            f"{folder}/{party}.key", "--tls-authority",
            f"{folder}/{'client' if party == 'server' else 'server'}.pem"]


def make_certificates(folder):
    """Each party signs its own certificate, and trusts that of the other."""
    for party in "client", "server":
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-noenc", "-days", "2", "-subj",
                        f"/CN={party}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", f"{folder}/{party}.key", "-out",
                        f"{folder}/{party}.pem"], check=True, capture_output=True)


def run_parties(package, inputs, folder, network):
    """Returns the reports of both, the outputs' folder, and what the interface counted."""
    before = interface_bytes()
    server = subprocess.Popen(
        [TACIT, "run", package, "--party", "server", "--listen", "127.0.0.1:0", "--json",
         f"{folder}/server.json", *tls_options(folder, "server")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    port = int(re.search(r"at port (\d+)", server.stderr.readline()).group(1))
    if network:
        port = proxy.start(("127.0.0.1", port), network[0], network[1] / 2)
    out = f"{folder}/out"
    shutil.rmtree(out, ignore_errors=True)
    named = [f"--input={name}={path}" for name, path in inputs.items()]
    tacit("run", package, "--party", "client", "--connect", f"127.0.0.1:{port}",
          "--output-dir", out, "--json", f"{folder}/client.json", *named,
          *tls_options(folder, "client"))
    if server.wait(timeout=60):
        sys.exit(server.stderr.read())
    reports = [json.load(open(f"{folder}/{party}.json")) for party in ("client", "server")]
    return *reports, out, interface_bytes() - before


def divergence(found, expected):
    """The mean Kullback-Leibler divergence of rows of logits, in nats."""
    def log_softmax(x):
        x = x.astype(np.float64)
        x = x - x.max(-1, keepdims=True)
        return x - np.log(np.exp(x).sum(-1, keepdims=True))
    p, q = log_softmax(expected), log_softmax(found)
    return float((np.exp(p) * (p - q)).sum(-1).mean())


def compare_outputs(out, expected):
    for file in sorted(os.listdir(out)):
        found, right = np.load(f"{out}/{file}"), np.load(f"{expected}/{file}")
        error = np.abs(found - right).max()
        line = (f"  {file[:-4]}: largest error {error:.2g}, "
                f"{error / np.abs(right).max():.2g} of the largest")
        if "logits" in file:
            line += f"; KL divergence {divergence(found, right):.2g}"
        print(line)


def run_seeds(package, inputs, folder, expected, count):
    """Prints how far the logits of runs with different seeds are from the expected ones."""
    found = []
    for seed in range(count):
        for party in "client", "server":
            for material in glob.glob(f"{package}/{party}/material-*"):
                shutil.rmtree(material)
        tacit("deal", package, "--seed", str(seed))
        _, _, out, _ = run_parties(package, inputs, folder, None)
        found += [divergence(np.load(f"{out}/{file}"), np.load(f"{expected}/{file}"))
                  for file in os.listdir(out) if "logits" in file]
    print(f"  {count} seeds: KL divergence at most {max(found):.2g}, median "
          f"{statistics.median(found):.2g}; above 0.001 in {sum(d > 1e-3 for d in found)}")


def by_kind(rows, key):
    """Online bytes by the kind of operation."""
    sums = {}
    for row in rows:
        kind = row[key]
        sums[kind] = sums.get(kind, 0) + sum(
            row[k] for k in row if k in ("client_to_server_bytes", "server_to_client_bytes",
                                         "sent_bytes", "received_bytes"))
    return {kind: bytes for kind, bytes in sums.items() if bytes}


def print_table(forecast, total, client, wire):
    ops, counted = by_kind(forecast["ops"], "kind"), by_kind(client["runs"][0]["ops"], "op")
    print(f"  {'':<20}{'forecast':>16}{'wire':>16}{'difference':>12}")
    rows = [(kind, ops.get(kind, 0), counted.get(kind, 0))
            for kind in sorted(set(ops) | set(counted), key=lambda k: -ops.get(k, 0))]
    rows += [("to the server", total["client_to_server_bytes"], client["sent_bytes"]),
             ("to the client", total["server_to_client_bytes"], client["received_bytes"]),
             ("hops", total["hops"], client["hops"]),
             ("set-up", total["setup_bytes"], client["setup_bytes"])]
    for name, expected, found in rows:
        print(f"  {name:<20}{expected:>16,}{found:>16,}{found - expected:>12,}")
    sent = (client["sent_bytes"] + client["received_bytes"] + client["framing_bytes"]
            + client["setup_bytes"])
    print(f"  the interface counted {wire:,} B for {sent:,} B with frames and set-up: "
          f"{100 * (wire / sent - 1):.2f} % more")
    return all(expected == found for _, expected, found in rows)


def measure(name, model, options, inputs, changes, folder, args):
    print(f"\n{name}")
    package = f"{folder}/package"
    shutil.rmtree(package, ignore_errors=True)
    tacit("cost", model, *options, "--protocol", "tacit", "--json", f"{folder}/cost.json",
          *(["--network", args.network] if args.network else []))
    forecast = json.load(open(f"{folder}/cost.json"))["protocols"][0]
    compiled = json.loads(tacit("compile", model, *options, "--target=2pc", "-o", package,
                                "--json", "-").stdout)
    network = args.network and tuple(float(x) for x in args.network.split(","))
    runs = args.runs + (1 if network else 0)
    dealt = json.loads(
        tacit("deal", package, "--inferences", str(runs), "--json", "-").stdout)
    # The first run has the set-up; the others only time.
    client, server, out, wire = run_parties(package, inputs, folder, None)
    same = print_table(forecast, forecast["total"], client, wire)
    dealt_differs = server["offline_bytes"] - forecast["total"]["offline_bytes"]
    print(f"  dealt {server['offline_bytes']:,} B, {dealt_differs} from the forecast; "
          f"{server['offline_bytes'] / forecast['total']['total_bytes']:.2f} of online")
    expected = args.expected
    if expected is None:
        expected = f"{folder}/expected"
        shutil.rmtree(expected, ignore_errors=True)
        named = [f"--input={key}={path}" for key, path in inputs.items()]
        tacit("run", model, *changes, *named, "--output-dir", expected)
    compare_outputs(out, expected)
    if args.seeds:
        run_seeds(package, inputs, folder, expected, args.seeds)
    seconds = [client["seconds"]["total"]]
    for _ in range(0 if args.seeds else args.runs - 1):
        client, server, out, wire = run_parties(package, inputs, folder, None)
        seconds.append(client["seconds"]["total"])
    print(f"  {statistics.median(seconds):.3f} s (median of {len(seconds)}), dealing "
          f"{dealt['seconds'] / runs:.2f} s, compiling {compiled['compile_seconds']:.1f} s")
    if network:
        computing = max(client["seconds"]["compute"], server["seconds"]["compute"])
        slow, _, _, _ = run_parties(package, inputs, folder, network)
        told = forecast["total"]["seconds"] + computing
        print(f"  through {args.network}: {slow['seconds']['total']:.2f} s, forecast "
              f"{told:.2f} s ({forecast['total']['seconds']:.2f} of the network, "
              f"{computing:.2f} computing): {slow['seconds']['total'] / told - 1:+.1%}")
    return same and dealt_differs == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these models")
    parser.add_argument("--network", metavar="BITS_PER_S,RTT_S")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--model", help="a model of your own")
    parser.add_argument("--inputs", help="a folder with NAME.npy for each of its inputs")
    parser.add_argument("--expected", help="a folder with NAME.npy for its outputs")
    parser.add_argument("--seeds", type=int, default=0, metavar="N")
    parser.add_argument("--tls", action="store_true", help="protect the connection")
    parser.add_argument("--option", action="append", default=[],
                        help="an option of tacit compile, like --option=--fraction=18")
    args = parser.parse_args()
    same = True
    with tempfile.TemporaryDirectory() as folder:
        if args.tls:
            make_certificates(folder)
        if args.model:
            inputs = {file[:-4]: os.path.join(args.inputs, file)
                      for file in sorted(os.listdir(args.inputs)) if file.endswith(".npy")}
            same = measure(args.model, args.model, args.option, inputs, [], folder, args)
        else:
            for name, *rest in models(folder):
                if not args.names or name in args.names:
                    same &= measure(name, *rest, folder, args)
    sys.exit(0 if same else "a forecast differs from what was sent")


if __name__ == "__main__":
    main()
