"""The table against OWASP ASVS 5.0 (docs/security/asvs.md) names every requirement once, and nothing that is not there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/security/asvs.md"
RULES = ROOT / "docs/security/rules.md"

# The standard's own numbers, version 5.0.0: by section, the requirements of level 1 and of level 2.
LEVEL_1 = {
    "1.2": "1 2 3 4 5",
    "1.3": "1 2",
    "1.5": "1",
    "2.1": "1",
    "2.2": "1 2",
    "2.3": "1",
    "3.2": "1 2",
    "3.3": "1",
    "3.4": "1 2",
    "3.5": "1 2 3",
    "4.1": "1",
    "4.4": "1",
    "5.2": "1 2",
    "5.3": "1 2",
    "6.1": "1",
    "6.2": "1 2 3 4 5 6 7 8",
    "6.3": "1 2",
    "6.4": "1 2",
    "7.2": "1 2 3 4",
    "7.4": "1 2",
    "8.1": "1",
    "8.2": "1 2",
    "8.3": "1",
    "9.1": "1 2 3",
    "9.2": "1",
    "10.4": "1 2 3 4 5",
    "11.3": "1 2",
    "11.4": "1",
    "12.1": "1",
    "12.2": "1 2",
    "13.4": "1",
    "14.2": "1",
    "14.3": "1",
    "15.1": "1",
    "15.2": "1",
    "15.3": "1",
}
LEVEL_2 = {
    "1.1": "1 2",
    "1.2": "6 7 8 9",
    "1.3": "3 4 5 6 7 8 9 10 11",
    "1.4": "1 2 3",
    "1.5": "2",
    "2.1": "2 3",
    "2.2": "3",
    "2.3": "2 3 4",
    "2.4": "1",
    "3.3": "2 3 4",
    "3.4": "3 4 5 6",
    "3.5": "4 5",
    "3.7": "1 2",
    "4.1": "2 3",
    "4.2": "1",
    "4.3": "1 2",
    "4.4": "2 3 4",
    "5.1": "1",
    "5.2": "3",
    "5.4": "1 2 3",
    "6.1": "2 3",
    "6.2": "9 10 11 12",
    "6.3": "3 4",
    "6.4": "3 4",
    "6.5": "1 2 3 4 5",
    "6.6": "1 2 3",
    "6.8": "1 2 3 4",
    "7.1": "1 2 3",
    "7.3": "1 2",
    "7.4": "3 4 5",
    "7.5": "1 2",
    "7.6": "1 2",
    "8.1": "2",
    "8.2": "3",
    "8.4": "1",
    "9.2": "2 3 4",
    "10.1": "1 2",
    "10.2": "1 2",
    "10.3": "1 2 3 4",
    "10.4": "6 7 8 9 10 11",
    "10.5": "1 2 3 4 5",
    "10.6": "1 2",
    "10.7": "1 2 3",
    "11.1": "1 2",
    "11.2": "1 2 3",
    "11.3": "3",
    "11.4": "2 3 4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "2 3",
    "12.3": "1 2 3 4",
    "13.1": "1",
    "13.2": "1 2 3 4 5",
    "13.3": "1 2",
    "13.4": "2 3 4 5",
    "14.1": "1 2",
    "14.2": "2 3 4",
    "14.3": "2 3",
    "15.1": "2 3",
    "15.2": "2 3",
    "15.3": "2 3 4 5 6 7",
    "16.1": "1",
    "16.2": "1 2 3 4 5",
    "16.3": "1 2 3 4",
    "16.4": "1 2 3",
    "16.5": "1 2 3",
    "17.1": "1",
    "17.2": "1 2 3 4",
    "17.3": "1 2",
}
# Of level 3, what the Fund needs.
LEVEL_3 = {"2.3": "5", "14.2": "7 8"}
STATES = ("met", "operator", "does not apply", "not met")


def wanted() -> dict[str, str]:
    """The level of each requirement, by its number."""
    levels = {"1": LEVEL_1, "2": LEVEL_2, "3": LEVEL_3}
    return {f"{section}.{last}": level for level, parts in levels.items() for section, lasts in parts.items() for last in lasts.split()}


@cache
def rows() -> list[list[str]]:
    """The table's lines: number, level, what, state, how, shown by."""
    found = re.findall(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", TABLE.read_text(), re.MULTILINE)
    return [[number, *(cell.strip() for cell in rest.split(" | "))] for number, rest in found]


@cache
def defined_in(path: Path) -> frozenset[str]:
    """The tests that a file defines."""
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def test_every_requirement_stands_in_the_table_once_in_its_order_with_its_level() -> None:
    assert len(wanted()) == 253 + 3
    assert Counter(wanted().values()) == {"1": 70, "2": 183, "3": 3}
    numbers = [row[0] for row in rows()]
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])
    assert {row[0]: row[1] for row in rows()} == wanted()
    assert len(numbers) == len(set(numbers))


def test_each_row_says_what_how_and_by_what_it_is_shown() -> None:
    assert all(len(row) == 6 and all(row) for row in rows()), [row[0] for row in rows() if len(row) != 6 or not all(row)]
    assert {row[3] for row in rows()} <= set(STATES)
    unshown = [row[0] for row in rows() if row[3] == "met" and "`" not in row[5] and not re.match(r"none: \w+", row[5])]
    assert not unshown, "met, but shown by nothing, and no reason why"
    assert not [row[0] for row in rows() if row[3] == "not met" and "planned" not in row[4].lower()]
    # Who runs it must be able to read what to do.
    assert not [row[0] for row in rows() if row[3] == "operator" and "operating.md" not in row[4] and "rules.md" not in row[4]]


@pytest.mark.parametrize("number", list(wanted()))
def test_what_a_row_names_is_there(number: str) -> None:
    row = next(row for row in rows() if row[0] == number)
    for named in re.findall(r"`([^`]+)`", row[5]):
        path, _, test = named.partition("::")
        assert (ROOT / "tests" / path).exists(), named
        assert not test or test in defined_in(ROOT / "tests" / path), named
    for module in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", row[4]):
        assert (ROOT / "fundapp" / module).exists() or (ROOT / module).exists(), module
    for document, heading in re.findall(r"\[[a-z]+\.md\]\(([./a-z]+\.md)\), “([^”]+)”", row[4]):
        assert re.search(rf"^#+ {re.escape(heading)}", (TABLE.parent / document).read_text(), re.MULTILINE), heading


def test_the_first_lines_count_what_stands_below() -> None:
    told = re.search(
        r"^(\d+) met, (\d+) the operator’s, (\d+) do not apply, (\d+) not met: (\d+) in all", TABLE.read_text().replace("'", "’"), re.M
    )
    assert told is not None
    count = Counter(row[3] for row in rows())
    assert [int(one) for one in told.groups()] == [*(count[state] for state in STATES), len(rows())]


@pytest.mark.parametrize("document", sorted(TABLE.parent.glob("*.md")), ids=lambda path: path.name)
def test_the_documents_lead_nowhere_wrong_and_name_modules_that_there_are(document: Path) -> None:
    words = document.read_text()
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", words):
        assert (document.parent / target).exists(), target
    for module in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", words if document != TABLE else ""):
        assert (ROOT / "fundapp" / module).exists() or (ROOT / module).exists(), module


def test_every_command_that_the_runbook_names_is_there() -> None:
    parts = re.findall(r"`fundapp ([a-z-]+)(?: ([a-z-]+))?", (TABLE.parent / "breach-runbook.md").read_text())
    cli = {path.stem.replace("_", "-"): path.read_text() for path in (ROOT / "fundapp/cli").glob("*.py")}
    for name, part in parts:
        assert f'"{name}": Part(' in cli["main"], name
        assert not part or any(f'"{part}"' in text for text in cli.values()), part
