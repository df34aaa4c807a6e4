"""A receipt's second page: what stands on it can be read off it again, whatever it is, and never runs off the sheet."""

from __future__ import annotations

import base64
import re
import runpy
import string
from hashlib import sha256

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from fundapp.config import ROOT
from fundapp.gateways.documents import fonts
from fundapp.gateways.documents.checking import SIZE, Checking, _lines
from tests.unit.gateways.test_documents import receipt

rows_of = runpy.run_path(str(ROOT / "docs/verify/from_paper.py"))["rows"]
PAGE_URL = "https://fund.example.org/gifts/QmFzZTY0VG9rZW5FeGFtcGxl"
# What canonical JSON, base64 and keys are made of. A space never stands first or last in them.
LETTERS = string.ascii_letters + string.digits + '+/=-_.:,"{}[] '
VALUES = st.text(LETTERS, min_size=1, max_size=400).filter(lambda text: text == " ".join(text.split()))


def some_hash(number: int) -> str:
    return base64.b64encode(sha256(str(number).encode()).digest()).decode()


def checking(steps: int = 19, signatures: int = 1) -> Checking:
    rows = (
        (
            "entry",
            '{"kind":"gift.charged","month":"2026-11","number":4811,"private":"' + "3d" * 32 + '","transfers":[],"version":"ledger/v1"}',
        ),
        ("nonce", "a1" * 16),
        ("private", '{"actor":"stripe","event_key":"charge:ch_1","happened_on":"2026-11-14"}'),
        ("index", "4710"),
        *((f"path {step}", some_hash(step)) for step in range(1, steps + 1)),
        ("origin", "changing-lives-fund.doncaster.example.org"),
        ("size", "5020"),
        ("root", some_hash(0)),
        *(("signature", f"witness-{n}.example.org {some_hash(n)}") for n in range(signatures)),
        ("key", "changing-lives-fund.doncaster.example.org+0123abcd+" + some_hash(1)),
    )
    return Checking("In the ledger since 14 November 2026, 10:32 am, place 4,711 of 5,020.", rows, b"the proof\n", "gift-7K4M.tlog-proof")


@pytest.mark.parametrize(("steps", "signatures"), [(0, 1), (1, 1), (19, 1), (40, 1), (40, 15)])
def test_every_letter_of_the_page_is_read_back_and_stands_on_the_sheet(steps: int, signatures: int) -> None:
    said = checking(steps, signatures)
    with pypdfium2.PdfDocument(receipt(checking=said, page_url=PAGE_URL)) as document:
        assert len(document) == 2
        text = document[1].get_textpage()
        words = text.get_text_bounded()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        width, height = document[1].get_size()
        (code,) = zxingcpp.read_barcodes(document[1].render(scale=150 / 72).to_pil())
    expected = [[re.sub(r" \d+$", "", name), value] for name, value in said.rows]
    assert rows_of(words) == expected
    assert code.text == PAGE_URL
    assert all(
        left >= 30 and bottom >= 30 and right <= width - 30 and top <= height - 30 for left, bottom, right, top in boxes if right > left
    )


def test_the_proof_rides_in_the_file(tmp_path: object) -> None:
    pdf = receipt(checking=checking())
    with pypdfium2.PdfDocument(pdf) as document:
        assert document.count_attachments() == 1
        attached = document.get_attachment(0)
        assert (attached.get_name(), bytes(attached.get_data())) == ("gift-7K4M.tlog-proof", b"the proof\n")
        objects = [one for page in document for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
        assert {one.get_font().is_embedded for one in objects} == {True}
    assert pdf == receipt(checking=checking())


@given(VALUES)
def test_a_long_value_is_broken_where_nothing_is_lost(value: str) -> None:
    lines = list(_lines("entry", value, 380))
    assert "".join(line for _, line in lines) == value
    assert [name for name, _ in lines] == ["entry"] + [""] * (len(lines) - 1)
    for _, line in lines[:-1]:
        assert fonts.width(line, fonts.WORDS, SIZE) <= 380
        assert not line.endswith((" ", "-"))
    assert not [line for _, line in lines if line.startswith(" ")]
