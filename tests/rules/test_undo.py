"""Whatever is pressed by mistake: the way back is known for every address that takes a POST (docs/decisions/0007-undo.md)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from fundapp.config import ROOT

ROW = re.compile(r"\| `([\w.]+)` \| (\w+) \| (.+) \|")


@pytest.fixture(scope="module")
def table() -> list[tuple[str, str, str]]:
    found = ROW.findall((ROOT / "docs/decisions/0007-undo.md").read_text())
    return [(act, which, how) for act, which, how in found]


def posts(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}


def test_every_act_stands_in_the_table_once_and_nothing_else_does(app: Flask, table: list[tuple[str, str, str]]) -> None:
    acts = [act for act, _, _ in table]
    assert sorted(acts) == sorted(posts(app))
    assert acts == sorted(acts)


def test_what_is_to_undo_names_an_act_that_does_it(app: Flask, table: list[tuple[str, str, str]]) -> None:
    for act, which, how in table:
        assert which in {"undo", "confirm", "neither"}, act
        if which == "undo":
            named = re.findall(r"`([\w.]+)`", how)
            assert named, f"{act} says undo and names nothing"
            assert set(named) <= posts(app), f"{act} names what is not there: {how}"


def test_what_cannot_be_undone_is_said_where_it_is_done(table: list[tuple[str, str, str]]) -> None:
    pages = [path.read_text() for path in sorted((ROOT / "templates").rglob("*.html"))]
    for act, which, how in table:
        if which != "confirm":
            continue
        quoted = re.findall(r"“([^”]+)”", how)
        assert quoted, f"{act} says confirm and quotes no page"
        # In the template that has its button: a form that names the address, or one that is sent to its own page.
        named = re.compile(rf"url_for\(['\"]{re.escape(act)}['\"]")
        own = [page for page in pages if named.search(page) or re.search(r'<form(?![^>]*action)[^>]*method="post"', page)]
        assert any(quoted[0] in page for page in own), f"no page of {act} says “{quoted[0]}”"
