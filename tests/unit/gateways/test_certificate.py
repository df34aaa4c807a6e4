"""A host's thank-you, looked at as a printer would."""

from __future__ import annotations

import pypdfium2
import pytest

from fundapp.gateways.documents.certificate import certificate_pdf

LONG = "Łukasz Żółć and Daughters, Launderers and Dry Cleaners of Nether Hall Road and Copley Road in the Borough of Doncaster Limited"


def said(business: str, given: str) -> tuple[str, bool]:
    """The words of the one page, and whether every letter stands on it."""
    facts = {"charity_name": "Changing Lives", "charity_number": "500640", "contact": "01632 960 001", "town": "Doncaster"}
    days = {"since": "1 April 2026", "until": "October 2026", "printed_on": "22 November 2026"}
    with pypdfium2.PdfDocument(certificate_pdf(business=business, given=given, **facts, **days)) as document:
        assert len(document) == 1
        text = document[0].get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        width, height = document[0].get_size()
        inside = all(left >= 6 and bottom >= 6 and right <= width - 6 and top <= height - 6 for left, bottom, right, top in boxes)
        return " ".join(text.get_text_bounded().split()), inside


@pytest.mark.parametrize("business", ["Priestley’s Bakery Ltd", LONG, "W" * 120])
def test_a_thank_you_says_whom_since_when_and_who_thanks(business: str) -> None:
    words, inside = said(business, "£115")
    assert inside
    assert business.replace(" ", "") in words.replace(" ", "")
    for part in (
        "Thank you",
        "since 1 April 2026",
        "£115 was given there up to the end of October 2026.",
        "registered charity 500640",
        "01632 960 001",
    ):
        assert part in words


def test_without_a_sum_that_may_be_told_it_tells_none() -> None:
    words, _ = said("Priestley’s Bakery Ltd", "")
    assert "was given there" not in words
    assert "£" not in words
