"""Setting words in a given width: wrapped in balance, and smaller when they are many."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fundapp.gateways.documents import fonts

# Short words that lead on to the next: a line that ends with one reads badly.
_LEADING_ON = re.compile(r"\b(a|an|and|at|by|for|in|of|on|or|the|to) ", re.IGNORECASE)
_TIE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Set:
    """Lines in one font and size, ready to be drawn. Sizes and leading in points."""

    lines: tuple[str, ...]
    font: str
    size: float
    leading: float

    @property
    def height(self) -> float:
        """From the first line's baseline to the last one's."""
        return self.leading * (len(self.lines) - 1)


def fit(text: str, font: str, *, width: float, steps: tuple[tuple[float, int], ...], leading: float = 1.18) -> Set:
    """Set words by the first of `steps` (size, most lines), largest first, at which they fit.

    At the last step words too long for a line are broken, and there may be more lines rather than a letter lost.
    """
    text = " ".join(text.split())
    tied = _LEADING_ON.sub(rf"\1{_TIE}", text)
    for size, most_lines in steps:
        for words in (tied, text):
            lines = wrap(words, font, size, width)
            if len(lines) <= most_lines and max(fonts.width(line, font, size) for line in lines) <= width:
                return Set(balance(lines, font, size, width), font, size, size * leading)
    size = steps[-1][0]
    return Set(tuple(wrap(_broken(text, font, size, width), font, size, width)), font, size, size * leading)


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break words into lines, each as full as it goes."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and fonts.width(longer, font, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def balance(lines: list[str], font: str, size: float, width: float) -> tuple[str, ...]:
    """The same number of lines, as even in width as they go: a heading with one lone word below looks like a mistake."""
    text, wanted = " ".join(lines), len(lines)
    narrow, broad = 0.0, width
    for _ in range(12):
        middle = (narrow + broad) / 2
        tried = wrap(text, font, size, middle)
        fits = len(tried) <= wanted and all(fonts.width(line, font, size) <= middle for line in tried)
        narrow, broad = (narrow, middle) if fits else (middle, broad)
    return tuple(line.replace(_TIE, " ") for line in wrap(text, font, size, broad))


def _broken(text: str, font: str, size: float, width: float) -> str:
    """The text with a space put into each word that no line could hold."""
    words = []
    for word in text.split(" "):
        rest = word
        while fonts.width(rest, font, size) > width:
            head = next(end for end in range(len(rest), 0, -1) if end == 1 or fonts.width(rest[:end], font, size) <= width)
            words.append(rest[:head])
            rest = rest[head:]
        words.append(rest)
    return " ".join(word for word in words if word)
