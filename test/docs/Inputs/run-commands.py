"""Runs the commands of a page: run-commands.py PAGE.md FOLDER

The lines of all ```sh blocks, in a copy of examples/shakespeare, with the tools on PATH. Lines
that set the scene (make, git, cd, export) are left out: the test has set it.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

page, folder = Path(sys.argv[1]), Path(sys.argv[2])
source = Path(__file__).resolve().parents[3]
blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.M | re.S)
lines = [line for block in blocks for line in block.split("\n")
         if not re.match(r"(make|git|cd|export) ", line)]
commands = "\n".join(lines)
if "tacit " not in commands:
    sys.exit(f"{page} has no command to test")

shutil.rmtree(folder, ignore_errors=True)
shutil.copytree(source / "examples/shakespeare", folder)
run = subprocess.run(["bash", "-euxc", commands], cwd=folder, stdin=subprocess.DEVNULL,
                     capture_output=True, text=True)
if run.returncode != 0:
    print(run.stdout[-2000:], run.stderr[-2000:], sep="\n")
sys.exit(run.returncode)
