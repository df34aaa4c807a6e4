"""Every word that somebody reads on a page, in a letter or in a refusal stands in the one catalogue (docs/voice.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for ending in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{ending}"))
# What only developers, operators and programs read: commands, the rehearsal of Stripe, the verifier's findings, signing's own faults,
# files of the books, names of accounts, which are the same in every language.
NOT_READ_ON_PAGES = (
    "cli/",
    "config.py",
    "database/",
    "finance/exports/",
    "gateways/specimens.py",
    "giving/views/webhook.py",
    "ledger/chart.py",
    "ledger/guards.py",
    "ledger/notes.py",
    "ledger/sealing.py",
    "ledger/signing.py",
    "ledger/tiles.py",
    "ledger/verify",
    # A document's first version: the charity's own words, which rows keep, and not the page's.
    "people/procedures_text.py",
    # As above: the agreement with hosts.
    "points/agreement_text.py",
    "stripe_stand_in/",
    "web/catalogue.py",
    "web/design.py",
)
SAID_BY_COMPONENTS_SHEET = {"templates/web/design.html"}
CODE = [
    path
    for path in sorted((ROOT / "fundapp").rglob("*.py"))
    if not path.relative_to(ROOT / "fundapp").as_posix().startswith(NOT_READ_ON_PAGES)
]

COMMENT = re.compile(r"\{#.*?#\}", re.S)
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?%\}.*?\{%-?\s*endtrans\s*-?%\}", re.S)
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]*>|&#?\w+;", re.S)
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:aria-label|aria-description|title|placeholder|alt)=(["'])(.*?)\1""", re.S)
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', re.S)
LETTERS = re.compile(r"[A-Za-z]{2,}")
# A letter's first line, as mail programs have it; and what is said to the database.
TO_MACHINES = re.compile(r"^\s*(Subject:$|(SELECT|INSERT|UPDATE|DELETE|WITH|CASE|WHEN|FROM|CREATE|VALUES)\b)")
SENTENCE = re.compile(r"^\s*[A-Z][a-z’']*,? ?.*[a-z].*", re.S)
CATALOGUED = {"_", "gettext", "ngettext", "pgettext", "lazy", "marked"}
# Names are the same in every language, and so are what machines read.
NAMES = re.compile(
    r"^(\w+ \| None|Changing Lives|Changing Lives Fund|Stripe|Doncaster|Content-[\w-]+|[A-Z][a-z]+(-[A-Z][a-z]+)+|Europe/London)$"
)
RAISED_AT_PROGRAMMERS = {
    "ValueError",
    "TypeError",
    "RuntimeError",
    "NotImplementedError",
    "AssertionError",
    "KeyError",
    "LookupError",
    "SystemExit",
    "Unguarded",
}


def naked_in_template(source: str) -> Iterator[str]:
    """What a template says past the catalogue."""
    text = TRANSLATED.sub("\0", COMMENT.sub("", source))
    for expression in EXPRESSION.findall(text):
        for found in LITERAL.finditer(expression):
            before = expression[: found.start()]
            words = found.group()[1:-1]
            if not re.search(r"\b(_|gettext|ngettext|pgettext)\((\s*|.*,\s*)$", before, re.S) and says_something(words):
                yield words
    bare = EXPRESSION.sub("\0", text)
    for attribute in SPOKEN_ATTRIBUTE.finditer(bare):
        if LETTERS.search(attribute.group(2)):
            yield attribute.group(2)
    for words in MARKUP.sub("\0", bare).split("\0"):
        if LETTERS.search(words) and not TO_MACHINES.match(words.strip()):
            yield " ".join(words.split())


def says_something(words: str) -> bool:
    """Whether a text in code is for people: a capital and more, or a sentence's end."""
    if TO_MACHINES.match(words) or not re.search(r"[a-z]{3}", words):
        return False
    return bool((SENTENCE.match(words) and " " in words.strip()) or re.search(r"[a-z] .*[a-z][.?!]$|’", words)) and not NAMES.match(words)


def naked_in_code(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What a module says past the catalogue, by line."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None:
            skipped.add(id(node.body[0].value))  # type: ignore[attr-defined]
        elif isinstance(node, ast.Call) and _is_for_nobody(node):
            skipped |= {id(inner) for argument in (*node.args, *(word.value for word in node.keywords)) for inner in ast.walk(argument)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            words = "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            if says_something(words):
                yield node.lineno, words
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and says_something(node.value):
            yield node.lineno, node.value


def _is_for_nobody(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    owner = call.func.value.id if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) else ""
    return name in CATALOGUED | RAISED_AT_PROGRAMMERS or owner in {"log", "re"} or name in {"cast", "compile", "text"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_says_every_word_by_the_catalogue(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in SAID_BY_COMPONENTS_SHEET:
        assert list(naked_in_template(path.read_text())) == []


def test_no_template_says_a_variable_as_if_it_were_a_translator_s_markup() -> None:
    calls = re.compile(r"\b(?:_|gettext|ngettext|pgettext)\(\s*(?![\"'])")
    found = [path.relative_to(ROOT).as_posix() for path in TEMPLATES if any(map(calls.search, EXPRESSION.findall(path.read_text())))]
    assert not found, "say it by the filter: {{ words | said }}"


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_every_word_by_the_catalogue(path: Path) -> None:
    assert list(naked_in_code(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<a aria-label="Close it">{{ x }}</a>',
        '{{ notice("Not sent yet.") }}',
        "<h1>{{ _('A') }} day</h1>",
        "{% trans %}a{% endtrans %} left",
    ],
)
def test_the_rule_finds_words_in_templates(source: str) -> None:
    assert list(naked_in_template(source))


@pytest.mark.parametrize("source", ['raise Refused("Choose a day.")', 'flash(f"Paid {x}.")', 'label = "A day of the week"'])
def test_the_rule_finds_words_in_code(source: str) -> None:
    assert list(naked_in_code(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ['raise Refused(_("Choose a day."))', '"""A docstring."""', 'log.info("Sealed %d", 1)', 'raise ValueError("No such day.")']
)
def test_the_rule_lets_be_what_is_in_the_catalogue_or_for_nobody(source: str) -> None:
    assert not list(naked_in_code(ast.parse(source)))
