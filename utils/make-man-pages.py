#!/usr/bin/python3
"""Writes the manual pages of tacit and of its subcommands from docs/CommandLine.md.

Section "tacit X" becomes tacit-X(1); everything else is tacit(1). A table of two columns
becomes a list of definitions, because a terminal has no room for wide tables. lowdown
turns Markdown into the language of man.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "CommandLine.md"


def split_sections(text):
    """Returns the text before the first "## ", and (title, body) of each section."""
    head, *rest = re.split(r"^## ", text, flags=re.M)
    return head, [tuple(part.split("\n", 1)) for part in rest]


def plain_links(text):
    """Replaces links by their text: a page of a manual has nothing to click on."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)


def cells(row):
    parts = re.split(r"(?<!\\)\|", row.strip().strip("|"))
    return [part.strip().replace("\\|", "|") for part in parts]


def definitions(table):
    """Returns the rows of a two-column table as definitions."""
    return "\n".join(f"{left}\n: {right}\n" for left, right in map(cells, table[2:]))


def without_tables(text):
    """Rewrites the two-column tables of a page; wider ones stay."""
    result, table, fenced = [], [], False

    def flush():
        if table and len(cells(table[0])) == 2:
            result.append("\n" + definitions(table))
        else:
            result.extend(table)
        table.clear()

    for line in text.split("\n"):
        fenced ^= line.startswith("```")
        if line.startswith("|") and not fenced:
            table.append(line)
            continue
        flush()
        result.append(line)
    flush()
    return "\n".join(result)


def summaries(head):
    """Returns what the table of subcommands says of each."""
    rows = re.findall(r"^\| \[`tacit (\w+)[^\n]*\]\([^)]*\) \| (.*) \|$", head, flags=re.M)
    return dict(rows)


def page(name, summary, body, others):
    """Returns a whole page as Markdown."""
    see = ", ".join(f"{other}(1)" for other in others if other != name)
    return (f"# NAME\n\n{name} - {summary}\n\n# DESCRIPTION\n\n"
            f"{without_tables(plain_links(body)).strip()}\n\n# SEE ALSO\n\n{see}\n")


def render(lowdown, name, version, markdown):
    run = subprocess.run(
        [lowdown, "-s", "-tman", f"-Mtitle={name}", "-Msection=1", f"-Msource=Tacit {version}",
         "-Mvolume=Tacit", "-Mdate="],
        input=markdown, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"make-man-pages: {lowdown} failed on {name}: {run.stderr.strip()}")
    return run.stdout


def pages(text):
    """Returns {name: (summary, body)} of all pages."""
    head, sections = split_sections(text)
    about = summaries(head)
    found, rest = {}, [re.sub(r"^# .*\n", "", head)]
    for title, body in sections:
        name = title.removeprefix("tacit ")
        if title.startswith("tacit ") and name in about:
            found[f"tacit-{name}"] = about[name], re.sub(r"^###", "##", body, flags=re.M)
        else:
            rest.append(f"## {title}\n{body}")
    missing = set(about) - {name.removeprefix("tacit-") for name in found}
    if missing or not found:
        sys.exit(f"make-man-pages: {SOURCE.name} has no section for: {', '.join(missing)}")
    found["tacit"] = "compiles transformers to CPU code or two-party protocols", "\n".join(rest)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lowdown", default="lowdown")
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    found = pages(SOURCE.read_text())
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name, (summary, body) in found.items():
        text = page(name, plain_links(summary), body, sorted(found))
        (arguments.folder / f"{name}.1").write_text(
            render(arguments.lowdown, name, arguments.version, text))


if __name__ == "__main__":
    main()
