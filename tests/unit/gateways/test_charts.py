"""The plots can be read, seen and heard."""

from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from fundapp.gateways.charts import Step, waterfall

STEPS = [
    Step("Grants and <partners>", 1_500_000, "in"),
    Step("Gifts", 1_441_260, "in"),
    Step("Help paid for", 1_287_122, "out"),
    Step("Card fees", 51_290, "out"),
    Step("Left", 1_602_848, "stood", promised_pence=112_750),
]


def drawn(steps: list[Step], *, broad: bool = True) -> Tag:
    svg = BeautifulSoup(str(waterfall(steps, name="w", title="In & out", description="In, then out.", broad=broad)), "html.parser").svg
    assert svg is not None
    return svg


def share(rect: Tag, name: str) -> float:
    return float(str(rect[name]).removesuffix("%"))


def test_a_plot_has_a_title_and_a_description_that_name_it() -> None:
    svg = drawn(STEPS)
    assert svg["role"] == "img"
    title, desc = svg.select_one("title"), svg.select_one("desc")
    assert title is not None
    assert desc is not None
    assert str(svg["aria-labelledby"]).split() == [title["id"], desc["id"]]
    assert title.get_text() == "In & out"


def test_words_are_escaped_and_figures_exact() -> None:
    texts = [one.get_text() for one in drawn(STEPS).select("text")]
    assert "Grants and <partners>" in texts
    assert texts[1::2] == ["+£15,000.00", "+£14,412.60", "−£12,871.22", "−£512.90", "£16,028.48"]


def test_each_bar_begins_where_the_last_one_ended() -> None:
    bars = [one for one in drawn(STEPS).select("rect") if one.has_attr("x")]
    first, second, third, fourth, left, promised = bars
    assert share(second, "x") == share(first, "width")
    assert abs(share(second, "x") + share(second, "width") - 100) < 0.02
    assert abs(share(third, "x") + share(third, "width") - 100) < 0.02
    assert abs(share(fourth, "x") + share(fourth, "width") - share(third, "x")) < 0.02
    assert abs(share(left, "width") - share(fourth, "x")) < 0.02
    assert abs(share(promised, "x") + share(promised, "width") - share(left, "width")) < 0.02


def test_no_style_stands_in_the_plot() -> None:
    assert "style" not in str(waterfall(STEPS, name="w", title="t", description="d", broad=False))


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["in", "out"])), max_size=6), st.booleans())
def test_whatever_the_figures_nothing_is_drawn_outside(moves: list[tuple[int, str]], broad: bool) -> None:
    steps, level = [], 0
    for pence, kind in moves:
        amount = pence if kind == "in" else min(pence, level)
        level += amount if kind == "in" else -amount
        steps.append(Step("x", amount, "in" if kind == "in" else "out"))
    svg = drawn([*steps, Step("Left", level, "stood")], broad=broad)
    for rect in svg.select("rect"):
        if rect.has_attr("x"):
            assert 0 <= share(rect, "x") <= 100
            assert share(rect, "width") >= 0
            assert share(rect, "x") + share(rect, "width") < 100.5
