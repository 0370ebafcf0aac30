#!/usr/bin/python3
"""Runs a command that must end with a given exit code, and prints its whole output.

  exits.py CODE COMMAND ARGUMENT...
"""

import subprocess
import sys

expected, command = int(sys.argv[1]), sys.argv[2:]
run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                     stderr=subprocess.STDOUT)
sys.stdout.buffer.write(run.stdout)
if run.returncode != expected:
    sys.exit(f"'{' '.join(command)}' ended with {run.returncode}; expected {expected}")
