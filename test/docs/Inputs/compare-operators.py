"""Compares the list in docs/CommandLine.md with the importer's table."""

import re
import sys
from pathlib import Path

source = Path(sys.argv[1])
table = (source / "lib/Import/ONNX/OpTable.cpp").read_text()
table = table[table.index("kTable[]"):table.index("};", table.index("kTable[]"))]
imported = set(re.findall(r'\{"(\w+)", \d+, \d+,', table))
page = (source / "docs/CommandLine.md").read_text()
section = page.split("## Operators\n")[1].split("\n## ")[0]
listed = set(re.findall(r"`(\w+)`", section))
if len(imported) < 10:
    sys.exit("found no table of operators in OpTable.cpp")
for name in sorted(imported ^ listed):
    print(f"{name} is {'listed, but not imported' if name in listed else 'not listed'}")
sys.exit(1 if imported != listed else 0)
