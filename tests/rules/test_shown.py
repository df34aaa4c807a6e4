"""The list of pages that are looked at, and the URL map, say the same: no page is left out, and none is shown that is not there."""

from fundapp.config import Settings
from tests.pictures.covering import uncovered


def test_every_page_of_the_url_map_is_shown_or_is_said_to_be_no_page(settings: Settings) -> None:
    assert not uncovered(settings)
