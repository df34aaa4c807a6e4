"""A paper slip, looked at as a printer would; and as somebody who finds it."""

from __future__ import annotations

import pypdfium2
import pytest

from fundapp.core.language import speaking
from fundapp.gateways.documents.slip import SLIP, slip_pdf
from fundapp.grants.slips import codes


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_says_where_what_to_type_and_nothing_of_anybody(language: str) -> None:
    code = codes.new_code()
    with speaking(language):
        content = slip_pdf(
            code=codes.grouped(code),
            url=f"https://changing-lives-fund.example.org.uk/person/{code}",
            address_words="changing-lives-fund.example.org.uk/person",
            contact="01632 960 001",
            charity_name="Changing Lives (Doncaster) Community Interest",
        )
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 1
        page = document[0]
        text = page.get_textpage()
        height, width = page.get_height(), page.get_width()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        # All of it on the part that is cut off, but for the words that say where to cut.
        on_slip = [box for box in boxes if box[1] > height - SLIP]
        assert all(left >= 20 and right <= width - 20 and top <= height - 12 for left, _bottom, right, top in boxes)
        assert len(boxes) - len(on_slip) < 30
        words = " ".join(text.get_text_bounded().split())
    assert codes.grouped(code) in words
    assert "changing-lives-fund.example.org.uk/person" in words
    for never in ("homeless", "bezdomn", "£", "grant"):
        assert never not in words
