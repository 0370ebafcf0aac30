#!/usr/bin/python3
"""Checks the house rules that no compiler checks; see CONTRIBUTING.md.

Prints one line for each finding, `file:line: what is wrong; what to do`, and exits
with 1 when there is any.

  check-house.py [ROOT]
"""

import bisect
import re
import subprocess
import sys
from pathlib import Path

import error_messages

FOLDERS = ("include", "lib", "tools", "test", "unittests", "utils", "cmake", "benchmarks",
           "examples", "fuzz")
CXX = (".cpp", ".h", ".c")
MAX_FUNCTION, MAX_TEST, MAX_COLUMNS = 60, 300, 100
FORMAT = "clang-format-22"
LICENSE_LINES = ("Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.",
                 "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception")
OPT_OUT = "utils/untested-errors.txt"


class File:
    """Holds a text file, and its C++ code without comments."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(errors="replace")
        self.lines = self.text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._code = None
        self._functions = None

    @property
    def suffix(self):
        return self.path.suffix

    @property
    def is_test(self):
        return self.name.startswith("test/") and "/Inputs/" not in self.name

    @property
    def code(self):
        """Returns the text with comments and string contents blanked; offsets stay the same."""
        if self._code is None:
            self._code = blank(self.text, strings=True)
        return self._code

    @property
    def functions(self):
        """Returns the functions of C++ code that have a body, in order."""
        if self._functions is None:
            self._functions = list(find_functions(self))
        return self._functions

    def function_at(self, offset):
        """Returns the function whose body contains the offset, or None."""
        return next((f for f in self.functions if f.begin <= offset < f.end), None)

    def line_of(self, offset):
        return bisect.bisect_right(self._starts, offset)

    def length(self):
        return len(self.lines) - (self.lines[-1] == "")


TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|"""
    r"""(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'""", re.S)


def blank(text, strings):
    """Replaces comments (and the contents of strings) by spaces, keeping newlines."""
    def cover(match):
        token = match.group()
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1] if strings else token
    return TOKEN.sub(cover, text)


class Function:
    """A function of a file: where it begins and ends, as offsets and in lines."""

    def __init__(self, file, name, begin, end):
        self.name, self.begin, self.end = name, begin, end
        self.first = file.line_of(begin)
        self.length = file.line_of(end) - self.first + 1


# Words before braces that contain declarations, and therefore may contain functions.
SCOPE = re.compile(r"\b(namespace|class|struct|union|extern|enum)\b")
FUNCTION_NAME = re.compile(r"([~\w:]+|operator\W+)\s*\(")


def find_functions(file):
    """Yields everything with a parameter list and a body that is not inside another body."""
    scopes, start, code = [], 0, file.code
    for match in re.finditer(r"[{};]|^#.*$", code, re.M):
        token = match.group()
        if token == "{":
            head = code[start:match.start()]
            name = FUNCTION_NAME.search(head)
            is_inside = any(kind != "scope" for kind, _, _ in scopes)
            if is_inside:
                kind = "body"
            elif name and "=" not in head[:name.start()]:
                kind = "function"
            else:
                kind = "scope" if SCOPE.search(head) else "body"
            begin = start + len(head) - len(head.lstrip())
            scopes.append((kind, name.group(1) if name else "", begin))
        elif token == "}" and scopes:
            kind, name, begin = scopes.pop()
            if kind == "function":
                yield Function(file, name, begin, match.end())
        if not any(kind != "scope" for kind, _, _ in scopes):
            start = match.end()


class House:
    def __init__(self, root):
        self.root = root
        self.findings = []
        self.files = []
        for folder in FOLDERS:
            for path in sorted((root / folder).rglob("*")):
                hidden = any(p.startswith((".", "__")) for p in path.relative_to(root).parts)
                if path.is_file() and not hidden and is_text(path):
                    self.files.append(File(root, path))

    def find(self, file, line, what, todo):
        name = file.name if isinstance(file, File) else file
        self.findings.append((name, line, f"{name}:{line}: {what}; {todo}"))

    def having(self, *suffixes, under=()):
        return [f for f in self.files if f.suffix in suffixes
                and (not under or f.name.startswith(tuple(under)))]


TEXT_SUFFIXES = CXX + (".td", ".mlir", ".test", ".py", ".sh", ".txt", ".cmake", ".in", ".md")


def is_text(path):
    return path.suffix in TEXT_SUFFIXES


# --- passes ------------------------------------------------------------------------

PASS = re.compile(r'^def\s+(\w+)\s*:\s*\w*Pass<\s*"([^"]*)"', re.M)


def check_passes(house):
    sources = {}
    for file in house.having(".cpp", under=["lib/"]):
        sources.setdefault(file.path.name, []).append(file)
    for td in [f for f in house.having(".td") if f.path.name.endswith("Passes.td")]:
        matches = list(PASS.finditer(td.text))
        for match, following in zip(matches, matches[1:] + [None]):
            body = td.text[match.start():following.start() if following else None]
            name, flag = match.groups()
            line = td.line_of(match.start())
            check_pass_source(house, td, line, name, sources)
            check_pass_test(house, td, line, flag)
            if not (re.search(r"\bBefore\b", body) and re.search(r"\bAfter\b", body)):
                house.find(td, line, f"the description of pass '{name}' has no Before and "
                           "After", "show the same small program before and after the pass")


def check_pass_source(house, td, line, name, sources):
    define = f"GEN_PASS_DEF_{name.upper()}"
    wanted = [f"{name}.cpp"]
    # A conversion's folder and file are named after both dialects: NNToLinalg.
    if name.startswith("Convert"):
        wanted.append(f"{name[len('Convert'):]}.cpp")
    if not any(re.search(rf"\b{define}\b", file.text)
               for file_name in wanted for file in sources.get(file_name, [])):
        house.find(td, line, f"pass '{name}' has no {' or '.join(wanted)} with {define}",
                   "give each pass a file of its own name under lib/")


def check_pass_test(house, td, line, flag):
    parts = [p for p in td.path.relative_to(house.root).parts[:-1]
             if p not in ("include", "tacit", "Transforms")]
    if flag.startswith("convert-"):
        road = flag[len("convert-"):].replace("-", "")
        tests = [f for f in house.having(".mlir", under=["test/Conversion/"])
                 if f.path.parent.name.lower() == road]
        wanted = "test/Conversion/<" + flag[len("convert-"):] + " in CamelCase>/*.mlir"
    else:
        # A pass is named after its dialect, or after the target of Codegen.
        prefix = parts[1].lower() + "-" if len(parts) > 1 else ""
        if not flag.startswith(prefix):
            house.find(td, line, f"flag '{flag}' does not begin with '{prefix}'",
                       "name a pass after the folder it lives in")
            return
        wanted = "/".join(["test", *parts, flag[len(prefix):] + ".mlir"])
        tests = [f for f in house.files if f.name == wanted]
    if not tests:
        house.find(td, line, f"pass '{flag}' has no test {wanted}",
                   "make Before and After of its description the first test")
    elif not any(re.search(rf"(?<!\w)(?<!\w-){re.escape(flag)}(?![\w-])", test_line)
                 for test in tests for test_line in test.lines if "RUN:" in test_line):
        house.find(tests[0], 1, f"no RUN line runs '{flag}'", "run the pass in its own test")


# --- operations --------------------------------------------------------------------

OPERATION = re.compile(r'^def\s+\w+Op\s*:\s*\w+<\s*(?:\w+,\s*)?"(\w+)"', re.M)


def check_operations(house):
    """The meaning of an operation is tested by values, against the reference interpreter."""
    tests = "\n".join(file.text for file in house.having(".mlir", under=["test/Reference/"]))
    for dialect in ("nn", "mpc"):
        for td in house.having(".td", under=[f"include/tacit/Dialect/{dialect.upper()}/IR/"]):
            # What these compute depends on what the outside sends.
            if td.path.name == "MPCMessages.td":
                continue
            for match in OPERATION.finditer(td.text):
                name = f"{dialect}.{match.group(1)}"
                if not re.search(rf"\b{re.escape(name)}\b(?!\.)", tests):
                    house.find(td, td.line_of(match.start()),
                               f"no test in test/Reference computes '{name}'",
                               "add a function with test.value and test.expected")


# --- sizes, banners, layout --------------------------------------------------------

def check_sizes(house):
    """A function is read in one piece, and so is a test; a file is about one subject,
    which no script can count."""
    for file in house.files:
        if file.is_test and file.suffix in (".mlir", ".test", ".c"):
            if file.length() > MAX_TEST:
                house.find(file, MAX_TEST + 1, f"{file.length()} lines, and a test has at "
                           f"most {MAX_TEST}", "split it where its subject changes")
        elif file.suffix in CXX and not file.name.startswith("test/"):
            for function in file.functions:
                if function.length > MAX_FUNCTION:
                    house.find(file, function.first, f"the function '{function.name}' has "
                               f"{function.length} lines; a function has at most "
                               f"{MAX_FUNCTION}", "give each of its steps a name")


def check_banners(house):
    for file in house.having(*CXX, ".td"):
        if file.is_test:
            continue
        head = "\n".join(file.lines[:8])
        if "===- " + file.path.name + " - " not in file.lines[0]:
            house.find(file, 1, f"the first line is not a banner that names {file.path.name}",
                       f"begin with '//===- {file.path.name} - what it is ---===//'")
        elif not all(line in head for line in LICENSE_LINES):
            house.find(file, 1, "the banner lacks the licence lines",
                       "copy them from a neighbouring file")


def check_format(house):
    """The layout of C++ is determined by clang-format alone."""
    if not (house.root / ".clang-format").exists():
        return  # a small tree of a test
    files = [f.path for f in house.having(*CXX) if not f.name.startswith("test/")]
    try:
        run = subprocess.run([FORMAT, "--dry-run", "-ferror-limit=1", *files],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        house.find(".clang-format", 1, f"found no {FORMAT}", "run utils/setup.sh")
        return
    for match in re.finditer(r"^(.*?):(\d+):\d+: warning:", run.stderr, re.M):
        name = Path(match[1]).relative_to(house.root).as_posix()
        house.find(name, int(match[2]), "the layout is not that of .clang-format",
                   "run 'make format'")


def check_layout(house):
    for file in house.files:
        fenced = False
        for number, line in enumerate(file.lines, 1):
            if line != line.rstrip():
                house.find(file, number, "trailing whitespace", "remove it")
            if "\t" in line:
                house.find(file, number, "a tab", "use spaces")
            # An operation in a description's example stays on one line, as printed.
            if file.suffix == ".td" and line.lstrip().startswith("```"):
                fenced = not fenced
            if file.suffix in CXX + (".td",) and len(line) > MAX_COLUMNS and not fenced:
                house.find(file, number, f"{len(line)} columns, more than {MAX_COLUMNS}",
                           "break the line")


# --- code --------------------------------------------------------------------------

DRIVERS = r"(?:applyPatterns\w*|applyOpPatterns\w*|apply(?:Partial|Full|Analysis)Conversion)"
CAST_AWAY = re.compile(rf"\(void\)\s*[\w:.>-]*\b({DRIVERS}|run\w*|verify\w*)\s*\(")
STATEMENT = re.compile(rf"^[ ]*(?:mlir::)?({DRIVERS})\s*\(", re.M)
# The library of the command line: it prints messages for users, and ends the process.
DRIVER = "lib/Driver/"
# (pattern, folders it is forbidden in, what is wrong, what to do)
READERS = ("lib/Codegen", "lib/Cost", "lib/Driver", "lib/Export", "lib/Import", "lib/Pipelines")
FORBIDDEN = [
    (re.compile(r"\bMemoryBuffer::getFile\("), READERS,
     "MemoryBuffer::getFile reads a file that an output may then replace", "use readInput"),
    (re.compile(r"\b(TempFile::create|raw_fd_ostream \w+\()"), READERS,
     "{0} writes a file at once", "add it to OutputFiles"),
    (re.compile(r"\bcl::(opt|list|bits|alias)\b"),
     ("include/", "lib/", "unittests/", "benchmarks/"), "cl::{0} outside tools/",
     "make it an option of the pass or of its pipeline"),
    (re.compile(r"\berrs\(\)"), ("include/", "lib/"), "a library writes to llvm::errs()",
     "return an llvm::Error or emit a diagnostic"),
    (re.compile(r"\bstd::(cerr|clog)\b"), ("include/", "lib/"),
     "a library writes to std::{0}", "return an llvm::Error or emit a diagnostic"),
    (re.compile(r"(?<![\w.>])(exit|_exit|abort|quick_exit)\s*\("), ("include/", "lib/"),
     "a library calls {0}()", "return the failure to the caller"),
    (re.compile(r"(?<!\w)assert\s*\("), ("lib/Import", "include/tacit/Import"),
     "assert() where files are read", "a file can hold anything: return an llvm::Error"),
]


def check_code(house):
    for file in house.having(*CXX):
        for pattern, folders, what, todo in FORBIDDEN:
            if not file.name.startswith(folders) or is_driver_matter(file, what):
                continue
            for match in pattern.finditer(file.code):
                house.find(file, file.line_of(match.start()), what.format(*match.groups()),
                           todo)
        if file.name.startswith(("include/", "lib/", "tools/")):
            check_discarded(house, file)


def is_driver_matter(file, what):
    return file.name.startswith(DRIVER) and what.startswith("a library")


def check_discarded(house, file):
    offsets = [(m.start(), m.group(1)) for m in CAST_AWAY.finditer(file.code)]
    for match in STATEMENT.finditer(file.code):
        # A statement begins after one of these; anything else (an operator, an open
        # parenthesis, 'return') means that the result is used.
        if re.search(r"([;{})]|\belse|^)$", file.code[:match.start()].rstrip()):
            offsets.append((match.start(1), match.group(1)))
    for offset, name in sorted(offsets):
        house.find(file, file.line_of(offset), f"the result of {name} is thrown away",
                   "if (failed(...)) return signalPassFailure()")


DRIVER_LINK = re.compile(r"\bTacitDriver\b")


def check_links(house):
    """No library may depend on the driver."""
    for file in house.having(".txt", under=["lib/"]):
        if file.path.name != "CMakeLists.txt" or \
                file.name.startswith((DRIVER, "lib/InitAll/")):
            continue
        for match in DRIVER_LINK.finditer(file.text):
            house.find(file, file.line_of(match.start()), "a library links the driver",
                       "move what it needs to a library below lib/Driver")


OPTION = re.compile(r"cl::(?:opt|list|bits)<[^;]*?\(\s*\"([\w-]+)\"", re.S)
EXIT_CODE = re.compile(r"\b[Ee]xit[Cc]ode\w*")
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')


def check_options(house):
    """How an option is called, and what a process ends with, is a matter of the command
    line: a library says what was found, and what to try in words of values."""
    names = {name for file in house.having(".cpp", under=["tools/"])
             for name in OPTION.findall(blank(file.text, strings=False)) if len(name) > 1}
    option = re.compile(rf"(?<![\w-])--({'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    for file in house.having(*CXX, under=["include/", "lib/"]):
        if file.name.startswith((DRIVER, "include/tacit/Driver/")):
            continue
        for match in EXIT_CODE.finditer(file.code):
            house.find(file, file.line_of(match.start()), "a library names an exit code",
                       "give the error its ErrorKind")
        text = blank(file.text, strings=False)
        for literal in STRING.finditer(text) if names else ():
            for match in option.finditer(literal.group()):
                house.find(file, file.line_of(literal.start()),
                           f"a library names the option --{match.group(1)}",
                           "give the hint a Setting, which the driver knows the option of")


# --- lists of words ----------------------------------------------------------------

# GeluWord<"Erf", 0, "erf", "GELU by erf"> and I32EnumCase<"Sum", 0, "sum">
CASE = re.compile(r'\b(?:\w+Word|I32Enum(?:Attr)?Case)<\s*"\w+",\s*\d+,\s*"([\w-]+)"')
TABLE = re.compile(r"\bWord<[\w:]+>\s+\w+\[\]")
# Two words, such as max and min, belong to many families; literals of three do by chance.
MIN_WORDS, MIN_TABLE = 3, 4
SEPARATOR = r"(?:, | or |, or |\|)"


def check_words(house):
    """The values of an enum are listed once, in TableGen. Dialects, options, messages and
    help follow from that list."""
    lists = []
    for td in house.having(".td", under=["include/"]):
        for block in re.finditer(r"\[[^\[\]]*\]", td.text):
            words = set(CASE.findall(block.group()))
            if len(words) < MIN_WORDS:
                continue
            line = td.line_of(block.start())
            for other, first, known in lists:
                if words <= known or known <= words:
                    house.find(td, line, f"the words of this enum are listed in {other.name}:"
                               f"{first} too", "include that list")
            lists.append((td, line, words))
    for file in house.having(*CXX, under=["include/", "lib/", "tools/"]):
        for match in TABLE.finditer(file.code):
            house.find(file, file.line_of(match.start()), "a table of words in C++",
                       "list the enum in TableGen, as Words.td says")
        literals = list(STRING.finditer(blank(file.text, strings=False)))
        for td, line, words in lists:
            copy = find_copy(literals, words)
            if copy:
                house.find(file, file.line_of(copy.start()), "the words of the enum in "
                           f"{td.name}:{line} once more", "take them from the enum")


def find_copy(literals, words):
    """The first literal of a table of most of `words`, or one that lists them for readers."""
    hits = [literal for literal in literals if literal.group()[1:-1] in words]
    found = {literal.group() for literal in hits}
    if len(found) >= max(MIN_TABLE, len(words) * 3 / 4):
        return hits[0]
    word = "(?:" + "|".join(map(re.escape, sorted(words))) + ")"
    sentence = re.compile(rf"\b{word}(?:{SEPARATOR}{word}){{{MIN_WORDS - 1},}}\b")
    return next((literal for literal in literals if sentence.search(literal.group())), None)


# --- tests -------------------------------------------------------------------------

SUFFIX = r"(?:-(?:NEXT|SAME|NOT|DAG|LABEL|EMPTY|COUNT-\d+))?"


def check_directives(house):
    for file in house.having(".mlir", ".test", ".c"):
        if not file.is_test:
            continue
        prefixes = {"CHECK"}
        for names in re.findall(r"--?check-prefix(?:es)?[= ]([\w,-]+)", file.text):
            prefixes.update(names.split(","))
        known = "|".join(sorted(map(re.escape, prefixes), key=len, reverse=True))
        directive = re.compile(rf"^\s*(?://|#|;)\s*((?:{known})(?:-[A-Z0-9-]+)?)(?![\w-])")
        valid = re.compile(rf"(?:{known}){SUFFIX}")
        for number, line in enumerate(file.lines, 1):
            match = directive.match(line)
            if match and not valid.fullmatch(match.group(1)):
                house.find(file, number, f"FileCheck knows no '{match.group(1)}'",
                           "correct the spelling, or reword the comment")
            elif match and not re.match(r"(\{LITERAL\})?:", line[match.end():]):
                house.find(file, number, f"'{match.group(1)}' has no colon, so it checks "
                           "nothing", "add the colon, or reword the comment")
            if re.match(r"\s*(//|#|;)\s*(RUN|REQUIRES|XFAIL|UNSUPPORTED)\s+[^:\s]", line):
                house.find(file, number, f"'{line.split()[1]}' has no colon, so lit does "
                           "not see it", "add the colon")


# --- error messages ----------------------------------------------------------------

def check_errors(house):
    """Every kind of error has a test. The messages of one function are a kind: they tell
    what is wrong with the same thing. Which words say it may change; that they are said
    may not. So one message of each is expected somewhere, by its longest piece."""
    tests = [error_messages.expected_text(f.text, f.suffix in CXX) for f in house.files
             if f.name.startswith(("test/", "unittests/"))]
    excused = read_opt_out(house)
    for file in house.having(*CXX, under=["include/", "lib/", "tools/"]):
        text = blank(file.text, strings=False)
        kinds = {}
        for message in error_messages.messages(text, file.code):
            kinds.setdefault(file.function_at(message.offset), []).append(message)
        for function, messages in kinds.items():
            if any(message.is_expected(tests) for message in messages):
                continue
            hits = [excused[m.key] for m in messages if m.key in excused]
            for hit in hits:
                hit[1] = True
            if not hits:
                name = function.name if function else "the file"
                house.find(file, file.line_of(messages[0].offset),
                           f"no test provokes an error of '{name}', such as "
                           f"'{messages[0]}'",
                           f"provoke it in a test, or excuse '{messages[0].key}' in {OPT_OUT}")
    for piece, (number, used) in excused.items():
        if not used:
            house.find(OPT_OUT, number, f"'{piece}' is tested, or no error any more",
                       "remove the line")


def read_opt_out(house):
    """{error piece: [line, used]} of the lines 'piece :: reason'."""
    out = {}
    path = house.root / OPT_OUT
    for number, line in enumerate(path.read_text().split("\n") if path.exists() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        piece, _, reason = line.partition(" :: ")
        if not reason.strip():
            house.find(OPT_OUT, number, "an error without a reason",
                       "write 'the error :: why no test can provoke it'")
        out[piece.strip()] = [number, False]
    return out


# --- docs --------------------------------------------------------------------------

def check_docs(house):
    generator = Path(__file__).resolve().parent / "gen-docs.py"
    run = subprocess.run([sys.executable, generator, "--check", "--root", house.root],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)
    for line in run.stdout.splitlines():
        house.findings.append((line.split(":")[0], 1, line))
    if run.returncode != 0 and not run.stdout:
        house.find("docs", 1, "gen-docs.py failed: " + " ".join(run.stderr.split()),
                   "correct the TableGen file that it names")


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(sys.argv) == 2 else 2
    script = Path(__file__).resolve()
    root = Path(sys.argv[1]).resolve() if len(sys.argv) == 2 else script.parent.parent
    house = House(root)
    if not house.files:
        print(f"check-house: found no source file in '{root}'; expected a project with one "
              f"of the folders {', '.join(FOLDERS)}", file=sys.stderr)
        return 2
    for check in (check_passes, check_operations, check_sizes, check_banners, check_format,
                  check_layout, check_code, check_links, check_options, check_words,
                  check_directives, check_errors, check_docs):
        check(house)
    for _, _, text in sorted(set(house.findings)):
        print(text)
    count = len(set(house.findings))
    print(f"{count} finding{'s' if count != 1 else ''} in {len(house.files)} files")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
