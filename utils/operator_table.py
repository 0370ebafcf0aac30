"""The operators that the importer has, read from its tables in C++."""

import re
from dataclasses import dataclass

# {"Softmax", 9, 23, buildSoftmax}, with the domain before it where it is not ONNX's, and
# with an optional note behind it: what of the operator's definition is not supported.
ROW = re.compile(r'^\s*\{(?:"([\w.]*)",\s*)?"(\w+)",\s*(\d+),\s*(\d+),\s*&?(\w+)\},?'
                 r"\s*(?://\s*(.*))?$")
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
    rows = []
    for path in sorted((root / "lib/Import/ONNX/Ops").glob("*.cpp")):
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
                rows.append(Operator(row[1] or domain, row[2], int(row[3]), int(row[4]),
                                     row[6] or ""))
            elif domain is not None and line.strip().startswith("{"):
                raise TableError(f"{path.name}:{number}: a row that cannot be read; expected "
                                 '{"Type", first opset, last opset, builder}')
    if not rows:
        raise TableError("found no operator table in lib/Import/ONNX/Ops")
    return rows
