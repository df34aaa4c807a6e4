"""A row of the table that script/bench prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside what it is measured against. Without a bar it is there to be read."""

    name: str
    value: float
    unit: str
    base: float | None = None
    ratio: float | None = None
    bar: float | None = None
    # Whether the ratio, or without one the value, may be at most the bar instead of at least.
    at_most: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.bar is None:
            return None
        figure = self.value if self.ratio is None else self.ratio
        return figure <= self.bar if self.at_most else figure >= self.bar

    @property
    def words(self) -> str:
        """The row as a line."""
        against = "" if self.base is None else f" beside {self.base:,.4g}"
        ratio = "" if self.ratio is None else f": {self.ratio:.2f}"
        verdict = {None: "", True: "holds", False: "MISSED"}[self.holds]
        bar = "" if self.bar is None else f"  (bar {'≤' if self.at_most else '≥'} {self.bar:g}, {verdict})"
        return f"{self.name:<66} {self.value:>10,.4g} {self.unit}{against}{ratio}{bar}"

    def told(self) -> dict[str, Any]:
        """The row as bench.json has it."""
        figures = {"value": self.value, "base": self.base, "ratio": self.ratio, "bar": self.bar}
        rounded = {name: None if figure is None else float(f"{figure:.4g}") for name, figure in figures.items()}
        return {"name": self.name, "unit": self.unit, **rounded, "holds": self.holds}
