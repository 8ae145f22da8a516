"""Decides what a form's expression means: the text of a cell becomes a tree, or a fault with its place in the cell.

The grammar is XPath 1.0 as XLSForm uses it: `${name}`, paths over child, self and parent, predicates, operators,
function calls. Axes, attributes and `//` are not offered.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

LONGEST = 4_000
MOST_TOKENS = 400  # a tree is no deeper than its tokens, and evaluating walks it by recursion
DEEPEST = 40

FAULTS: Mapping[str, tuple[str, str]] = {
    "EMPTY": ("表达式是空的", "the expression is empty"),
    "TOO_LONG": ("表达式过长", "the expression is too long"),
    "TOO_DEEP": ("括号嵌套过深", "brackets are nested too deeply"),
    "SIGN": ("不认识的符号 {what}", "unknown sign {what}"),
    "QUOTE": ("引号没有结束", "a quotation is not closed"),
    "REFERENCE": ("${{ }} 引用没有写完整", "a ${{ }} reference is not complete"),
    "UNEXPECTED": ("此处不应出现 {what}", "{what} is not expected here"),
    "ENDS": ("表达式没有写完,缺少 {what}", "the expression ends where {what} is missing"),
    "NOT_OFFERED": ("不支持 {what}", "{what} is not offered"),
}


class ExpressionFault(Exception):
    """An expression cannot be read. `column` counts characters from 1."""

    def __init__(self, code: str, column: int, what: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.what = what


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}`: the question of that name, in the own repetition where there is one."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple["Expression", ...]
    column: int


@dataclass(frozen=True, slots=True)
class Operation:
    """`or and = != < <= > >= + - * div mod |`."""

    sign: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Negation:
    value: "Expression"


@dataclass(frozen=True, slots=True)
class Step:
    """`.` and `..` have those names; `*` is any child. `column` is where the step stands."""

    name: str
    predicates: tuple["Expression", ...]
    column: int


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the root of the form, from the place of the expression (start None), or from a node set."""

    from_root: bool
    start: "Expression | None"
    steps: tuple[Step, ...]


Expression = Literal | Reference | Call | Operation | Negation | Path
_Read = Callable[[], "Expression"]

_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<number>\d+(?:\.\d*)?|\.\d+) |
    (?P<text>"[^"]*"|'[^']*') |
    (?P<ref>\$\{{\s*(?P<target>{_NAME})\s*\}}) |
    (?P<name>{_NAME}(?::(?!:){_NAME})?) |
    (?P<sign>\.\.|!=|<=|>=|//|::|[-+*/<>=|()\[\],.@])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    column: int


END = "end"


def tokens(text: str) -> Iterator[Token]:
    """The tokens of an expression, the last of kind `end`. Errors: ExpressionFault."""
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise _unreadable(text, place)
        kind = str(found.lastgroup) if found.lastgroup != "target" else "ref"
        written = found["target"] if kind == "ref" else found[kind]
        yield Token(kind, written, found.start(kind) + 1)
        place = found.end()
    yield Token(END, "", end + 1)


def _unreadable(text: str, place: int) -> ExpressionFault:
    while text[place].isspace():
        place += 1
    if text[place] in "\"'":
        return ExpressionFault("QUOTE", place + 1)
    if text[place] == "$":
        return ExpressionFault("REFERENCE", place + 1)
    return ExpressionFault("SIGN", place + 1, text[place])


def parse(text: str) -> Expression:
    """The tree of an expression. Errors: ExpressionFault."""
    if not text.strip():
        raise ExpressionFault("EMPTY", 1)
    if len(text) > LONGEST:
        raise ExpressionFault("TOO_LONG", LONGEST)
    found = tuple(tokens(text))
    if len(found) > MOST_TOKENS:
        raise ExpressionFault("TOO_LONG", found[MOST_TOKENS].column)
    return _Reader(found).whole()


_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
_ALWAYS_NAMED = frozenset({"text", "node", "comment", "processing-instruction"})


class _Reader:
    """Recursive descent over the tokens; one method a level of the grammar."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self.tokens = found
        self.place = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.next
        self.place += 1
        return token

    def at(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def want(self, sign: str) -> None:
        if not self.at(sign):
            raise self.unexpected(sign)
        self.place += 1

    def unexpected(self, missing: str) -> ExpressionFault:
        if self.next.kind == END:
            return ExpressionFault("ENDS", self.next.column, missing)
        return ExpressionFault("UNEXPECTED", self.next.column, self.next.text)

    def whole(self) -> Expression:
        value = self.level(0)
        if self.next.kind != END:
            raise self.unexpected("")
        return value

    def level(self, number: int) -> Expression:
        """Left-associative operators of one level over the next tighter one."""
        if number == len(_LEVELS):
            return self.unary()
        value = self.level(number + 1)
        while self.next.kind in {"sign", "name"} and self.next.text in _LEVELS[number]:
            sign = self.take().text
            value = Operation(sign, value, self.level(number + 1))
        return value

    def unary(self) -> Expression:
        minus = 0
        while self.at("-"):
            self.place += 1
            minus += 1
        value = self.union()
        for _ in range(minus):
            value = Negation(value)
        return value

    def union(self) -> Expression:
        value = self.path()
        while self.at("|"):
            self.place += 1
            value = Operation("|", value, self.path())
        return value

    def path(self) -> Expression:
        if self.at("//"):
            raise ExpressionFault("NOT_OFFERED", self.next.column, "//")
        if self.at("/"):
            self.place += 1
            return Path(True, None, self.steps())
        if self.begins_value():
            return self.filtered()
        return Path(False, None, self.steps())

    def begins_value(self) -> bool:
        if self.next.kind == "name":
            following = self.tokens[self.place + 1]
            return following.kind == "sign" and following.text == "("
        return self.next.kind in {"number", "text", "ref"} or self.at("(")

    def filtered(self) -> Expression:
        """A value, perhaps with predicates and further steps."""
        value = self.primary()
        predicates = self.predicates()
        if predicates:
            value = Path(False, value, (Step(".", predicates, self.next.column),))
        if self.at("//"):
            raise ExpressionFault("NOT_OFFERED", self.next.column, "//")
        if self.at("/"):
            self.place += 1
            return Path(False, value, self.steps())
        return value

    def primary(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return Literal(float(token.text))
        if token.kind == "text":
            return Literal(token.text[1:-1])
        if token.kind == "ref":
            return Reference(token.text, token.column)
        if token.kind == "name":
            return self.call(token)
        value = self.inside(lambda: self.level(0))
        self.want(")")
        return value

    def call(self, name: Token) -> Expression:
        if name.text in _ALWAYS_NAMED:
            raise ExpressionFault("NOT_OFFERED", name.column, f"{name.text}()")
        self.want("(")
        arguments: list[Expression] = []
        while not self.at(")"):
            if arguments and not self.at(","):
                raise self.unexpected(")")
            if arguments:
                self.place += 1
            arguments.append(self.inside(lambda: self.level(0)))
        self.want(")")
        return Call(name.text, tuple(arguments), name.column)

    def inside(self, read: "_Read") -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionFault("TOO_DEEP", self.next.column)
        value = read()
        self.depth -= 1
        return value

    def steps(self) -> tuple[Step, ...]:
        found = [self.step()]
        while self.at("/", "//"):
            sign = self.take()
            if sign.text == "//":
                raise ExpressionFault("NOT_OFFERED", sign.column, "//")
            found.append(self.step())
        return tuple(found)

    def step(self) -> Step:
        if self.at("@", "::"):
            raise ExpressionFault("NOT_OFFERED", self.next.column, self.next.text)
        if self.next.kind != "name" and not self.at(".", "..", "*"):
            raise self.unexpected("值")
        token = self.take()
        if self.at("::"):
            raise ExpressionFault("NOT_OFFERED", token.column, f"{token.text}::")
        return Step(token.text, self.predicates(), token.column)

    def predicates(self) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.at("["):
            self.place += 1
            found.append(self.inside(lambda: self.level(0)))
            self.want("]")
        return tuple(found)


def inner(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside one, predicates included."""
    match expression:
        case Operation(_, left, right):
            return (left, right)
        case Negation(value):
            return (value,)
        case Call(_, arguments, _):
            return arguments
        case Path(_, start, steps):
            inside = tuple(one for step in steps for one in step.predicates)
            return inside if start is None else (start, *inside)
        case _:
            return ()


def every(expression: Expression) -> Iterator[Expression]:
    """The expression and all that is inside it."""
    yield expression
    for one in inner(expression):
        yield from every(one)
