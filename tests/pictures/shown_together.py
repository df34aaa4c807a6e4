"""Decisions that take several people, in every state; tests/pictures/shown.py takes them up."""

from __future__ import annotations

from dataclasses import replace

from tests.pictures.state import Shown
from tests.pictures.state import wrong as _wrong

FOR_APPROVERS = (
    Shown("decisions.show", "/decisions/{two_seats}", "it takes two, and is to be answered"),
    Shown("decisions.show", "/decisions/{signed}", "signed by oneself"),
    Shown("decisions.show", "/decisions/{with_panel}", "with the panel"),
    Shown("decisions.show", "/decisions/{urgent}", "agreed as an emergency"),
    Shown("together.emergencies", "/decisions/emergencies", "one"),
    _wrong("decisions.show", "/decisions/{with_panel}", "Take it back", state="taken back without a reason"),
)
OTHERS = (
    replace(Shown("decisions.show", "/decisions/{signed}", "to be signed as the second"), seat="finance"),
    replace(Shown("decisions.queue", "/decisions", "a finance officer's"), seat="finance"),
    replace(Shown("decisions.show", "/decisions/{with_panel}", "to be voted on"), seat="panel"),
    replace(_wrong("decisions.show", "/decisions/{with_panel}", "Give this vote", state="a vote that says nothing"), seat="panel"),
)
