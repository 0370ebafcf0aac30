"""Compiles a model with other constants, and looks for them in what the client gets.

    secrets.py MODEL.onnx FOLDER [options of tacit compile]

The model is compiled with random constants, with other random ones, and with constants that
a simplification would like: zeros, ones, all that have one shape equal. What the client gets
must be the same bytes for each, but for the number of the package, and must not hold 16
bytes of any constant in any form. `divisor` is never 0, and a name that begins with `public`
keeps its value: it is part of the architecture."""
import json
import os
import random
import struct
import subprocess
import sys

from onnx_constants import constants

LEAST, VARIETY, FOOTER = 16, 9, 32
FRACTION = 16


def filled(constant, kind, seed):
    """The bytes of a constant of which the model has others."""
    size, key = constant.size, constant.name
    if kind == "equal":
        key = f"{constant.type} {constant.dims}"
    chance = random.Random(f"{kind} {seed} {key}")
    width = len(constant.encode(0))
    if kind == "zeros" and constant.name != "divisor":
        return bytes(size)
    if kind in ("zeros", "ones"):
        return constant.encode(1) * (size // width)
    if constant.is_float:
        return b"".join(constant.encode(0.01 + chance.random())
                        for _ in range(size // width))
    if constant.type == 9:
        return bytes(chance.randrange(2) for _ in range(size))
    if width > 1:
        return b"".join(constant.encode(chance.randrange(-(2 ** 20), 2 ** 20))
                        for _ in range(size // width))
    return bytes(chance.randrange(256) for _ in range(size))


def compile_with(model, folder, kind, seed, options):
    """Returns the constants, and the folder of the package."""
    data = bytearray(open(model, "rb").read())
    folder = f"{folder}/{kind}{seed}"
    os.makedirs(folder)
    made = []
    for constant in constants(data):
        if constant.name.startswith("public"):
            continue
        raw = filled(constant, kind, seed)
        if constant.file:
            with open(f"{folder}/{constant.file}", "wb") as out:
                out.write(raw)
        else:
            data[slice(*constant.span)] = raw
        made.append((constant, raw))
    with open(f"{folder}/model.onnx", "wb") as out:
        out.write(data)
    subprocess.run(["tacit", "compile", f"{folder}/model.onnx", "--target=2pc", "-o",
                    f"{folder}/p", "-q", *options], check=True)
    return made, f"{folder}/p"


def known_to_client(package):
    """The files of both folders by name, without the number of the package."""
    files = {}
    for part in "public", "client":
        for name in sorted(os.listdir(f"{package}/{part}")):
            data = open(f"{package}/{part}/{name}", "rb").read()
            if name == "schedule.json":
                schedule = json.loads(data)
                data = data.replace(schedule["package"].encode(), b"")
            files[f"{part}/{name}"] = data
    return files


def forms(constant, raw):
    """A constant as it is, transposed, and in fixed point."""
    yield "raw", raw
    numbers = constant.decode(raw)
    if numbers is None:
        return
    words = [round(number * 2 ** FRACTION) for number in numbers]
    yield "fixed point", struct.pack(f"<{len(words)}q", *words)
    yield "low words", b"".join(struct.pack("<q", word)[:4] for word in words)
    if len(constant.dims) == 2:
        width = len(raw) // len(numbers)
        rows, columns = constant.dims
        turned = [(row * columns + column) for column in range(columns)
                  for row in range(rows)]
        yield "transposed", b"".join(raw[i * width:(i + 1) * width] for i in turned)
        yield "transposed fixed point", struct.pack(f"<{len(words)}q",
                                                    *(words[i] for i in turned))


def search(made, package, files):
    """Returns how many places of 16 bytes were looked for; fails if one is found. Places of
    few different bytes occur anywhere."""
    secrets = [(f"{constant.name}, {form}", data)
               for constant, raw in made for form, data in forms(constant, raw)]
    for name in os.listdir(f"{package}/server"):
        if name.endswith(".weights"):
            data = open(f"{package}/server/{name}", "rb").read()
            secrets.append((name, data[:-FOOTER]))
    windows = {}
    for name, data in secrets:
        for i in range(len(data) - LEAST + 1):
            window = data[i:i + LEAST]
            if len(set(window)) >= VARIETY:
                windows[window] = name
    for name, data in files.items():
        for i in range(len(data) - LEAST + 1):
            found = windows.get(data[i:i + LEAST])
            if found:
                sys.exit(f"{name} holds 16 bytes of '{found}' at {i}")
    return len(windows)


def main():
    model, folder, *options = sys.argv[1:]
    made, package = compile_with(model, folder, "random", 1, options)
    files = known_to_client(package)
    assert len(files) == 9, sorted(files)
    count = search(made, package, files)
    assert count > 500, count
    print(f"none of {count} places found")
    for kind, seed in ("random", 2), ("zeros", 0), ("ones", 0), ("equal", 0):
        _, other = compile_with(model, folder, kind, seed, options)
        others = known_to_client(other)
        differing = [name for name in files if files[name] != others.get(name)]
        if differing or len(others) != len(files):
            sys.exit(f"{kind}: the client gets another {', '.join(differing)}")
        print(f"{kind}: the same {len(files)} files")


if __name__ == "__main__":
    main()
