"""The colours of printed pages: those of the screen's light theme, and a low-ink set."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor

PAPER = HexColor("#FBF7F0")
INK = HexColor("#1D2327")
SECOND_INK = HexColor("#545A5B")
PETROL = HexColor("#0B4F4A")
# Darker still, for a code's squares.
DEEP_PETROL = HexColor("#083A36")
MARIGOLD = HexColor("#F2A900")
RULE = HexColor("#DDD4C4")
BARE = HexColor("#FFFFFF")
BLACK = HexColor("#000000")


@dataclass(frozen=True, slots=True)
class Inks:
    """What a poster is printed in. None leaves the sheet bare."""

    ground: Color | None
    message: Color
    coin: Color | None
    # The fine ring inside the coin's edge, and its width on A4, in points.
    ring: Color
    ring_width: float
    # What falls through the keyhole and on the floor.
    light: Color
    # The line round coin and keyhole where nothing fills them.
    outline: Color | None
    outline_width: float
    code: Color


FULL = Inks(
    ground=PETROL,
    message=PAPER,
    coin=MARIGOLD,
    ring=PETROL,
    ring_width=2.6,
    light=PAPER,
    outline=None,
    outline_width=0,
    code=DEEP_PETROL,
)
LOW = Inks(
    ground=None,
    message=PETROL,
    coin=None,
    ring=PETROL,
    ring_width=0.8,
    light=BARE,
    outline=PETROL,
    outline_width=2.2,
    code=BLACK,
)
