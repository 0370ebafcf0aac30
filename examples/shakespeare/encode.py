#!/usr/bin/python3
"""Turns text into the tokens of gpt-char.onnx: encode.py TEXT.txt TOKENS.npy

One token for each character of vocab.json. For a model with a tokenizer of its own, save the
ids that it gives in the same way. Needs numpy.
"""

import json
import sys
from pathlib import Path

import numpy as np

alphabet = json.loads((Path(__file__).resolve().parent / "vocab.json").read_text())
numbers = {letter: number for number, letter in enumerate(alphabet)}
text = Path(sys.argv[1]).read_text()
unknown = sorted(set(text) - set(alphabet))
if unknown:
    sys.exit(f"encode: the model has no token for {unknown}; expected characters of vocab.json")
np.save(sys.argv[2], np.array([numbers[letter] for letter in text], dtype=np.int64))
print(f"{len(text)} tokens")
