"""Every page of the list in every state once more with axe, whole, in the dark and on a phone; the gate looks at a desk in the light."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.pictures.looking import OPEN_ALL, Onlooker
from tests.pictures.shown import ROOMS
from tests.pictures.stage import Stage
from tests.support.browser import AXE, DESK, PHONE, axe_faults


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_is_within_everybody_s_reach_in_the_dark_and_on_a_phone(browser: Browser, stage: Stage, room: str) -> None:
    onlooker, wrong = Onlooker(browser, stage, DESK, brings=AXE), []
    for shown in ROOMS[room]:
        page, _ = onlooker.show(shown)
        page.evaluate(OPEN_ALL)
        page.emulate_media(color_scheme="dark")
        wrong += [f"{shown.name}, a desk in the dark: {words}" for words in axe_faults(page)]
        page.set_viewport_size(PHONE)
        wrong += [f"{shown.name}, a phone in the dark: {words}" for words in axe_faults(page)]
        page.emulate_media(color_scheme="light")
        wrong += [f"{shown.name}, a phone: {words}" for words in axe_faults(page)]
    onlooker.close()
    assert not wrong + onlooker.complaints, "\n".join(wrong + onlooker.complaints)
