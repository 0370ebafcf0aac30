"""Types the commands of a page and compares what they print: type-page.py PAGE.md FOLDER

FOLDER becomes a clean copy of what a reader has: the examples, the Makefile, the inputs of
tests, and build/ as it is. Commands are typed in one shell, from the root (a page in
examples/ is about its own folder):

- the lines of a ```sh block; a ```text block right behind it is what they print;
- in a ```text block, what follows `$ `; the lines behind it are what it prints.

A line `...` in expected output stands for any lines, and `...` at the end of a line for its
rest. Figures of time, speed and memory match any others. Commands must succeed, unless the
output that the page shows begins with `error:`. A block behind a line
`<!-- not typed: REASON -->` is left out.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
NUMBER = re.compile(r"[0-9][0-9,]*(\.[0-9]+)?(e[+-][0-9]+)?")
# A line of any of these words has figures that differ from run to run.
VOLATILE = re.compile(r"median of|tokens per second|compile seconds|compiled in|peak memory")
FENCE = re.compile(r"(?P<skip><!-- not typed: [^>]+ -->\n+)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$"
                   r"(?P<behind>\s*)", re.M | re.S)


class Step:
    """Some commands, and what they print if the page says so."""

    def __init__(self, commands, expected=None):
        self.commands, self.expected = commands, expected
        self.output, self.failures = [], []

    def fails_on_purpose(self):
        return any(line.startswith("error:") for line in self.expected or ())


def dialogue(body):
    """Returns the steps of a ```text block with `$ ` before commands."""
    steps, lines = [], body.rstrip("\n").split("\n")
    while lines:
        line = lines.pop(0)
        if not line.startswith("$ "):
            steps[-1].expected.append(line)
            continue
        command = line[2:]
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0).strip()
        steps.append(Step(command, []))
    return steps


def read_steps(text):
    steps, last = [], None
    for fence in FENCE.finditer(text):
        kind, body = fence["kind"], fence["body"]
        if fence["skip"]:
            last = None
        elif kind == "sh":
            steps.append(Step(body))
            last = fence.end(), steps[-1]
        elif kind == "text" and body.startswith("$ "):
            steps += dialogue(body)
        elif kind == "text" and last and last[0] == fence.start():
            last[1].expected = body.rstrip("\n").split("\n")
    return steps


def prepare(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for part in ("docs", "examples", "test/Inputs", "test/Dialect"):
        shutil.copytree(SOURCE / part, folder / part)
    (folder / "build").symlink_to(SOURCE / "build")


def type_all(steps, folder):
    script = ["trap 'echo \"@@failed $BASH_COMMAND\"' ERR", "exec 2>&1"]
    for number, step in enumerate(steps):
        script += [f"echo '@@step {number}'", step.commands]
    tools = os.environ | {"PATH": f"{SOURCE}/build/bin:/usr/bin:{os.environ['PATH']}"}
    run = subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, text=True, env=tools,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, errors="replace")
    step = None
    for line in run.stdout.rstrip("\n").split("\n"):
        if line.startswith("@@step "):
            step = steps[int(line.split()[1])]
        elif line.startswith("@@failed "):
            step.failures.append(line.removeprefix("@@failed "))
        elif step:
            step.output.append(line)
    for step in steps:
        while step.output and not step.output[-1].strip():
            step.output.pop()


def form(line):
    """Returns a line with figures that vary, and blanks, made equal."""
    if VOLATILE.search(line):
        line = NUMBER.sub("#", line)
    line = re.sub(r"[0-9][0-9,.]*(?= (ms|s|MB peak)\b)", "#", line)
    return re.sub(r"\s+", " ", line).strip()


def same(expected, found):
    expected, found = form(expected), form(found)
    if expected.endswith("..."):
        return found.startswith(expected[:-3].rstrip())
    return expected == found


def difference(expected, found):
    """Returns the first expected line that is not printed, or None."""
    position, anywhere = 0, False
    for line in expected:
        if line.strip() == "...":
            anywhere = True
            continue
        rest = found[position:] if anywhere else found[position:position + 1]
        hit = next((k for k, other in enumerate(rest) if same(line, other)), None)
        if hit is None:
            return line
        position, anywhere = position + hit + 1, False
    return None if anywhere or position == len(found) else f"(the end; found {found[position]})"


def main():
    page, folder = Path(sys.argv[1]), Path(sys.argv[2])
    steps = read_steps(page.read_text())
    if not steps:
        sys.exit(f"{page} has no command to type")
    prepare(folder)
    inside = page.resolve().relative_to(SOURCE).parent
    type_all(steps, folder / (inside if inside.parts[:1] == ("examples",) else ""))
    wrong = 0
    for step in steps:
        problems = [] if step.fails_on_purpose() else [f"fails: {text}" for text in step.failures]
        if step.expected is not None:
            line = difference(step.expected, step.output)
            problems += [f"does not print: {line}"] if line is not None else []
        for problem in problems:
            wrong += 1
            print(f"{page.name}: {step.commands.strip()}\n  {problem}\n  it printed:")
            print("\n".join(f"  | {line}" for line in step.output[:40]))
    print(f"{page.name}: {len(steps)} steps, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
