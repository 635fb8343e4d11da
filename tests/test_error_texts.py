"""Errors speak alike. One that reports a bad value or file says, in a line for the user,

    <name of the setting or place>: expected <what>; received <what>[; <what to do>]

as "batch_size: expected at least 1; received 0; raise it". Another text (a file that cannot be read
and why, a conflict between two things) is free, but for the words of other styles.
"""

import ast
import re

import pytest
from processes import ROOT

OTHER_STYLES = re.compile(r"\bgot\b|\bReceived:|\bhas to be\b|\bmust\b")


def text(node: ast.expr) -> str:
    """What an expression says as far as the source tells, with … for values."""
    match node:
        case ast.Constant(value=str(said)):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(map(text, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return text(left) + text(right)
        case ast.IfExp(body=one, orelse=other):
            return f"{text(one)} | {text(other)}"
    return "…"


def messages(source: str) -> list[tuple[int, str]]:
    """Line and text of every error that is raised, or made to be raised elsewhere."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    raised = [node.exc for node in nodes if isinstance(node, ast.Raise)]
    made = [node for node in nodes if isinstance(node, ast.Call) and is_error(node.func)]
    calls = {id(node): node for node in (*raised, *made) if isinstance(node, ast.Call)}
    return [(call.lineno, text(said)) for call in calls.values() for said in call.args]


def is_error(function: ast.expr) -> bool:
    return ast.unparse(function).endswith("Error")


def test_all_errors_are_of_one_style():
    wrong = [
        f"{file.relative_to(ROOT)}:{line}: {said}"
        for file in sorted((ROOT / "goldnas_tf").rglob("*.py"))
        for line, said in messages(file.read_text())
        if OTHER_STYLES.search(said)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ValueError('a ' f'{b!r} c' ' d')", "a … c d"),
        ("def f(): return errors.InputError('a' + b)", "a…"),
        ("raise SystemExit('a' if b else f'c{d}') from e", "a | c…"),
    ],
)
def test_what_an_error_says_is_found(source, said):
    assert messages(source) == [(1, said)]
