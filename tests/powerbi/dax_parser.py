"""DAX as a tree: the part of the language that the measures use.

Tokens come from the grammar of PyDAXLexer, which knows every function's name; precedence is that of
the DAX operator reference. What is not of this part is rejected, so that a measure cannot use what
the evaluator beside this module would not understand.
"""

from __future__ import annotations

from dataclasses import dataclass

from antlr4 import InputStream
from PyDAX.PyDAXLexer import PyDAXLexer

FUNCTION_CHANNEL = 3


class DaxError(Exception):
    """The expression is not DAX, or not of the part that is understood."""


@dataclass(frozen=True)
class Literal:
    value: object


@dataclass(frozen=True)
class ColumnRef:
    table: str
    column: str


@dataclass(frozen=True)
class MeasureRef:
    name: str


@dataclass(frozen=True)
class NameRef:
    """A variable, or a table that needs no quotes."""

    name: str


@dataclass(frozen=True)
class TableRef:
    name: str


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple


@dataclass(frozen=True)
class Operation:
    operator: str
    operands: tuple


@dataclass(frozen=True)
class Listed:
    values: tuple


@dataclass(frozen=True)
class Let:
    """Variables and what is returned."""

    variables: tuple
    result: object


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    is_word: bool


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression without white space and comments.

    Raises:
        DaxError: a character belongs to no token.
    """
    lexer = PyDAXLexer(InputStream(text))
    lexer.removeErrorListeners()
    lexer.addErrorListener(_Raise())
    names = PyDAXLexer.symbolicNames
    return [
        Token(names[token.type], token.text, token.channel == FUNCTION_CHANNEL)
        for token in lexer.getAllTokens()
        if token.channel in (0, FUNCTION_CHANNEL)
    ]


class _Raise:
    """An error listener of ANTLR that stops at the first error."""

    def syntaxError(self, recognizer, symbol, line, column, message, error):  # noqa: ARG002, N802
        raise DaxError(f"{line}:{column} {message}")


def parse(text: str) -> object:
    """The tree of an expression.

    Raises:
        DaxError: it is not DAX, or not of the part that is understood.
    """
    parser = _Parser(tokens_of(text))
    tree = parser.expression()
    if parser.position < len(parser.tokens):
        raise DaxError(f"unexpected {parser.tokens[parser.position].text!r}")
    return tree


class _Parser:
    """Recursive descent, one method for each level of precedence."""

    LEVELS = (
        {"OP_OR"},
        {"OP_AND"},
        {"ASSIGNMENT", "OP_NE", "LT", "OP_LE", "GT", "OP_GE", "IN"},
        {"PLUS", "MINUS"},
        {"STAR", "DIV"},
    )

    def __init__(self, tokens: list[Token]):
        self.tokens = tokens
        self.position = 0

    def peek(self) -> Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self, kind: str | None = None) -> Token:
        token = self.peek()
        if token is None:
            raise DaxError("the expression ends too early")
        if kind and token.kind != kind:
            raise DaxError(f"{kind} expected, not {token.text!r}")
        self.position += 1
        return token

    def is_next(self, *kinds: str) -> bool:
        token = self.peek()
        return token is not None and token.kind in kinds

    def expression(self) -> object:
        variables = []
        while self.is_next("VAR"):
            self.take()
            name = self.take("TABLE_OR_VARIABLE").text
            self.take("ASSIGNMENT")
            variables.append((name, self.expression_without_variables()))
        if not variables:
            return self.expression_without_variables()
        self.take("RETURN")
        return Let(tuple(variables), self.expression_without_variables())

    def expression_without_variables(self) -> object:
        return self.level(0)

    def level(self, index: int) -> object:
        if index == len(self.LEVELS):
            return self.unary()
        left = self.level(index + 1)
        while self.is_next(*self.LEVELS[index]):
            operator = self.take().text.upper()
            left = Operation(operator, (left, self.level(index + 1)))
        return left

    def unary(self) -> object:
        if self.is_next("MINUS"):
            self.take()
            return Operation("NEGATIVE", (self.unary(),))
        if self.is_next("NOT"):
            self.take()
            return Call("NOT", (self.unary(),))
        return self.primary()

    def primary(self) -> object:
        token = self.take()
        if token.kind in ("INTEGER_LITERAL", "REAL_LITERAL"):
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "STRING_LITERAL":
            return Literal(token.text)
        if token.kind == "OPEN_PARENS":
            inner = self.expression()
            self.take("CLOSE_PARENS")
            return inner
        if token.kind == "OPEN_CURLY":
            return Listed(tuple(self.until("CLOSE_CURLY")))
        if token.kind == "COLUMN_OR_MEASURE":
            return MeasureRef(token.text)
        if token.kind in ("TABLE", "TABLE_OR_VARIABLE") and self.is_next("COLUMN_OR_MEASURE"):
            return ColumnRef(token.text, self.take().text)
        if token.is_word and self.is_next("OPEN_PARENS"):
            self.take()
            return Call(token.text.upper(), tuple(self.until("CLOSE_PARENS")))
        if token.is_word and self.is_next("COLUMN_OR_MEASURE"):
            # a table that is called like a function, such as Date
            return ColumnRef(token.text, self.take().text)
        if token.kind == "TABLE":
            return TableRef(token.text)
        if token.kind == "TABLE_OR_VARIABLE" or token.is_word:
            if self.is_next("OPEN_PARENS"):
                raise DaxError(f"there is no function {token.text}")
            return NameRef(token.text)
        raise DaxError(f"unexpected {token.text!r}")

    def until(self, closing: str) -> list:
        """Expressions between commas, up to a closing bracket."""
        found = []
        if not self.is_next(closing):
            found.append(self.expression())
            while self.is_next("COMMA"):
                self.take()
                found.append(self.expression())
        self.take(closing)
        return found


def walk(tree: object) -> list:
    """All nodes of a tree."""
    found = [tree]
    for value in vars(tree).values() if hasattr(tree, "__dataclass_fields__") else []:
        found += _walk_value(value)
    return found


def _walk_value(value: object) -> list:
    if isinstance(value, tuple):
        return [node for item in value for node in _walk_value(item)]
    return walk(value) if hasattr(value, "__dataclass_fields__") else []
