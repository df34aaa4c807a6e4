"""What people need that no kind of the catalogue names, and why help could not be given: codes, so that they can be counted."""

from __future__ import annotations

from collections.abc import Mapping

from fundapp.core.language import marked

NEEDS: Mapping[str, str] = {
    "deposit": marked("A deposit, or rent in advance"),
    "arrears": marked("Rent or other debts"),
    "white-goods": marked("A cooker, a fridge, a washing machine"),
    "clothes": marked("Clothes and shoes"),
    "travel": marked("Travel"),
    "tools": marked("Tools, a course, a licence to work"),
    "health": marked("Teeth, glasses, other things for health"),
    "children": marked("Something for their children"),
    "legal": marked("Advice that costs money"),
    "else": marked("Something else"),
}
WHY_NOT: Mapping[str, str] = {
    "not-offered": marked("The Fund does not offer it"),
    "too-dear": marked("It costs more than the Fund gives"),
    "over-cap": marked("They have had as much as one person can have for now"),
    "too-late": marked("It could not have come in time"),
    "not-to-be-had": marked("It was not to be had here"),
    "no-money": marked("There was not enough money left"),
    "not-agreed": marked("They did not wish to ask, or to be written down"),
    "else": marked("Another reason"),
}
