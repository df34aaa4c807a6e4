"""The two stylesheets, put together from their sources in `static/css/src`.

`python -m fundapp.web.stylesheets` writes them; a test proves that what is committed is up to date.
A page loads one of the two and nothing else: `give.css` where someone gives, `fund.css` everywhere else.
"""

import re
from pathlib import Path

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
SHEETS = {
    "give.css": ("tokens", "base", "giving"),
    "fund.css": ("tokens", "base", "components", "layout", "finding", "books", "print"),
}


def squeezed(css: str) -> str:
    """The same rules without comments and idle spaces; text in quotes is left alone."""
    kept = re.split(r'("[^"]*")', re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    for place in range(0, len(kept), 2):
        bare = re.sub(r"\s+", " ", kept[place])
        kept[place] = re.sub(r" ?([{};,>]) ?|(:) (?=[^{}]*[;}])", r"\1\2", bare)
    return "".join(kept).replace(";}", "}").strip() + "\n"


def sheet(name: str) -> str:
    """One stylesheet, whole."""
    return squeezed("\n".join((CSS / "src" / f"{part}.css").read_text() for part in SHEETS[name]))


def write() -> None:
    """Write both sheets where the pages find them."""
    for name in SHEETS:
        (CSS / name).write_text(sheet(name))


if __name__ == "__main__":
    write()
