"""Every page of the list is sound and within everybody's reach: the page that gives in every state, the others once.

At the gate those of the public, of key workers and of approvers; the others' with the long checks, and on the journeys that visit them.

tests/rules/test_shown.py sees that the list is whole; tests/long/test_every_state.py looks at all the other states.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from fundapp import create_app
from tests.pictures.shown import ROOMS, at_the_gate
from tests.pictures.soundness import faults_of
from tests.pictures.stage import Stage

AT_THE_GATE = {"stranger", "worker", "approver"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("room", [room if room in AT_THE_GATE else pytest.param(room, marks=pytest.mark.long) for room in ROOMS])
def test_every_page_is_sound_and_within_everybody_s_reach(browser: Browser, stage: Stage, room: str) -> None:
    wrong = faults_of(browser, stage, create_app(stage.town.settings), at_the_gate(room))
    assert not wrong, "\n".join(wrong)
