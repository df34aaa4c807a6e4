"""QR codes, read back by another library."""

from io import BytesIO

import pytest
import zxingcpp
from bs4 import BeautifulSoup
from PIL import Image

from fundapp.gateways import qr

URLS = [
    "https://fund.example.org/g/7K4M2ABC",
    "http://localhost:8000/g/7K4M2ABC",
    "https://changing-lives-fund.doncaster.example.org/g/7K4M2ABC",
]


def read(image: Image.Image) -> zxingcpp.Barcode:
    """The one code in a picture."""
    (found,) = zxingcpp.read_barcodes(image)
    return found


@pytest.mark.parametrize("url", URLS)
def test_a_png_says_the_address_as_it_is(url: str) -> None:
    image = Image.open(BytesIO(qr.png(url)))
    found = read(image.convert("L"))
    assert found.text == url
    assert "Q" in found.ec_level
    assert image.mode == "1"


def test_a_png_has_four_white_squares_on_each_side() -> None:
    url = URLS[0]
    image = Image.open(BytesIO(qr.png(url, square_pixels=10))).convert("1")
    squares = len(qr.matrix(url))
    assert image.size == ((squares + 8) * 10,) * 2
    # The corner squares of the code are dark, so its edge is where the white ends.
    assert image.point(lambda value: 255 - value).getbbox() == (40, 40, (squares + 4) * 10, (squares + 4) * 10)


def test_an_svg_draws_the_same_squares_and_needs_no_style() -> None:
    url = URLS[0]
    soup = BeautifulSoup(qr.svg(url, label='A “code” & <more>"'), "html.parser")
    svg = soup.svg
    assert svg is not None
    assert svg["aria-label"] == 'A “code” & <more>"'
    assert "style" not in str(svg)
    ground, dark = svg.find_all("path")
    assert (ground["fill"], dark["fill"]) == ("#fff", "#000")
    squares = qr.matrix(url)
    assert dark["d"].count("M") == len(list(qr.runs(squares)))
    assert sum(run.length for run in qr.runs(squares)) == sum(map(sum, squares))


def test_a_code_still_reads_with_a_sticker_over_a_corner_of_it() -> None:
    url = URLS[0]
    image = Image.open(BytesIO(qr.png(url))).convert("L")
    side = int(image.width * 0.2)
    image.paste(128, (image.width // 2, image.height // 2, image.width // 2 + side, image.height // 2 + side))
    assert read(image).text == url
