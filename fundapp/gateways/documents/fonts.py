"""The fonts of printed pages: Source Serif and Source Sans, open (SIL OFL 1.1), embedded, only the letters that are used.

reportlab's own fonts print "Łukasz Żółć" with black boxes. These come from their packages, licence included; nothing is copied here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import font_source_sans_pro
import font_source_serif_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

HEADING = "Fund-Serif-Bold"
WORDS = "Fund-Serif"
BODY = "Fund-Sans"
STRONG = "Fund-Sans-Semibold"
BOLD = "Fund-Sans-Bold"

_FILES = {
    HEADING: (font_source_serif_pro, "SourceSerifPro-Bold.ttf"),
    WORDS: (font_source_serif_pro, "SourceSerifPro-Regular.ttf"),
    BODY: (font_source_sans_pro, "SourceSansPro-Regular.ttf"),
    STRONG: (font_source_sans_pro, "SourceSansPro-Semibold.ttf"),
    BOLD: (font_source_sans_pro, "SourceSansPro-Bold.ttf"),
}


@cache
def register() -> None:
    """Make the fonts known to reportlab, once a process."""
    for name, (package, file) in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(package.font_directory) / file)))


def width(text: str, font: str, size: float) -> float:
    """How wide a line is, in points."""
    register()
    return float(pdfmetrics.stringWidth(text, font, size))
