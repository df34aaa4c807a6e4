"""The list of what would go red stays true: each text that is broken is there once, each test is there, and docs/ tells of each."""

from __future__ import annotations

import pytest

from fundapp.config import ROOT
from tests.support.mutations import MUTATIONS, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.broken)
def test_what_is_to_be_broken_and_the_test_that_would_tell_are_there(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text().count(mutation.before) == 1
    assert f"def {mutation.red}(" in (ROOT / mutation.tests).read_text()


def test_the_page_tells_each_with_its_test_and_nothing_else() -> None:
    rows = [line for line in (ROOT / "docs" / "mutations.md").read_text().splitlines() if line.startswith("| ")][1:]
    assert rows == [f"| {one.broken} | `{one.file}` | `{one.red}` |" for one in MUTATIONS]
