"""The operators that the importer has, read from its tables in C++."""

import re
from dataclasses import dataclass

# {"Scatter", 9, buildScatterElements, 10}, where the last opset is left out if it is the
# newest, and with an optional note behind it: what of the operator is not supported.
ROW = re.compile(r'^\s*\{"(\w+)",\s*(\d+),\s*(\w+)(?:,\s*(\d+))?\},?\s*(?://\s*(.*))?$')
NEWEST = re.compile(r"kMaxOpset = (\d+);")
TABLE = re.compile(r"constexpr\s+OpEntry\s+k(\w*)Table\[\]\s*=\s*\{")
# Name of the table in C++ -> domain in the file; "" is ONNX's own.
DOMAINS = {"": "", "Microsoft": "com.microsoft"}


@dataclass(frozen=True)
class Operator:
    domain: str
    name: str
    since: int
    until: int
    note: str


class TableError(Exception):
    pass


def read_operators(root):
    """Every row of every table, in their order."""
    folder = root / "lib/Import/ONNX/Ops"
    newest = NEWEST.search((folder / "OpTable.h").read_text())
    if not newest:
        raise TableError("found no kMaxOpset in OpTable.h")
    rows = []
    for path in sorted(folder.glob("*.cpp")):
        domain = None
        for number, line in enumerate(path.read_text().split("\n"), 1):
            begin, row = TABLE.search(line), ROW.match(line)
            if begin:
                if begin.group(1) not in DOMAINS:
                    raise TableError(f"{path.name}:{number}: a table of an unknown domain "
                                     f"'{begin.group(1)}'; add it to DOMAINS")
                domain = DOMAINS[begin.group(1)]
            elif line.startswith("};"):
                domain = None
            elif row and domain is not None:
                last = 1 if domain else int(row[4] or newest[1])
                rows.append(Operator(domain, row[1], int(row[2]), last, row[5] or ""))
            elif domain is not None and line.strip().startswith("{"):
                raise TableError(f"{path.name}:{number}: a row that cannot be read; expected "
                                 '{"Type", first opset, builder}')
    if not rows:
        raise TableError("found no operator table in lib/Import/ONNX/Ops")
    return rows
