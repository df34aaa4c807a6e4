"""The path of money as SVG text: stops in a row, what goes on from each, what leaves the path, and what lies there now.

Drawn as the plots of `charts` are: positions across are percentages, letters keep their size, the stylesheet colours, and a table
stands beside it. A broad path runs across; a narrow one runs down.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from fundapp.core.money import pounds

COIN = 20
LINE = 20
# As many letters as fit beside one another under a coin when seven stand across the narrowest broad page.
BROAD_LETTERS = 16
NARROW_LETTERS = 30
_KEYHOLE = (
    "M32 12a11 11 0 0 1 5.6 20.5c.6 6 2.4 11 5.3 15.8a1.8 1.8 0 0 1-1.6 2.7H22.7a1.8 1.8 0 0 1-1.6-2.7c2.9-4.8 4.7-9.8 5.3-15.8"
    "A11 11 0 0 1 32 12Z"
)
_HEAD = Markup('<svg x="50%" y="{}" overflow="visible" width="1" height="1"><path class="fill" d="M-4-7 8 0-4 7Z"/></svg>')


@dataclass(frozen=True, slots=True)
class Side:
    """Money that joins the path here, or leaves it."""

    label: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the path. `lit`: money begins here; `full`: some lies here or has come here; `bare`: none has come so far."""

    label: str
    look: Literal["lit", "full", "bare"]
    # What lies here now, a figure and a word; empty where nothing can.
    here: str
    # What goes on to the next stop.
    onward_pence: int
    joins: tuple[Side, ...] = ()
    leaves: tuple[Side, ...] = ()
    # What it came to be, at the end of the path.
    became: tuple[Side, ...] = ()


def path(stops: Sequence[Stop], *, name: str, title: str, description: str, broad: bool) -> Markup:
    """The path of money from the first stop to the last. `name` makes the ids of this plot its own.

    Show one of the two by the width of the window (classes `broad` and `narrow`).
    """
    drawn, height = _across(stops) if broad else _down(stops)
    return Markup(
        '<svg class="plot {kind}" role="img" width="100%" height="{height}" aria-labelledby="{name}-title {name}-desc">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>{drawn}</svg>'
    ).format(kind="broad" if broad else "narrow", height=height, name=name, title=title, description=description, drawn=drawn)


def _across(stops: Sequence[Stop]) -> tuple[Markup, int]:
    above = max((len(_sides(stop.joins, "+", BROAD_LETTERS)) for stop in stops), default=0)
    names = max((len(_wrapped(stop.label, BROAD_LETTERS)) for stop in stops), default=1)
    head = above * LINE + (LINE if above else 0)
    middle = head + names * LINE + 22 + COIN
    width = 100 / max(len(stops), 1)
    drawn, lowest = Markup(""), middle + COIN
    for index, stop in enumerate(stops):
        if index < len(stops) - 1:
            drawn += _segment(stop.onward_pence, left=width * (index + 0.5), width=width, at=middle)
    for index, stop in enumerate(stops):
        column, foot = _column(stop, head=head, middle=middle)
        drawn += Markup('<svg x="{:.3f}%" overflow="visible" width="1" height="100%">{}</svg>').format(width * (index + 0.5), column)
        lowest = max(lowest, foot)
    return drawn, lowest + 8


def _segment(pence: int, *, left: float, width: float, at: int) -> Markup:
    """From the middle of one coin to the middle of the next; the coins are drawn over its ends."""
    inside = Markup('<line class="{}" x1="0" x2="100%" y1="{y}" y2="{y}" stroke-width="3"/>').format("axis" if pence else "drop", y=at)
    if pence:
        inside += _HEAD.format(at)
        inside += _text(pounds(pence), "50%", at - COIN - 7, "num b", anchor="middle")
    return Markup('<svg x="{:.3f}%" width="{:.3f}%" height="100%" overflow="visible">{}</svg>').format(left, width, inside)


def _column(stop: Stop, *, head: int, middle: int) -> tuple[Markup, int]:
    drawn, y = Markup(""), 0
    joins = _sides(stop.joins, "+", BROAD_LETTERS)
    y = head - LINE - len(joins) * LINE
    for words, is_figure in joins:
        y += LINE
        drawn += _text(words, "0", y - 5, "num b" if is_figure else "second", anchor="middle")
    if joins:
        drawn += _arrow_down(head - LINE, head - 4)
    names = _wrapped(stop.label, BROAD_LETTERS)
    for nth, words in enumerate(names):
        drawn += _text(words, "0", middle - COIN - 27 - (len(names) - 1 - nth) * LINE, "", anchor="middle")
    drawn += _coin(stop, 0, middle)
    y = middle + COIN
    for words, kind in zip(stop.here.split(" ", 1) if stop.here else (), ("num b", ""), strict=False):
        y += LINE
        drawn += _text(words, "0", y, kind, anchor="middle")
    y += 4 if stop.here else 0
    leaves = [*_sides(stop.leaves, "−", BROAD_LETTERS), *_sides(stop.became, "", BROAD_LETTERS)]
    if leaves:
        drawn += _arrow_down(y + 4, y + LINE)
        y += LINE + 4
    for words, is_figure in leaves:
        y += LINE + (6 if is_figure else 0)
        drawn += _text(words, "0", y - 4, "num b" if is_figure else "second", anchor="middle")
    return drawn, y


def _down(stops: Sequence[Stop]) -> tuple[Markup, int]:
    lines, marks, y = Markup(""), Markup(""), 4
    for index, stop in enumerate(stops):
        for side in stop.joins:
            lines, y = _beside(lines, side, "+", y)
        middle = y + COIN + 4
        marks += _coin(stop, COIN + 2, middle)
        names = _wrapped(stop.label, NARROW_LETTERS)
        for nth, words in enumerate([*names, *([stop.here] if stop.here else [])]):
            lines += _text(words, "56", middle + 5 + nth * LINE - (LINE // 2 if stop.here else 0), "num b" if nth == len(names) else "")
        y = max(middle + COIN, middle + LINE * (len(names) + bool(stop.here) - 1)) + 6
        for side, sign in [*((side, "−") for side in stop.leaves), *((side, "") for side in stop.became)]:
            lines, y = _beside(lines, side, sign, y)
        if index < len(stops) - 1:
            following = y + LINE + 14 + sum(_tall(side) for side in stops[index + 1].joins)
            kind = "axis" if stop.onward_pence else "drop"
            lines = _stroke(kind, middle, following + COIN) + lines
            if stop.onward_pence:
                marks += Markup('<path class="fill" d="M{x} {y}h14l-7 12Z"/>').format(x=COIN - 5, y=y + 8)
                lines += _text(pounds(stop.onward_pence), "56", y + LINE, "num b")
            y += LINE + 14
    return lines + marks, y + 4


def _stroke(kind: str, start: int, end: int) -> Markup:
    return Markup('<line class="{}" x1="{x}" x2="{x}" y1="{}" y2="{}" stroke-width="3"/>').format(kind, start, end, x=COIN + 2)


def _beside(drawn: Markup, side: Side, sign: str, y: int) -> tuple[Markup, int]:
    for words, is_figure in _sides([side], sign, NARROW_LETTERS):
        drawn += _text(words, "56", y + LINE - 5, "num b" if is_figure else "second")
        y += LINE
    return drawn, y + 4


def _tall(side: Side) -> int:
    return LINE * len(_sides([side], "+", NARROW_LETTERS)) + 4


def _sides(sides: Sequence[Side], sign: str, letters: int) -> list[tuple[str, bool]]:
    """The lines of words for what joins or leaves: the figure, then what it is called."""
    return [
        line
        for side in sides
        for line in ((f"{sign}{pounds(side.amount_pence)}", True), *((words, False) for words in _wrapped(side.label, letters)))
    ]


def _wrapped(words: str, letters: int) -> list[str]:
    return textwrap.wrap(words, letters) or [""]


def _coin(stop: Stop, x: int, y: int) -> Markup:
    ground = Markup('<circle class="ground" cx="{}" cy="{}" r="{}"/>').format(x, y, COIN)
    if stop.look == "bare":
        return ground + Markup('<circle class="line" cx="{}" cy="{}" r="{}" stroke-dasharray="3 4"/>').format(x, y, COIN - 1)
    paint, hole = ("pale", "fill") if stop.look == "lit" else ("fill", "ground")
    scale = COIN / 32
    keyhole = Markup('<path class="{}" transform="translate({:g} {:g}) scale({:g})" d="{}"/>').format(
        hole, x - COIN, y - COIN, scale, _KEYHOLE
    )
    return ground + Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(paint, x, y, COIN - 1) + keyhole


def _arrow_down(start: int, end: int) -> Markup:
    line = Markup('<line class="axis" x1="0" x2="0" y1="{}" y2="{}"/>').format(start, end - 4)
    return line + Markup('<path class="fill" d="M-4 {0}h8l-4 7Z"/>').format(end - 7)


def _text(words: str, x: str, y: int, kind: str, anchor: str = "start") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, words)
