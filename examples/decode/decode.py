#!/usr/bin/python3
"""Writes text with a compiled decoder and its key/value cache: decode.py [TEXT]

What decode.c does, with nothing but numpy and the standard library. `Model` serves any
compiled library: it asks the library itself for names, types and shapes.
"""

import ctypes
import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
MAX_RANK = 8


class Tensor(ctypes.Structure):
    """tacit_tensor of the header."""
    _fields_ = [("data", ctypes.c_void_p), ("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("shape", ctypes.c_int64 * MAX_RANK)]


class Model:
    """A compiled library. Calls from several threads may run at the same time."""

    def __init__(self, path):
        # ctypes looks a bare name up in the system's folders.
        self.library = ctypes.CDLL(str(Path(path).resolve()))
        self.library.tacit_describe.restype = ctypes.c_char_p
        about = json.loads(self.library.tacit_describe())
        self.inputs, self.outputs = about["inputs"], about["outputs"]
        self.types = {io["type"]: np.dtype(io["dtype"]) for io in self.inputs + self.outputs}

    def call(self, function, *arguments):
        error = ctypes.create_string_buffer(512)
        if function(*arguments, error, ctypes.c_size_t(len(error))) != 0:
            raise ValueError(error.value.decode())

    def describe(self, array, io):
        return Tensor(array.ctypes.data, io["type"], array.ndim,
                      (ctypes.c_int64 * MAX_RANK)(*array.shape))

    def run(self, threads=0, **arrays):
        """Runs the model on named arrays; returns {name: array} of its outputs."""
        given = [np.ascontiguousarray(arrays[io["name"]], self.types[io["type"]])
                 for io in self.inputs]
        inputs = (Tensor * len(given))(*map(self.describe, given, self.inputs))
        outputs = (Tensor * len(self.outputs))()
        sizes = len(inputs), outputs, len(outputs)
        self.call(self.library.tacit_output_shapes, inputs, *sizes)
        results = [np.empty(tensor.shape[:tensor.rank], self.types[tensor.dtype])
                   for tensor in outputs]
        for tensor, array in zip(outputs, results):
            tensor.data = array.ctypes.data
        self.call(self.library.tacit_run, inputs, *sizes, threads)
        return {io["name"]: array for io, array in zip(self.outputs, results)}


def main():
    text = sys.argv[1] if len(sys.argv) > 1 else "ROMEO:"
    alphabet = json.loads((HERE / "../shakespeare/vocab.json").read_text())
    model = Model("cached.so")
    caches = {io["name"]: np.zeros((1, 4, 0, 32), np.float32) for io in model.inputs
              if io["name"].startswith("past_")}
    tokens = [alphabet.index(letter) for letter in text]
    print(text, end="")
    for position in range(len(text), 129):
        results = model.run(threads=1, tokens=[tokens], **caches)
        caches = {name: results[name.replace("past", "present")] for name in caches}
        tokens = [int(results["logits"][0, -1].argmax())]
        print(alphabet[tokens[0]], end="")
    print()


if __name__ == "__main__":
    main()
