"""Every page in every state that the gate leaves out: sound, and within everybody's reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from fundapp import create_app
from tests.pictures.shown import ROOMS, at_the_gate
from tests.pictures.soundness import faults_of
from tests.pictures.stage import Stage


@pytest.mark.parametrize("room", [room for room, pages in ROOMS.items() if len(at_the_gate(room)) < len(pages)])
def test_every_state_is_sound_and_within_everybody_s_reach(browser: Browser, stage: Stage, room: str) -> None:
    wrong = faults_of(browser, stage, create_app(stage.town.settings), [one for one in ROOMS[room] if one not in at_the_gate(room)])
    assert not wrong, "\n".join(wrong)
