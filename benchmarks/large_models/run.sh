#!/usr/bin/env bash
# What compiling takes as models grow: time by layers, memory by weights.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 benchmarks/large_models/run.py "$@"
