"""Finds the messages of the sources, and whether a test expects them; for check-house.

A message is the text of an error, or the advice that goes with one. It consists of pieces:
the literals between the values that are printed. A test expects a message when it has the
longest of them. Where a message has one text or another, each is a message of its own.
"""

import re

# The arguments that are messages; None means everything streamed into the result.
CALLS = {"emitOpError": None, "emitOptionalError": None, "emitError": None,
         "fail": (2, 1), "refuse": (0, 1), "invalid": (0,), "notALibrary": (1,),
         "tacit_refuse": (2, 3), "usage": (0, 1)}
CALL = re.compile(rf"(?<![\w])({'|'.join(CALLS)})\s*\(")
# Matches a definition or a declaration, not a call.
DECLARATION = re.compile(r"(?:^|[;{}>])\s*(?:template\s*<[^;]*>\s*)?(?:static\s+|inline\s+)*"
                         r"[\w:]+(?:<[^;()]*>)?\s+[&*]?(?:\w+::)*$")
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
# The text before a literal that is one of two: `a ? "x" : std::string("y")`.
CHOICE = re.compile(r"(?:\?|(?<!:):)\s*(?:std::string\()?$")
BRACES = re.compile(r"\{[^{}]*\}")
PERCENT = re.compile(r"%[-0-9.*]*(?:zu|[dsp]|$)")
ESCAPES = {"n": "\n", "t": "\t", "0": "\n"}


def matching(code, start):
    """Returns the offset after the parenthesis that closes the one at `start`."""
    depth = 0
    for offset in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[offset], 0)
        if depth == 0:
            return offset + 1
    return len(code)


def arguments_of(code, start, end):
    """Returns (start, end) of each argument of the call with these parentheses."""
    depth, begin, out = 0, start + 1, []
    for offset in range(start + 1, end):
        character = code[offset]
        if depth == 0 and (character == "," or offset == end - 1):
            out.append((begin, offset))
            begin = offset + 1
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(character, 0)
    return out


class Message:
    """A message; its `pieces` follow one another."""

    def __init__(self, offset, pieces):
        self.offset, self.pieces = offset, pieces

    def __str__(self):
        return " ... ".join(self.pieces)

    @property
    def key(self):
        """Returns the longest piece, which identifies the message in lists."""
        return max(self.pieces, key=len)

    def is_expected(self, tests):
        return any(self.key in test for test in tests)


def messages(text, code):
    """Yields each Message of C++ text; `code` is the text with its strings blanked."""
    # Both have the same offsets: `code` finds the structure, `text` the words.
    for match in CALL.finditer(code):
        before = code[max(0, match.start() - 200):match.start()]
        if re.search(r"\b(return|else|co_return)\s*$", before) is None and \
                DECLARATION.search(before):
            continue
        name, start = match.group(1), match.end() - 1
        end = matching(code, start)
        if CALLS[name] is None:
            stop = code.find(";", end)
            spans = [(start, len(code) if stop < 0 else stop)]
        else:
            arguments = arguments_of(code, start, end)
            spans = [arguments[i] for i in CALLS[name] if i < len(arguments)]
        for begin, stop in spans:
            for pieces in split(text[begin:stop], CALLS[name] is not None,
                                name == "tacit_refuse"):
                if any(len(piece) > 2 for piece in pieces):
                    yield Message(match.start(), pieces)


def split(text, is_format, is_c):
    """Returns the pieces of the literals in `text`, then those of each alternative."""
    joined = re.sub(r'"\s*"', "", text)
    pieces, choices = [], []
    for literal in LITERAL.finditer(joined):
        plain = re.sub(r"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group(1)),
                       literal.group(1))
        if is_c:
            plain = PERCENT.sub("\n", plain)
        elif is_format:
            plain = BRACES.sub("\n", plain.replace("{{", "\n").replace("}}", "\n"))
        found = [" ".join(piece.split()) for piece in plain.split("\n")]
        found = [piece for piece in found if piece]
        if CHOICE.search(joined[:literal.start()]):
            choices.append(found)
        else:
            pieces.extend(found)
    return [pieces, *choices]


# The text before the expected message on a line of a test.
DIRECTIVE = re.compile(r"^\s*(?://|#|;)\s*(?:[A-Z][A-Z0-9_-]*(?:\{LITERAL\})?:)?\s*", re.M)
ESCAPED = re.compile(r"\{\{(?:\\(.)|\[(.)\])\}\}")


def expected_text(text, is_code):
    """Returns the words of a test, as one line."""
    if is_code:
        text = re.sub(r'"\s*"', "", text).replace('\\"', '"')
    text = ESCAPED.sub(lambda m: m.group(1) or m.group(2), DIRECTIVE.sub(" ", text))
    return " ".join(text.split())
