#!/usr/bin/python3
"""Continues a text with a model that stays with the server.

    write.py PACKAGE HOST:PORT TEXT [-n LETTERS] [-t TEMPERATURE] [-s SEED]

The client of a two-party package of gpt-char.onnx: for each letter it asks for the logits of
the text so far, which the server does not see, and chooses the next letter by itself. At the
end it says what was sent, and what was forecast. Needs numpy.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ALPHABET = json.loads(
    (Path(__file__).resolve().parent.parent / "shakespeare" / "vocab.json").read_text())


def window_of(package):
    """The number of tokens that the package takes: its input is one-hot."""
    schedule = json.loads((Path(package) / "public" / "schedule.json").read_text())
    return next(argument["shape"][1] for argument in schedule["arguments"]
                if argument["kind"] == "input")


def ask(package, address, tokens, window, folder):
    """Returns the logits of the last token, and the report of the run."""
    # The model is causal: what fills the window behind the text changes nothing.
    tokens = tokens[-window:]
    padded = np.zeros((1, window), np.int64)
    padded[0, :len(tokens)] = tokens
    np.save(f"{folder}/tokens.npy", padded)
    run = subprocess.run(
        ["tacit", "run", package, "--party", "client", "--connect", address, "-q",
         "--input", f"tokens={folder}/tokens.npy", "--output-dir", folder, "--json",
         f"{folder}/report.json"], capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    report = json.loads(Path(f"{folder}/report.json").read_text())
    return np.load(f"{folder}/logits.npy")[0, len(tokens) - 1], report


def choose(logits, temperature, random):
    if temperature == 0:
        return int(logits.argmax())
    weights = np.exp((logits - logits.max()) / temperature, dtype=np.float64)
    return int(random.choice(len(weights), p=weights / weights.sum()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("address", metavar="HOST:PORT")
    parser.add_argument("text")
    parser.add_argument("-n", "--letters", type=int, default=16)
    parser.add_argument("-t", "--temperature", type=float, default=0.6)
    parser.add_argument("-s", "--seed", type=int, default=3)
    args = parser.parse_args()
    numbers = {letter: number for number, letter in enumerate(ALPHABET)}
    tokens = [numbers[letter] for letter in args.text]
    window = window_of(args.package)
    random = np.random.default_rng(args.seed)
    reports = []
    print(args.text, end="", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.letters):
            logits, report = ask(args.package, args.address, tokens, window, folder)
            tokens.append(choose(logits, args.temperature, random))
            print(ALPHABET[tokens[-1]], end="", flush=True)
            reports.append(report)
    print("\n")
    print(f"{'':<22}{'measured':>16}{'forecast':>16}")
    for key in "sent_bytes", "received_bytes", "setup_bytes", "hops":
        measured = sum(report[key] for report in reports)
        forecast = sum(report["forecast"][key] for report in reports)
        print(f"{key.replace('_', ' '):<22}{measured:>16,}{forecast:>16,}")
    seconds = sorted(report["seconds"]["total"] for report in reports)
    print(f"{seconds[len(seconds) // 2]:.2f} s for a letter")


if __name__ == "__main__":
    main()
