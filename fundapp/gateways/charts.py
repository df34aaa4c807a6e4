"""Plots as SVG text: drawn here, coloured by the stylesheet, with a title and a description for those who cannot see them.

Positions are percentages, so that one plot fits any width while its letters keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from fundapp.core.money import pounds

BAR = 22
LABEL = 15


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a waterfall: money that came, that went, or what was there."""

    label: str
    # Never negative: `kind` says which way it went.
    amount_pence: int
    kind: Literal["in", "out", "stood"]
    # The part of what stood that is promised to somebody already.
    promised_pence: int = 0

    @property
    def figure(self) -> str:
        """The amount as it stands beside the bar."""
        sign = {"in": "+", "out": "−", "stood": ""}[self.kind]
        return f"{sign}{pounds(self.amount_pence)}"


@dataclass(frozen=True, slots=True)
class _Placed:
    step: Step
    start: int
    end: int


def waterfall(steps: Sequence[Step], *, name: str, title: str, description: str, broad: bool) -> Markup:
    """A waterfall, read from the top; the last step is what is left, under a line.

    `name` makes the ids of this plot its own. A broad plot has label, bar and figure in one row; a narrow one puts the
    bar underneath. Show one of the two by the width of the window (classes `broad` and `narrow`).
    """
    placed = _placed(steps)
    scale = max((max(one.start, one.end) for one in placed), default=0) or 1
    row = 45 if broad else 58
    gap = 12
    drawn = [
        _row(one, following, top=index * row + (gap if index == len(placed) - 1 else 0), scale=scale, name=name, broad=broad)
        for index, (one, following) in enumerate(zip(placed, [*placed[1:], None], strict=True))
    ]
    height = len(placed) * row + gap + 12
    return Markup(
        '<svg class="plot {kind}" role="img" width="100%" height="{height}" aria-labelledby="{name}-title {name}-desc">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>{hatch}{rows}{rules}</svg>'
    ).format(
        kind="broad" if broad else "narrow",
        height=height,
        name=name,
        title=title,
        description=description,
        hatch=_hatch(name),
        rows=Markup("").join(drawn),
        rules=_rules((len(placed) - 1) * row + 4, height),
    )


def _placed(steps: Sequence[Step]) -> list[_Placed]:
    found: list[_Placed] = []
    level = 0
    for step in steps:
        if step.kind == "stood":
            start, level = 0, step.amount_pence
        else:
            start, level = level, level + (step.amount_pence if step.kind == "in" else -step.amount_pence)
        found.append(_Placed(step, start, level))
    return found


def _row(one: _Placed, following: _Placed | None, *, top: int, scale: int, name: str, broad: bool) -> Markup:
    bold = " b" if following is None else ""
    text_at = top + (BAR + LABEL) // 2 + 6 if broad else top + LABEL + 4
    bar_at = top + 8 if broad else top + 28
    left, width = ("19%", "62%") if broad else ("0", "100%")
    drop_to = (45 if broad else 58) - BAR + (12 if following and following.step.kind == "stood" else 0)
    drop = _drop(one, bar_at, drop_to, scale) if following else Markup("")
    return Markup(
        '<text class="l{bold}" x="0" y="{y}">{label}</text>'
        '<svg x="{left}" width="{width}" height="100%" overflow="visible">{bars}{drop}</svg>'
        '<text class="num end b" x="100%" y="{y}">{figure}</text>'
    ).format(
        bold=bold,
        y=text_at,
        label=one.step.label,
        left=left,
        width=width,
        bars=_bars(one, bar_at, scale, name),
        drop=drop,
        figure=one.step.figure,
    )


def _bars(one: _Placed, top: int, scale: int, name: str) -> Markup:
    low, high = sorted((one.start, one.end))
    if one.step.kind == "out":
        paint = Markup('class="out" fill="url(#{}-hatch)"').format(name)
        return _rect(low, high, top, scale, paint)
    full = _rect(low, high, top, scale, Markup('class="fill"'))
    promised = min(one.step.promised_pence, high - low)
    return full + _rect(high - promised, high, top, scale, Markup('class="pale"')) if promised > 0 else full


def _rect(low: int, high: int, top: int, scale: int, paint: Markup) -> Markup:
    # A sliver is drawn all the same: a fee of a few pounds must be seen beside a grant of thousands.
    width = max(100 * (high - low) / scale, 0.3 if high > low else 0)
    return Markup('<rect {} x="{:.2f}%" y="{}" width="{:.2f}%" height="{}"/>').format(paint, max(100 * low / scale, 0), top, width, BAR)


def _drop(one: _Placed, bar_at: int, length: int, scale: int) -> Markup:
    at = f"{max(100 * one.end / scale, 0):.2f}%"
    return Markup('<line class="drop" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(at, bar_at + BAR, bar_at + BAR + length)


def _hatch(name: str) -> Markup:
    return Markup(
        '<defs><pattern id="{}-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="ground" width="7" height="7"/><path class="hatch" d="M1 0V7" stroke-width="2.2"/></pattern></defs>'
    ).format(escape(name))


def _rules(above: int, height: int) -> Markup:
    line = Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>')
    return line.format(above) + line.format(height - 5) + line.format(height - 1)
