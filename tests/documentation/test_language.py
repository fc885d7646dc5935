"""What people read is American English, in the field's words: pages, descriptions, messages."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.conftest import PROJECT_ROOT

pytestmark = pytest.mark.fast

# Where a text is right although a phrase is found in it, and why.
ALLOWED = {
    ("generator/", "clinician"): "names of streams of random numbers: they are data",
    ("generator/", "Transfer from Hospital"): "a value of the extract",
}
# Keys of YAML files whose values people read.
READ_KEYS = {"description", "says", "name", "title", "alt", "about", "assumed", "label", "label_of"}
# Packages whose messages and help people read.
PACKAGES = ("contract", "emr", "generator", "measures", "powerbi", "dashboard", "benchmarks")
# Seeds with official wording, not ours.
OFFICIAL = {"icd10cm_categories.csv", "icd10cm_chapters.csv", "icd10cm_codes.csv"}
CODE = re.compile(
    r"\s*(select|with|alter|create|declare|exec|set|drop|insert|copy|cast|case|count|and)\b|.*\{\d"
)


class Text(NamedTuple):
    """A text that people read, and where it begins."""

    path: str
    line: int
    words: str
    is_description: bool = False


def rules(*kinds: str) -> tuple[re.Pattern[str], dict[re.Pattern[str], str]]:
    """All phrases of american.yml in one pattern, and what to say instead of each."""
    listed = yaml.safe_load((Path(__file__).parent / "american.yml").read_text(encoding="utf-8"))
    instead = {
        phrase.lower().replace(" ", r"\s+"): word
        for kind in kinds
        for phrase, word in listed[kind].items()
    }
    return (
        re.compile(rf"(?<![\w-])(?:{'|'.join(instead)})(?!\w)"),
        {re.compile(phrase): word for phrase, word in instead.items()},
    )


ELSEWHERE = rules("phrases", "spellings")
DESCRIPTIONS = rules("phrases", "spellings", "descriptions")


def findings(text: Text) -> Iterator[str]:
    """File, line, phrase and replacement of what is wrong in a text."""
    if any(text.path.startswith(path) and allowed in text.words for path, allowed in ALLOWED):
        return
    everything, instead = DESCRIPTIONS if text.is_description else ELSEWHERE
    for match in everything.finditer(text.words.lower()):
        phrase = text.words[match.start() : match.end()]
        line = text.line + text.words.count("\n", 0, match.start())
        word = next(
            word for each, word in instead.items() if each.match(text.words.lower(), match.start())
        )
        yield f"{text.path}:{line}: {' '.join(phrase.split())!r}: {word}"


def blank(match: re.Match[str]) -> str:
    """Code of a page as blanks of the same number of lines."""
    return re.sub(r"[^\n]", " ", match[0])


def of_pages(root: Path) -> Iterator[Text]:
    """Markdown without code and addresses; of the changelog the latest section's prose."""
    for path in [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("models/**/*.md")]:
        words = path.read_text(encoding="utf-8")
        if path.name == "CHANGELOG.md":
            words = "\n## ".join(words.split("\n## ")[:2])
            words = re.sub(r"^\|.*$", "", words, flags=re.MULTILINE)
        words = re.sub(r"```.*?```|`[^`\n]+`|\]\([^)]*\)", blank, words, flags=re.DOTALL)
        is_description = path.is_relative_to(root / "models")
        yield Text(path.relative_to(root).as_posix(), 1, words, is_description)


def of_yaml(root: Path) -> Iterator[Text]:
    """Values of the keys that people read."""
    for folder in ("models", "seeds", "snapshots", "analyses", "contract", "measures"):
        for path in (root / folder).rglob("*.yml"):
            for key, node in _values(yaml.compose(path.read_text(encoding="utf-8"))):
                if key in READ_KEYS:
                    yield Text(
                        path.relative_to(root).as_posix(),
                        node.start_mark.line + 1,
                        node.value,
                        key in {"description", "says"},
                    )


def _values(node: yaml.Node | None) -> Iterator[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(value, yaml.ScalarNode):
                yield key.value, value
            else:
                yield from _values(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _values(value)


def of_packages(root: Path) -> Iterator[Text]:
    """Strings of two words or more, and the docstrings of commands, which are their help."""
    for package in PACKAGES:
        for path in (root / package).rglob("*.py"):
            for node in _read_by_users(ast.parse(path.read_text(encoding="utf-8"))):
                words = _words(node)
                if " " in words.strip() and not CODE.match(words.lower()):
                    yield Text(path.relative_to(root).as_posix(), node.lineno, words)


def _read_by_users(tree: ast.AST) -> Iterator[ast.expr]:
    """Strings but docstrings, except those of commands."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            is_command = any(
                re.search(r"command|group", ast.unparse(each)) for each in node.decorator_list
            )
            if is_command and isinstance(node.body[0], ast.Expr):
                yield node.body[0].value
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node
        else:
            yield from _read_by_users(node)


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.Constant) else "…" for v in node.values)
        return "".join(map(str, parts))
    return str(node.value) if isinstance(node, ast.Constant) else ""


def of_seeds(root: Path) -> Iterator[Text]:
    """Text columns of the reference seeds."""
    for path in (root / "seeds" / "reference").glob("*.csv"):
        if path.name in OFFICIAL:
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.reader(lines), start=1):
                for cell in row:
                    if " " in cell:
                        yield Text(path.relative_to(root).as_posix(), number, cell, True)


def of_comments(root: Path) -> Iterator[Text]:
    """Headers of models, comments of files that administrators edit, the report's template."""
    for path in [*root.glob("models/**/*.sql"), *root.glob("analyses/*.sql")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        words = "\n".join(line if line.startswith("--") else "" for line in lines)
        yield Text(path.relative_to(root).as_posix(), 1, words)
    for path in [*(root / "sqlserver").glob("*.sql"), *(root / "dashboard").glob("*.jinja")]:
        words = path.read_text(encoding="utf-8")
        yield Text(path.relative_to(root).as_posix(), 1, re.sub(r"\{.*?\}|<[^>]*>", blank, words))
    for name in ("Makefile", "dbt_project.yml", "profiles.yml", "profiles.example.yml"):
        words = (root / name).read_text(encoding="utf-8")
        yield Text(name, 1, re.sub(r"^[^#\n]*", "", words, flags=re.MULTILINE))


@pytest.mark.parametrize(
    "texts", [of_pages, of_yaml, of_packages, of_seeds, of_comments], ids=lambda each: each.__name__
)
def test_what_people_read_is_american_english_in_the_fields_words(texts):
    read = list(texts(PROJECT_ROOT))
    assert read
    assert not [found for text in read for found in findings(text)]


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("Whoever exports a mart", "Whoever"),
        ("95 % of stays", "95 %"),
        ("the ischaemic heart, the centre line", "ischaemic"),
        ("standardised rates", "standardised"),
        ("A stay that is no index admission", "is no"),
        ("what this figure rests\non", "rests on"),
        ("the share of patients", "the share"),
        ("He died in hospital.", "in hospital"),
        ("refused rows", "refused"),
    ],
)
def test_a_planted_phrase_is_found_with_file_line_and_replacement(words, phrase):
    found = list(findings(Text("page.md", 7, f"First line.\n{words}")))
    assert any(f.startswith("page.md:8: ") and repr(phrase) in f for f in found), found


@pytest.mark.parametrize(
    "words",
    [
        "there is no file",
        "it is no longer there",
        "95% of stays",
        "hospital-wide",
        "in the hospital",
        "Haemophilus pneumonia",
        "wise, precise, exercise, revised, otherwise",
        "analysis of the data",
    ],
)
def test_right_english_is_left_alone(words):
    assert not list(findings(Text("page.md", 1, words)))


def test_null_is_not_called_empty_in_a_description():
    assert list(findings(Text("x.yml", 1, "Empty unless returned.", is_description=True)))
    assert not list(findings(Text("page.md", 1, "an empty server")))


def test_every_exception_is_still_needed():
    texts = [*of_packages(PROJECT_ROOT)]
    assert all(
        any(text.path.startswith(path) and allowed in text.words for text in texts)
        for path, allowed in ALLOWED
    )
