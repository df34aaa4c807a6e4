"""The facts of the audit trail, said in words: "£39.99 on 22 November 2026", not "amount pence: 3999; paid on: 2026-11-22"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fundapp.core.money import pounds
from fundapp.core.roles import Role

# Ids longer than this are cut on a page.
LONG = 12
_ROLES = {role.value: role.words for role in Role}


def fact_lines(facts: Mapping[str, str | int]) -> list[str]:
    """One line for each fact; a change of state is one line, "agreed → being paid"."""
    lines = []
    if "from" in facts and "to" in facts:
        lines.append(f"{_value('from', facts['from'])} → {_value('to', facts['to'])}")
    rest = {name: value for name, value in facts.items() if not (lines and name in ("from", "to"))}
    return lines + [_line(name, value) for name, value in rest.items()]


def cut(reference: str) -> str:
    """A reference with a long id cut to its first eight signs."""
    what, colon, which = reference.partition(":")
    return f"{what}{colon}{which[:8]}…" if len(which) > LONG and not which.isdigit() and not _is_day(which) else reference


def _line(name: str, value: str | int) -> str:
    words = name.removesuffix("_pence").replace("_", " ")
    if name == "amount_pence":
        return _value(name, value)
    return f"{words}: {_value(name, value)}"


def _value(name: str, value: str | int) -> str:
    if name.endswith("_pence") and isinstance(value, int):
        return pounds(value)
    if not isinstance(value, str):
        return str(value)
    if _is_day(value):
        on = date.fromisoformat(value)
        return f"{on.day} {on:%B %Y}"
    if name == "roles":
        return ", ".join(_ROLES.get(one, one) for one in value.replace(",", " ").split())
    return cut(value) if ":" in value else value.replace("_", " ")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
