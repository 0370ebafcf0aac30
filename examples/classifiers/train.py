#!/usr/bin/python3
"""Trains the two classifiers of this folder and exports them: train.py TEXT.txt

question.onnx: a small BERT (characters, a padding mask, three inputs as BERT has them) that
says whether a sentence, whose final mark is cut off, was a question. Trained on the sentences
of TEXT.txt, tiny Shakespeare (public domain); the last tenth is for the test.
digits.onnx: a small ViT that reads a digit in a picture of 32 x 32. The pictures are drawn
here: digits of seven strokes, moved, scaled, turned, of any thickness, under noise.

Writes each model beside NAME-inputs.npz (256 examples of the test) and NAME-labels.npy.
Needs Debian's python3-torch, python3-onnx and python3-numpy.
"""

import math
import re
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
LETTERS = "\0\1 abcdefghijklmnopqrstuvwxyz',;:-"  # padding, beginning, the rest
LENGTH, TEST = 48, 256


class Block(nn.Module):
    def __init__(self, width, heads, norm_first):
        super().__init__()
        self.heads, self.norm_first = heads, norm_first
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def attend(self, x, mask):
        def split(y):
            return y.view(y.shape[0], y.shape[1], self.heads, -1).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores + mask
        y = torch.softmax(scores, -1) @ v
        return self.output(y.transpose(1, 2).reshape(x.shape))

    def forward(self, x, mask=None):
        if self.norm_first:
            x = x + self.attend(self.norm1(x), mask)
            return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))


class Bert(nn.Module):
    def __init__(self, width=32, heads=4, layers=2):
        super().__init__()
        self.words = nn.Embedding(len(LETTERS), width)
        self.positions = nn.Embedding(LENGTH, width)
        self.types = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, heads, False) for _ in range(layers))
        self.pooler, self.head = nn.Linear(width, width), nn.Linear(width, 2)

    def forward(self, input_ids, attention_mask, token_type_ids):
        positions = torch.arange(input_ids.shape[1])
        x = self.norm(self.words(input_ids) + self.positions(positions) + self.types(token_type_ids))
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        for block in self.blocks:
            x = block(x, mask)
        return self.head(torch.tanh(self.pooler(x[:, 0])))


class Vit(nn.Module):
    def __init__(self, width=32, heads=4, layers=2, patch=8):
        super().__init__()
        self.patches = nn.Conv2d(1, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (32 // patch) ** 2 + 1, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads, True) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def sentences(text):
    """Returns (token ids, masks, labels) of all sentences of a text."""
    rows, labels = [], []
    for sentence in re.findall(r"[^.!?]+[.!?]", re.sub(r"^[^\n]*:\n", "", text, flags=re.M)):
        letters = " ".join(re.sub(r"[^a-z',;:\- ]", " ", sentence.lower()).split())
        if 12 <= len(letters) < LENGTH:
            rows.append([1] + [LETTERS.index(c) for c in letters])
            labels.append(int(sentence.endswith("?")))
    ids = np.zeros((len(rows), LENGTH), np.int64)
    for row, letters in zip(ids, rows):
        row[:len(letters)] = letters
    return ids, (ids > 0).astype(np.int64), np.array(labels)


STROKES = {"a": ((0, 0), (1, 0)), "b": ((1, 0), (1, 1)), "c": ((1, 1), (1, 2)), "d": ((0, 2), (1, 2)),
           "e": ((0, 1), (0, 2)), "f": ((0, 0), (0, 1)), "g": ((0, 1), (1, 1))}
DIGITS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")


def pictures(count, random):
    """Draws digits; returns (pixels [count, 1, 32, 32], labels)."""
    labels = random.integers(0, 10, count)
    grid = np.stack(np.meshgrid(np.arange(32), np.arange(32)), -1).astype(np.float32)
    result = np.zeros((count, 1, 32, 32), np.float32)
    for picture, digit in zip(result, labels):
        angle, scale = random.normal(0, 0.2), random.uniform(5, 10)
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        middle, thick = random.uniform(13, 19, 2), random.uniform(0.8, 2.0)
        for stroke in DIGITS[digit]:
            a, b = ((np.array(p) - (0.5, 1)) * scale @ turn.T + middle for p in STROKES[stroke])
            along = np.clip(((grid - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
            distance = np.linalg.norm(grid - a - along[..., None] * (b - a), axis=-1)
            picture[0] = np.maximum(picture[0], np.clip(1.5 - distance / thick, 0, 1))
    result += random.normal(0, 0.25, result.shape)
    # Steps of 1/32 make the file of examples smaller.
    return (np.round(result * 32) / 32).astype(np.float32), labels


def train(model, batches, steps, rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps)
    for step in range(steps):
        inputs, labels = batches()
        loss = nn.functional.cross_entropy(model(*inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 200 == 0:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)


def export(name, model, inputs, labels, names):
    model.eval()
    with torch.no_grad():
        logits = model(*inputs)
    right = (logits.argmax(-1) == labels).float().mean().item()
    print(f"{name}: {right:.4f} of {len(labels)} right")
    torch.onnx.export(model, tuple(x[:2] for x in inputs), HERE / f"{name}.onnx", opset_version=17,
                      input_names=names, output_names=["logits"],
                      dynamic_axes={n: {0: "batch"} for n in [*names, "logits"]})
    np.savez_compressed(HERE / f"{name}-inputs.npz", **dict(zip(names, (x.numpy() for x in inputs))))
    np.save(HERE / f"{name}-labels.npy", labels.numpy())


def make_question(text):
    ids, masks, labels = map(torch.from_numpy, sentences(text))
    cut = len(ids) * 9 // 10
    groups = [torch.nonzero(labels[:cut] == k).flatten() for k in (0, 1)]
    model = Bert()

    def batch(count=32):
        rows = torch.cat([g[torch.randint(len(g), (count // 2,))] for g in groups])
        return (ids[rows], masks[rows], torch.zeros_like(ids[rows])), labels[rows]

    train(model, batch, 1200, 3e-3)
    tests = [torch.nonzero(labels[cut:] == k).flatten()[:TEST // 2] + cut for k in (0, 1)]
    rows = torch.stack(tests, 1).flatten()
    export("question", model, (ids[rows], masks[rows], torch.zeros_like(ids[rows])), labels[rows],
           ["input_ids", "attention_mask", "token_type_ids"])


def make_digits():
    random = np.random.default_rng(2)
    pixels, labels = pictures(6000, random)
    pixels, labels = torch.from_numpy(pixels), torch.from_numpy(labels)
    model = Vit()

    def batch(count=32):
        rows = torch.randint(len(pixels), (count,))
        return (pixels[rows],), labels[rows]

    train(model, batch, 1200, 3e-3)
    pixels, labels = pictures(TEST, random)
    export("digits", model, (torch.from_numpy(pixels),), torch.from_numpy(labels), ["pixels"])


if __name__ == "__main__":
    torch.manual_seed(1)
    make_question(Path(sys.argv[1]).read_text())
    make_digits()
