"""Prints the folders that docs/Rationale/WhereDoesItGo.md names and that do not exist."""

import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
page = (root / "docs/Rationale/WhereDoesItGo.md").read_text()
rooms = set(re.findall(r"`((?:lib|tools)/[\w/-]+)`", page))
missing = sorted(room for room in rooms if not (root / room).is_dir())
for room in missing:
    print(f"no folder {room}")
print(f"{len(rooms)} rooms, {len(missing)} missing")
