"""Everything that is printed for a point, looked at as a printer and a phone would: one at a time, and all in one file."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise, product
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from fundapp.gateways.documents import PIECES, Facts, pieces_pdf
from fundapp.gateways.documents.poster import MESSAGE
from tests.unit.gateways.test_documents import LONG_URL, PLACES, URL

SIZES = {
    "poster-a4": (210, 297),
    "poster-a6": (105, 148),
    "poster-a4-low-ink": (210, 297),
    "poster-a6-low-ink": (105, 148),
    "window-sticker": (120, 136),
    "table-card": (148, 210),
    "tin-label": (210, 74),
}
NEW = ("window-sticker", "table-card", "tin-label")
# The least width of the code, in millimetres: it is scanned from ten times that.
CODES = {"window-sticker": 39, "table-card": 30, "tin-label": 28}
POINTS_PER_MM = 72 / 25.4


def facts(url: str = URL, **changed: Any) -> Facts:
    said = {
        "place": PLACES["short"],
        "address_words": url.partition("://")[2],
        "url": url,
        "code": "7K4M2ABC",
        "charity_name": "Changing Lives",
        "charity_number": "500640",
        "town": "Doncaster",
        "contact": "01632 960 001",
        "checkpoint": "",
    }
    return Facts(**{**said, **changed})


def looked_at(pdf: bytes, page: int = 0) -> tuple[str, list[zxingcpp.Barcode], tuple[float, float], list[tuple[float, ...]]]:
    """The page's words, its codes at 150 dots an inch, its size in millimetres, and the boxes of its letters."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[page].get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        codes = zxingcpp.read_barcodes(document[page].render(scale=150 / 72).to_pil())
        size = document[page].get_size()
        return " ".join(text.get_text_bounded().split()), codes, (size[0] / POINTS_PER_MM, size[1] / POINTS_PER_MM), boxes


def test_every_piece_has_its_size_here() -> None:
    assert set(SIZES) == set(PIECES)


@pytest.mark.parametrize(("name", "url"), list(product(SIZES, [URL, LONG_URL])))
def test_a_phone_reads_every_code_of_every_piece(name: str, url: str) -> None:
    _, codes, size, _ = looked_at(pieces_pdf(name, [facts(url)]))
    assert {code.text for code in codes} == {url}
    assert len(codes) == (2 if name == "table-card" else 1)
    assert tuple(round(side) for side in size) == SIZES[name]
    for code in codes:
        width = abs(code.position.top_right.x - code.position.top_left.x) / 150 * 25.4
        assert width >= CODES.get(name, 28)


@pytest.mark.parametrize("name", SIZES)
def test_every_piece_names_the_charity_its_number_and_a_contact(name: str) -> None:
    """Code of Fundraising Practice 7.5.1; and how to check it, and the place it is for."""
    said, _, _, _ = looked_at(pieces_pdf(name, [facts()]))
    for words in (
        "Changing Lives Fund",
        "Run by Changing Lives, registered charity 500640.",
        "01632 960 001",
        "Your phone should show fund.example.org and name this place.",
        "or type fund.example.org/g/7K4M2ABC",
        "Scan to give at",
    ):
        assert words in said
    assert PLACES["short"].replace(" ", "") in said.replace(" ", "")
    if name != "window-sticker":
        assert " ".join(MESSAGE) in said


@pytest.mark.parametrize(("name", "place"), list(product(NEW, PLACES)))
def test_any_place_and_any_charity_stand_whole_on_the_sheet(name: str, place: str) -> None:
    long = facts(
        LONG_URL,
        place=PLACES[place],
        charity_name="Changing Lives for the Borough of Doncaster and its Neighbours",
        contact="01632 960 001 or fund@changing-lives-fund.doncaster.example.org",
    )
    said, codes, (width, height), boxes = looked_at(pieces_pdf(name, [long]))
    assert PLACES[place].replace(" ", "") in said.replace(" ", "")
    assert long.contact in said
    assert {code.text for code in codes} == {LONG_URL}
    for left, bottom, right, top in boxes:
        if right > left:
            assert left >= 4
            assert bottom >= 4
            assert right <= width * POINTS_PER_MM - 4
            assert top <= height * POINTS_PER_MM - 4


@pytest.mark.parametrize("name", ["table-card", "tin-label"])
@pytest.mark.parametrize("place", PLACES)
def test_the_words_beside_the_code_do_not_stand_in_one_another(name: str, place: str) -> None:
    pdf = pieces_pdf(
        name, [facts(LONG_URL, place=PLACES[place], charity_name="Changing Lives for the Borough of Doncaster and Neighbours")]
    )
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        whole = text.get_text_range()
        order = ["Scan to give at", "or type", "Changing Lives Fund, Doncaster"]
        tops = [text.get_charbox(whole.index(part))[3] for part in order]
    assert tops == sorted(tops, reverse=True)
    assert all(above - below > 6 for above, below in pairwise(tops))


def test_all_points_stand_in_one_file_each_with_its_own_code_in_little_memory() -> None:
    many = [facts(f"https://fund.example.org/g/7K4M2A{number:02}", place=f"place {number}") for number in range(12)]
    pieces_pdf("poster-a6", many[:1])
    tracemalloc.start()
    pdf = pieces_pdf("poster-a6", many)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6_000_000
    assert len(pdf) < 300_000
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 12
    for number in (0, 7, 11):
        said, (code,), _, _ = looked_at(pdf, number)
        assert code.text == many[number].url
        assert f"place {number}" in said


def test_nothing_is_printed_for_no_point() -> None:
    with pytest.raises(ValueError, match="no point"):
        pieces_pdf("poster-a4", [])
