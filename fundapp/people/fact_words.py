"""The facts of the audit trail, said in words: "£39.99 on 22 November 2026", not "amount pence: 3999; paid on: 2026-11-22"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fundapp.core.days import day
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.core.roles import Role

# Ids longer than this are cut on a page.
LONG = 12

# What facts are called, and what stands in them as a code: written in the trail in English, said in the reader's language.
_SAID = frozenset(
    {
        marked("about"),
        marked("act"),
        marked("after"),
        marked("after asks what"),
        marked("after guide high"),
        marked("after guide low"),
        marked("after help text"),
        marked("after name"),
        marked("again"),
        marked("agreed"),
        marked("alarm"),
        marked("as of"),
        marked("asked"),
        marked("asks what"),
        marked("before"),
        marked("before asks what"),
        marked("before guide high"),
        marked("before guide low"),
        marked("before help text"),
        marked("before name"),
        marked("bill"),
        marked("bytes"),
        marked("changed"),
        marked("code"),
        marked("deed"),
        marked("entry"),
        marked("from"),
        marked("fund"),
        marked("guide high"),
        marked("guide low"),
        marked("help text"),
        marked("invitation"),
        marked("item"),
        marked("kind"),
        marked("media type"),
        marked("name"),
        marked("offered after"),
        marked("organisation"),
        marked("outcome"),
        marked("paid on"),
        marked("part"),
        marked("pause"),
        marked("payment"),
        marked("photo"),
        marked("place"),
        marked("released"),
        marked("resume"),
        marked("roles"),
        marked("rules"),
        marked("stop"),
        marked("team"),
        marked("to"),
        marked("unspent"),
        marked("what"),
        marked("which"),
        marked("accounts"),
        marked("closes"),
        marked("day"),
        marked("decision"),
        marked("deputy"),
        marked("from team"),
        marked("from user"),
        marked("handed"),
        marked("opens"),
        marked("quarter"),
        marked("to team"),
        marked("to user"),
        marked("user"),
        marked("version"),
        # The policy: which it took the place of, which signature, what somebody found, by how much a cap was passed.
        marked("replaces"),
        marked("signature"),
        marked("found"),
        marked("fine"),
        marked("not fine"),
        marked("over"),
        # What a review says of an account.
        marked("keep"),
        marked("change"),
        marked("end"),
        marked("nobody"),
        # States, and what came of a request.
        marked("draft"),
        marked("waiting"),
        marked("question"),
        marked("being paid"),
        marked("part paid"),
        marked("paid"),
        marked("in hands"),
        marked("closed"),
        marked("declined"),
        marked("withdrawn"),
        marked("housed"),
        marked("kept home"),
        marked("has id"),
        marked("connected"),
        marked("treatment"),
        marked("work"),
        marked("not yet"),
        # Slips, what is said with them, and comparisons between agencies.
        marked("slip"),
        marked("why"),
        marked("request"),
        marked("differs"),
        marked("marks"),
        marked("reissued"),
        marked("lost"),
        marked("seen"),
        marked("unwanted"),
        marked("holder"),
        # Organisations, and sessions that were ended.
        marked("fund holder"),
        marked("partner"),
        marked("all"),
        # What was changed about a collection point.
        marked("business"),
        marked("address"),
        marked("contact name"),
        marked("contact details"),
        marked("agreed on"),
        marked("checkpoint on its poster"),
        # What was reported about a poster and what a host asked for, and how it ended.
        marked("report"),
        marked("trouble"),
        marked("wish"),
        marked("by"),
        marked("elsewhere"),
        marked("covered"),
        marked("other place"),
        marked("asked more"),
        marked("damaged"),
        marked("else"),
        marked("in order"),
        marked("put right"),
        marked("replaced"),
        marked("not ours"),
        marked("not found"),
        marked("another"),
        marked("replace"),
        marked("done"),
    }
)


def fact_lines(facts: Mapping[str, str | int]) -> list[str]:
    """One line for each fact; a change of state is one line, "agreed → being paid"."""
    lines = []
    if "from" in facts and "to" in facts:
        lines.append(f"{_value('from', facts['from'])} → {_value('to', facts['to'])}")
    rest = {name: value for name, value in facts.items() if not (lines and name in ("from", "to"))}
    return lines + [_line(name, value) for name, value in rest.items()]


def listed(kept: str) -> str:
    """Several names of facts, as the trail keeps them: "contact_name, agreed_on"."""
    return ", ".join(map(_said, kept.split(", ")))


def cut(reference: str) -> str:
    """A reference with a long id cut to its first eight signs."""
    what, colon, which = reference.partition(":")
    return f"{what}{colon}{which[:8]}…" if len(which) > LONG and not which.isdigit() and not _is_day(which) else reference


def _line(name: str, value: str | int) -> str:
    if name == "amount_pence":
        return _value(name, value)
    return _("%(name)s: %(value)s") % {"name": _said(name.removesuffix("_pence")), "value": _value(name, value)}


def _said(code: str) -> str:
    words = code.replace("_", " ")
    return _(words) if words in _SAID else words


def _value(name: str, value: str | int) -> str:
    if name.endswith("_pence") and isinstance(value, int):
        return pounds(value)
    if not isinstance(value, str):
        return str(value)
    if _is_day(value):
        return day(date.fromisoformat(value))
    if name == "roles":
        return ", ".join(Role(one).words if one in set(Role) else one for one in value.replace(",", " ").split())
    return cut(value) if ":" in value else _said(value)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
