"""A prompt and three steps of a decoder, whose caches stay in shares of both parties.

    states.py MODEL.onnx FOLDER"""
import os
import shutil
import struct
import subprocess
import sys

from npy import read, write
from pairs import command, meet, no_room

PROMPT, TOKENS = 3, (5, 9, 2, 7, 11, 3)
CACHES = ("0.key", "0.value")
WIDTH = 8
TOLERANCE = 0.02


def lengths(past):
    new = PROMPT if past == 0 else 1
    sizes = {"batch": 1, "sequence_length": new, "past_sequence_length": past,
             "past_sequence_length + sequence_length": past + new}
    return new, [word for name, size in sizes.items()
                 for word in ("--dim", f"{name}={size}")]


def compile_all(model, folder):
    """One package for each length of the past."""
    pasts = [0, *range(PROMPT, len(TOKENS))]
    compiling = [subprocess.Popen(["tacit", "compile", model, "--target=2pc", "-o",
                                   f"{folder}/p{past}", "-q", *lengths(past)[1]])
                 for past in pasts]
    assert all(process.wait() == 0 for process in compiling)
    for past in pasts:
        command("deal", f"{folder}/p{past}", "--inferences", 4, "-q").must(0)
    return pasts


def inputs_of(past, folder):
    """The client's own: tokens, mask and positions."""
    new, _ = lengths(past)
    values = {"input_ids": (f"1x{new}", TOKENS[past:past + new]),
              "attention_mask": (f"1x{past + new}", [1]),
              "position_ids": (f"1x{new}", range(past, past + new))}
    words = []
    for name, (shape, numbers) in values.items():
        write(f"{folder}/{name}-{past}.npy", "int64", shape, *numbers)
        words += ["--input", f"{name}={folder}/{name}-{past}.npy"]
    return words


def run_plainly(model, past, folder):
    """The model itself, which continues from its own caches."""
    if past == 0:
        for cache in CACHES:
            write(f"{folder}/none.npy", "float32", f"1x1x0x{WIDTH}", 0)
    words = []
    for cache in CACHES:
        file = f"{folder}/plain-{past}/present.{cache}.npy" if past else f"{folder}/none.npy"
        words += ["--input", f"past_key_values.{cache}={file}"]
    new, _ = lengths(past)
    out = f"{folder}/plain-{past + new}"
    command("run", model, "--dynamic", *inputs_of(past, folder), *words, "--output-dir",
            out, "-q").must(0)
    return f"{out}/logits.npy"


def check_logits(file, expected):
    import struct
    (_, _, shape, data), (_, _, other, wanted) = read(file), read(expected)
    assert shape == other, (shape, other)
    count = len(data) // 4
    numbers, right = (struct.unpack(f"<{count}f", bytes_) for bytes_ in (data, wanted))
    error = max(abs(x - y) for x, y in zip(numbers, right))
    assert error <= TOLERANCE * max(map(abs, right)), error


def state(folder, past, name="state"):
    return {party: f"{folder}/{name}-{past}-{party}" for party in ("server", "client")}


def step(folder, past, before, after, **others):
    """Both parties' runs from the states `before` to those `after`."""
    options = {}
    for party in "server", "client":
        options[party] = ["--state-out", after[party]] if after else []
        options[party] += ["--state-in", before[party]] if before else []
    options["client"] += [*inputs_of(past, folder), *others.get("client", ())]
    package = f"{folder}/p{past}"
    return meet(package, package, options["server"], options["client"])


def decode(model, folder, pasts):
    for past in pasts:
        out = f"{folder}/logits-{past}"
        new, _ = lengths(past)
        both = step(folder, past, state(folder, past) if past else None,
                    state(folder, past + new), client=("--output-dir", out))
        for said in both:
            said.must(0)
        assert os.listdir(out) == ["logits.npy"], os.listdir(out)
        check_logits(f"{out}/logits.npy", run_plainly(model, past, folder))
        print(f"past {past}: logits of the model")


def refuse(folder):
    """States that do not fit are found before anything is sent, or by both."""
    past = PROMPT
    good, package = state(folder, past), f"{folder}/p{past}"
    words = inputs_of(past, folder)

    def alone(file):
        # Nobody listens: what is wrong is found before that matters.
        return command("run", package, "--party", "client", "--connect", "127.0.0.1:1",
                       "--state-in", file, *words)

    alone(good["server"]).must(
        4, "is the state of the server; expected that of the client")
    alone(state(folder, past + 1)["client"]).must(4, "of shape", "expected")
    for name, change in {"damaged": lambda d: d[:90] + bytes([d[90] ^ 1]) + d[91:],
                         "cut": lambda d: d[:-1], "empty": lambda d: b"",
                         "longer": lambda d: d + b"0"}.items():
        file = f"{folder}/{name}"
        with open(good["client"], "rb") as whole, open(file, "wb") as other:
            other.write(change(whole.read()))
        said = alone(file)
        said.must(4, "is not a file of shares" if name == "empty" else "is damaged")
        print(f"{name}: refused")
    alone(f"{folder}/nothing").must(4, "nothing")
    command("run", package, "--party", "client", "--connect", "127.0.0.1:1",
            *words).must(2, "--state-in FILE")
    command("run", package, "--party", "server", "--listen",
            "127.0.0.1:0").must(2, "--state-in FILE")
    command("run", f"{folder}/p0", "--party", "server", "--listen", "127.0.0.1:0",
            "--state-in", good["server"]).must(2, "--state-in has no effect")
    print("missing, and too much: refused")

    # The states of two prompts are no shares of one number.
    second = state(folder, past, "second")
    for said in step(folder, 0, None, second):
        said.must(0)
    after = state(folder, past + 1, "never")
    server, client = step(folder, past, {**second, "server": good["server"]}, after)
    client.must(7, "the state")
    server.must(None, "the state", "give both parties the state that the same run has left")
    assert not any(map(os.path.exists, after.values()))
    print("of two prompts: refused by both")

    # A state may be continued twice, for example with other tokens.
    for said in step(folder, past, good, state(folder, past + 1, "again")):
        said.must(0)
    mode = os.stat(good["client"]).st_mode & 0o777
    assert mode == 0o600, oct(mode)
    print("continued twice")

    # Without room there is no file, and the file of before stays.
    kept = open(good["client"], "rb").read()
    with no_room(256):
        server, client = step(folder, 0, None, {**state(folder, past, "room"),
                                                "client": good["client"]})
    client.must(4, "cannot write")
    assert open(good["client"], "rb").read() == kept
    assert not [name for name in os.listdir(folder) if name.startswith(".")]
    print("no room: the old state stays")


def main():
    model, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    decode(model, folder, compile_all(model, folder))
    refuse(folder)


if __name__ == "__main__":
    main()
