"""Whatever a phone reads, off paper of either size or off a screen, it comes to the point's page; and the two say the same."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2
import zxingcpp
from PIL import Image

from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]
# Poster sizes in millimetres, width by height.
SIZES = {
    "A4, for the window": (210, 297),
    "A6, for the counter": (105, 148),
    "A4 with little ink": (210, 297),
    "A6 with little ink": (105, 148),
}
POINTS_PER_MM = 72 / 25.4


def test_every_form_of_a_point_s_code_leads_to_its_page(town: Town, walk: Walk) -> None:
    me = sign_in(walk(DESK), town.who.admin).follow("Collection points").follow("The bakery on High Street")
    donor = walk(PHONE).open(town.point.path)
    to_check = donor.page.locator("#poster p b").all_inner_texts()
    assert len(to_check) == 2
    assert read(Image.open(io.BytesIO(me.page.screenshot(full_page=True)))) == donor.page.url
    assert read(Image.open(io.BytesIO(fetched(me, "as PNG")))) == donor.page.url
    for link, size in SIZES.items():
        says, leads_to = poster(fetched(me, link), size)
        assert leads_to == donor.page.url, link
        # The page tells donors what their poster should say, and the charity must be named on it (Code of Fundraising Practice 7.5.1).
        for words in (*to_check, "Changing Lives (Doncaster)", "1234567", "01302 000000"):
            assert words in says, f"{link} does not say {words}"
    walk(PHONE).open("/g/NOTACODE").sees("NOTACODE")


def test_finance_reads_points_and_changes_none(town: Town, walk: Walk) -> None:
    me = sign_in(walk(PHONE), town.who.finance).open("/admin/points").follow("The bakery on High Street")
    me.sees("shown to administrators alone")
    for words in ("Close this point", "Change the host’s facts", "Add a point"):
        assert me.page.get_by_role("link", name=words).count() == 0
    assert me.page.request.get(f"{me.base_url}/admin/points/new").status == 403


def fetched(me: Walker, link: str) -> bytes:
    """What a link of the page leads to."""
    answer = me.page.request.get(me.base_url + str(me.page.get_by_role("link", name=link).first.get_attribute("href")))
    assert answer.status == 200
    return answer.body()


def poster(pdf: bytes, size_mm: tuple[int, int]) -> tuple[str, str]:
    """What a poster of one page says, and where its code leads. It must have this size."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        (page,) = document
        assert [round(side / POINTS_PER_MM) for side in page.get_size()] == list(size_mm)
        # 150 dots an inch: no better than a tired office printer.
        picture = page.render(scale=150 / 72).to_pil()
        return " ".join(page.get_textpage().get_text_range().split()), read(picture)
    finally:
        document.close()


def read(picture: Image.Image) -> str:
    """The one QR code in a picture."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1, [one.text for one in found]
    return found[0].text
