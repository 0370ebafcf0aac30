#!/usr/bin/python3
"""Writes docs/Pipeline.md: a small model after every phase, as the tools print it.

  gen-pipeline-doc.py            writes the page
  gen-pipeline-doc.py --check    writes nothing; fails when the page differs

The text around the programs is in utils/pipeline-doc.md. A line there that begins with
'@@' is replaced by program text:

  @@ PHASE                  all of it
  @@ PHASE /A/ /B/          from the first line that A matches to the next that B does
  @@ PHASE /A/ +N           the first line that A matches and N more
  @@ remarks                what raise says about the model
  @@ sizes                  lines of each phase

Neighbouring '@@' lines make one block, with '...' between the parts.
"""

import argparse
import difflib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "utils/pipeline-doc.md"
PAGE = ROOT / "docs/Pipeline.md"
MODEL = "test/Inputs/feed-forward.onnx"
# A tile that fits on a page, and that does not depend on the processor.
TILE = {"tile-rows": 2, "panel-columns": 16}


class DocError(Exception):
    """An error message for the user of the script."""


def run(tool, *arguments, want="stdout"):
    path = ROOT / "build/bin" / tool
    if not path.exists():
        found = shutil.which(tool)
        if not found:
            raise DocError(f"found no {tool} in build/bin nor on PATH. try: make build")
        path = Path(found)
    # With relative names, so that no path of this machine gets into the page.
    done = subprocess.run([path, *map(str, arguments)], cwd=ROOT, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise DocError(f"{tool} {' '.join(map(str, arguments))} failed:\n"
                       + done.stderr.rstrip())
    return getattr(done, want)


def phase_names():
    """From `tacit passes`: a line per phase, until the first empty one."""
    lines = run("tacit", "passes").split("\n\n")[0].split("\n")[1:]
    return [line.split()[0] for line in lines]


def clean(program):
    """Removes the empty section that remains of weights that are not printed."""
    program = re.sub(r"\{-#\s*#-\}\s*$", "", program).strip()
    return re.sub(r"[ \t]+$", "", program, flags=re.M) + "\n"


def programs():
    """Returns {phase: program}, each made from the preceding one by tacit-opt."""
    names = phase_names()
    texts = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "program.mlir"
        texts["import"] = clean(run("tacit", "compile", MODEL, "--target=mlir",
                                    "--to", "import", "-o", "-"))
        for before, name in zip(names, names[1:]):
            file.write_text(texts[before])
            pipeline = run("tacit", "compile", MODEL, "--print-pipeline", "--from", before,
                           "--to", name).strip()
            for option, value in TILE.items():
                pipeline = re.sub(rf"{option}=\d+", f"{option}={value}", pipeline)
            texts[name] = clean(run("tacit-opt", file, f"--pass-pipeline={pipeline}"))
    return texts


def excerpt(phase, text, pattern):
    """The lines of `text` that '/A/ /B/' or '/A/ +N' choose; all of them for ''."""
    lines = text.rstrip().split("\n")
    if not pattern:
        return lines
    match = re.fullmatch(r"/(.*?)/ (?:/(.*)/|\+(\d+))", pattern)
    if not match:
        raise DocError(f"pipeline-doc.md: '@@ {phase} {pattern}' is not of a known form")
    first = next((i for i, line in enumerate(lines) if re.search(match[1], line)), None)
    if first is None:
        raise DocError(f"pipeline-doc.md: /{match[1]}/ matches no line of {phase}")
    if match[3]:
        return lines[first:first + int(match[3]) + 1]
    for i in range(first + 1, len(lines)):
        if re.search(match[2], lines[i]):
            return lines[first:i + 1]
    raise DocError(f"pipeline-doc.md: /{match[2]}/ matches no line of {phase} after "
                   f"/{match[1]}/")


def block(parts):
    """Excerpts as one block of code, moved to the left margin together."""
    margin = min(len(line) - len(line.lstrip()) for part in parts for line in part if line)
    out = ["```mlir"]
    for i, part in enumerate(parts):
        if i > 0:
            indent = len(part[0]) - len(part[0].lstrip()) - margin
            out.append(" " * indent + "...")
        out.extend(line[margin:] for line in part)
    return out + ["```"]


def remarks():
    text = run("tacit", "compile", MODEL, "--target=mlir", "-v", "-o", "-",
               want="stderr")
    return ["```text", *text.strip().split("\n"), "```"]


def sizes(texts):
    rows = [f"| `{name}` | {len(text.rstrip().splitlines())} |" for name, text in texts.items()]
    return ["| after | lines |", "|---|---|", *rows]


def page():
    texts = programs()
    out, parts = [], []

    def flush():
        if parts:
            out.extend(block(parts))
            parts.clear()

    for line in TEMPLATE.read_text().split("\n"):
        match = re.fullmatch(r"@@ (\w+) ?(.*)", line)
        if match and match[1] in texts:
            parts.append(excerpt(match[1], texts[match[1]], match[2]))
            continue
        flush()
        if not match:
            out.append(line)
        elif match[1] == "remarks":
            out.extend(remarks())
        elif match[1] == "sizes":
            out.extend(sizes(texts))
        else:
            raise DocError(f"pipeline-doc.md: there is no phase '{match[1]}'; expected one of "
                           + ", ".join(texts))
    flush()
    note = "<!-- Made by utils/gen-pipeline-doc.py from utils/pipeline-doc.md. -->\n\n"
    return note + "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    try:
        text = page()
    except DocError as error:
        print(f"gen-pipeline-doc: {error}", file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(text)
        return 0
    old = PAGE.read_text() if PAGE.exists() else ""
    if old == text:
        return 0
    print("docs/Pipeline.md: differs from what the tools print; look at the difference and "
          "run utils/gen-pipeline-doc.py")
    for line in difflib.unified_diff(old.splitlines(), text.splitlines(), "docs/Pipeline.md",
                                     "now", lineterm="", n=1):
        print(line)
    return 1


if __name__ == "__main__":
    sys.exit(main())
