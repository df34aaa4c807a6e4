"""Posters and receipts, looked at as a printer and a phone would."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from fundapp.gateways.documents import low_ink_poster_pdf, poster_pdf, receipt_pdf
from fundapp.gateways.documents.setting import fit

KINDS = {"full": poster_pdf, "low ink": low_ink_poster_pdf}
SIZES = {"A4": (210, 297), "A6": (105, 148)}
URL = "https://fund.example.org/g/7K4M2ABC"
LONG_URL = "https://changing-lives-fund.doncaster.example.org/g/7K4M2ABC"
PLACES = {
    "short": "the bakery on High Street",
    "polish": "Łukasz Żółć’s café",
    "long": "the Frenchgate Centre information desk beside the bus station entrance, level 1",
    "one word": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "wide": "W" * 80,
    "markup": "<b>Fish & Chips</b> on the corner",
}


def poster(kind: str = "full", size: str = "A4", url: str = URL, **changed: Any) -> bytes:
    """A poster's file."""
    facts = {
        "place": PLACES["short"],
        "address_words": url.partition("://")[2],
        "url": url,
        "code": "7K4M2ABC",
        "charity_name": "Changing Lives",
        "charity_number": "500640",
        "town": "Doncaster",
        "contact": "01632 960 001",
    }
    return KINDS[kind](size=size, **{**facts, **changed})


def receipt(**changed: Any) -> bytes:
    """A receipt's file."""
    facts = {
        "charity_name": "Changing Lives",
        "charity_number": "500640",
        "charity_address": "1 High Street\nDoncaster\nDN1 1AA",
        "contact": "01632 960 001",
        "reference": "7K4M-2ABC",
        "given_at": "14 November 2026, 2:32 pm",
        "place": PLACES["short"],
        "fund": "Public giving",
        "gross_pence": 1000,
        "fee_pence": 35,
        "net_pence": 965,
        "wording": ["Nothing was received in return for this gift."],
        "page_url": "https://fund.example.org/gifts/QmFzZTY0VG9rZW5FeGFtcGxl",
    }
    return receipt_pdf(**{**facts, **changed})


def rendered(pdf: bytes, dpi: int = 150) -> Image.Image:
    """The first page as a picture."""
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        return document[0].render(scale=dpi / 72).to_pil()


def words(pdf: bytes) -> str:
    """All words of the page, single-spaced."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(document[0].get_textpage().get_text_bounded().split())


@pytest.mark.parametrize(("kind", "size", "url"), list(product(KINDS, SIZES, [URL, LONG_URL])))
def test_a_phone_reads_the_code_off_the_printed_page(kind: str, size: str, url: str) -> None:
    page = rendered(poster(kind, size, url))
    (found,) = zxingcpp.read_barcodes(page)
    assert found.text == url
    millimetres = tuple(round(side / 150 * 25.4) for side in page.size)
    assert millimetres == SIZES[size]


@pytest.mark.parametrize(("size", "least"), [("A4", 60), ("A6", 28)])
def test_the_code_is_large_enough_to_scan_from_ten_times_its_width(size: str, least: float) -> None:
    (found,) = zxingcpp.read_barcodes(rendered(poster(size=size, url=LONG_URL)))
    side = found.position.top_right.x - found.position.top_left.x
    assert side / 150 * 25.4 >= least


@pytest.mark.parametrize(("kind", "size", "place"), list(product(KINDS, SIZES, PLACES)))
def test_any_place_stands_whole_on_the_poster(kind: str, size: str, place: str) -> None:
    pdf = poster(kind, size, place=PLACES[place])
    assert PLACES[place].replace(" ", "") in words(pdf).replace(" ", "")
    assert zxingcpp.read_barcodes(rendered(pdf))[0].text == URL


@pytest.mark.parametrize("size", SIZES)
def test_a_poster_says_everything_in_its_order(size: str) -> None:
    said = words(poster(size=size))
    order = [
        "A small thing can unlock a life",
        "for people in Doncaster. Every penny is shown.",
        "Scan to give at",
        "the bakery on High Street",
        "or type fund.example.org/g/7K4M2ABC",
        "Changing Lives Fund",
        "Run by Changing Lives, registered charity 500640.",
        "01632 960 001",
        "Is this poster real?",
        "Your phone should show fund.example.org and name this place.",
    ]
    places = [said.index(part) for part in order]
    assert places == sorted(places)


@pytest.mark.parametrize(("kind", "size", "url"), list(product(KINDS, SIZES, [URL, LONG_URL])))
def test_a_poster_carries_the_ledgers_checkpoint_at_its_foot(kind: str, size: str, url: str) -> None:
    checkpoint = "Ledger checkpoint 1,234,567 · 30 Sep 2026 · Il1O0WWWWWWWWW+/"
    host = url.partition("://")[2].partition("/")[0]
    pdf = poster(kind, size, url, checkpoint=checkpoint, contact="01632 960 001 or fund@changing-lives-fund.doncaster.example.org")
    said = words(pdf)
    assert f"{checkpoint}, printed where we cannot change it. Compare it at {host}/open/ledger" in said
    assert said.index(checkpoint) > said.index("Is this poster real?")
    assert zxingcpp.read_barcodes(rendered(pdf))[0].text == url
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        whole = text.get_text_range()
        lines = [text.get_charbox(whole.index(part))[1] for part in ("Ledger checkpoint", "tell us")]
        assert min(box[1] for box in (text.get_charbox(index) for index in range(text.count_chars())) if box[2] > box[0]) >= 6
    # It does not stand in the words above it.
    assert lines[0] < lines[1]


@pytest.mark.parametrize("size", SIZES)
def test_long_facts_of_a_charity_stay_on_the_sheet_unbroken(size: str) -> None:
    contact = "01632 960 001 or fund@changing-lives-fund.doncaster.example.org"
    pdf = poster(size=size, url=LONG_URL, charity_name="Changing Lives for the Borough of Doncaster and its Neighbours", contact=contact)
    assert contact in words(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        width, height = page.get_size()
    inside = [left >= 6 and bottom >= 6 and right <= width - 6 and top <= height - 6 for left, bottom, right, top in boxes if right > left]
    assert all(inside)


def test_the_low_ink_poster_leaves_most_of_the_sheet_bare() -> None:
    bare = {}
    for kind in KINDS:
        grey = rendered(poster(kind), dpi=50).convert("L")
        bare[kind] = sum(grey.histogram()[250:]) / (grey.width * grey.height)
    assert bare["low ink"] > 0.8 > 0.2 > bare["full"]


@pytest.mark.parametrize("pdf", [poster(), receipt()], ids=["poster", "receipt"])
def test_a_file_says_what_it_is_and_in_which_language(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as document:
        assert "Changing Lives Fund" in document.get_metadata_value("Title")
        assert document.get_metadata_value("Author") == "Changing Lives"
    assert b"/Lang (en-GB)" in pdf
    assert b"/DisplayDocTitle true" in pdf


@pytest.mark.parametrize("pdf", [poster(), receipt()], ids=["poster", "receipt"])
def test_fonts_are_embedded_and_only_the_letters_that_are_used(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as document:
        objects = list(document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
        names = {one.get_font().get_base_name() for one in objects}
        embedded = {one.get_font().is_embedded for one in objects}
    assert {name.split("+")[-1].split("-")[0] for name in names} == {"SourceSerifPro", "SourceSansPro"}
    assert embedded == {True}
    assert len(pdf) < 120_000


def test_the_same_facts_make_the_same_file() -> None:
    assert poster() == poster()
    assert receipt() == receipt()


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_draw_at_once_get_their_own_files_whole() -> None:
    one_by_one = [poster(place=place) for place in PLACES.values()]
    with ThreadPoolExecutor(4) as several:
        for _ in range(10):
            assert list(several.map(lambda place: poster(place=place), PLACES.values())) == one_by_one


def test_names_from_anywhere_print() -> None:
    said = words(receipt(place="Łukasz Żółć’s café", charity_name="Żywe Życie & <Söhne>"))
    assert "Łukasz Żółć’s café" in said
    assert "Żywe Życie & <Söhne>, registered charity 500640" in said


def test_a_receipt_shows_what_was_given_kept_and_received() -> None:
    said = words(receipt())
    for part in (
        "Receipt 7K4M-2ABC",
        "Thank you. Your £10 is here.",
        "You gave £10.00",
        "The card company kept −£0.35",
        "To the Fund £9.65",
        "the bakery on High Street",
        "Public giving",
        "Nothing was received in return for this gift.",
        "1 High Street, Doncaster, DN1 1AA",
    ):
        assert part in said


def test_a_receipt_before_the_fee_is_known_says_so_and_claims_no_total() -> None:
    said = words(receipt(fee_pence=None, net_pence=None, place=None))
    assert "The card company kept not told yet" in said
    assert "To the Fund" not in said
    assert "on the Fund’s own page" in said


def test_words_are_set_in_balance_and_no_line_ends_on_a_short_word() -> None:
    set_in = fit("the bakery on High Street", "Fund-Serif-Bold", width=225, steps=((26, 2),))
    assert set_in.lines == ("the bakery", "on High Street")
