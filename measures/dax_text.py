"""DAX expressions as a tree, and writing them so that they can be read."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True)
class Call:
    """A function with its arguments, or an expression in parentheses, which has no name."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Operation:
    """Two expressions and what stands between them."""

    left: Node
    operator: str
    right: Node


Node = str | Call | Operation


def written(node: Node, indent: int = 0) -> str:
    """An expression on one line, or on as many as it needs to stay within the width."""
    flat = _flat(node)
    if indent + len(flat) <= WIDTH or isinstance(node, str):
        return flat
    inner = " " * (indent + 4)
    if isinstance(node, Operation):
        right = written(node.right, indent + 4)
        return f"{written(node.left, indent)}\n{inner}{node.operator} {right}"
    arguments = f",\n{inner}".join(written(argument, indent + 4) for argument in node.arguments)
    return f"{node.name}(\n{inner}{arguments}\n{' ' * indent})"


def _flat(node: Node) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, Operation):
        return f"{_flat(node.left)} {node.operator} {_flat(node.right)}"
    return f"{node.name}({', '.join(_flat(argument) for argument in node.arguments)})"
