"""The committed stylesheets are what their sources say, and small."""

import gzip
import re
from pathlib import Path

import pytest

from fundapp.web import stylesheets

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", stylesheets.SHEETS)
def test_a_stylesheet_is_up_to_date(name: str) -> None:
    assert (stylesheets.CSS / name).read_text() == stylesheets.sheet(name), "run: python -m fundapp.web.stylesheets"


@pytest.mark.parametrize(("name", "most"), [("give.css", 4096), ("fund.css", 12288)])
def test_a_stylesheet_is_small_enough(name: str, most: int) -> None:
    assert len(gzip.compress((stylesheets.CSS / name).read_bytes(), 9)) <= most


@pytest.mark.parametrize("name", stylesheets.SHEETS)
def test_a_stylesheet_loads_nothing_else(name: str) -> None:
    css = stylesheets.sheet(name)
    assert "@import" not in css
    assert all(url.startswith(('"data:', "#")) for url in re.findall(r"url\((.{0,6})", css))
    assert css.count("{") == css.count("}")


def test_squeezing_leaves_quoted_text_and_selectors_alone() -> None:
    css = 'a :hover > b , c { content: "a  { b }" ; margin: 0 -1px }\n/* gone */\n@media (min-width: 9px) { d { e: f } }\n'
    assert stylesheets.squeezed(css) == 'a :hover>b,c{content: "a  { b }";margin:0 -1px}@media (min-width: 9px){d{e:f}}\n'


def test_no_template_carries_a_style_or_a_script() -> None:
    """Nothing that stands in the page itself. A file of ours, named by `script`, is what the policy lets the page run."""
    named = r"<script (?:type=\"module\" )?src=\"\{\{ script\('js/[a-z-]+\.js'\) \}\}\""
    ours = re.compile(named + r"(?: defer)?(?: data-[a-z-]+=\"\{\{ [^\"]+ \}\}\")*></script>")
    for path in (ROOT / "templates").rglob("*.html"):
        if "mail" not in path.parts:
            text = ours.sub("", path.read_text())
            assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=", text), (
                f"{path.relative_to(ROOT)} breaks the content security policy"
            )
