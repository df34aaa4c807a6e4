"""The letter for a gift made elsewhere: one page, its code leads to the gift, the address fits a window, and long words break nothing."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
import zxingcpp

from fundapp.gateways.documents.gift_letter import gift_letter_pdf

URL = "https://changing-lives-fund.doncaster.example.org/gifts/tj-EWUciVncQlCFmoaFtpRqPx1Y"
POINTS_PER_MM = 72 / 25.4


def letter(**changed: Any) -> pypdfium2.PdfDocument:
    facts: dict[str, Any] = {
        "charity_name": "Changing Lives",
        "charity_number": "500640",
        "charity_address": "1 High Street\nDoncaster\nDN1 1AA",
        "contact": "01632 960 001",
        "reference": "D7973853",
        "to": ["The Nether Hall Singers", "1 High Street", "Doncaster"],
        "thanks": "Thank you. Your £312.50 is here.",
        "facts": [("Given", "14 November 2026"), ("In memory of", "Łukasz Żółć")],
        "page_url": URL,
    }
    return pypdfium2.PdfDocument(gift_letter_pdf(**{**facts, **changed}))


def words(document: pypdfium2.PdfDocument) -> str:
    return document[0].get_textpage().get_text_range()


def test_its_code_leads_to_the_gifts_page_and_the_address_can_be_typed() -> None:
    made = letter()
    (found,) = zxingcpp.read_barcodes(made[0].render(scale=3).to_pil())
    assert found.text == URL
    assert URL in words(made)
    assert "£312.50" in words(made)


@pytest.mark.parametrize(
    "changed",
    [
        {"to": ["W" * 60] * 9},
        {"to": []},
        {"to": ["<b>Fish & Chips</b>"], "facts": [("In memory of", "<i>Nobody</i> & " + "W" * 120)]},
        {"thanks": "Dziękujemy. Twoje £1,234,567.89 jest tutaj, bezpieczne."},
    ],
)
def test_whatever_stands_in_it_it_is_one_page_with_a_code_that_reads(changed: dict[str, Any]) -> None:
    made = letter(**changed)
    assert len(made) == 1
    (found,) = zxingcpp.read_barcodes(made[0].render(scale=3).to_pil())
    assert found.text == URL


def test_the_address_stands_in_the_window_of_an_envelope() -> None:
    page = letter()[0]
    text = page.get_textpage()
    left, bottom, right, top = text.get_rect(
        next(i for i in range(text.count_rects()) if "Nether" in text.get_text_bounded(*text.get_rect(i)))
    )
    height = page.get_height()
    assert 20 <= left / POINTS_PER_MM <= 30
    assert 45 <= (height - top) / POINTS_PER_MM < (height - bottom) / POINTS_PER_MM <= 60
    assert right / POINTS_PER_MM < 110


def test_the_same_letter_is_the_same_file_and_its_title_names_nobody() -> None:
    facts = {"charity_name": "C", "charity_number": "1", "charity_address": "", "contact": "", "reference": "R", "to": ["Mrs Example"]}
    made = [gift_letter_pdf(**facts, thanks="Thank you.", facts=[], page_url=URL) for _ in range(2)]  # type: ignore[arg-type]
    assert made[0] == made[1]
    assert "Example" not in (pypdfium2.PdfDocument(made[0]).get_metadata_dict()["Title"])
