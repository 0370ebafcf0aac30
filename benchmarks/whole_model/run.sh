#!/usr/bin/env bash
# Whole models beside ONNX Runtime: the bundled one, or those named as arguments.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ $# -eq 0 ]; then
  exec /usr/bin/python3 benchmarks/whole_model/run.py
fi
for model in "$@"; do
  /usr/bin/python3 benchmarks/whole_model/run.py "$model"
done
