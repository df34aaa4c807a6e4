"""Fixtures of the journeys alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.support.browser import DESK, Walker
from tests.support.live import LiveServer
from tests.support.story import PlainWalker, Town, settle_town


@pytest.fixture
def town(live_server: LiveServer) -> Town:
    """The live Fund with its people, money, catalogue and one collection point."""
    return settle_town(live_server)


@pytest.fixture
def plain(browser: Browser, live_server: LiveServer) -> Iterator[Any]:
    """As `walk`, in a browser whose scripts are off altogether."""
    contexts = []

    def somebody(viewport: ViewportSize = DESK) -> Walker:
        context = browser.new_context(viewport=viewport, locale="en-GB", java_script_enabled=False)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return PlainWalker(context.new_page(), live_server.base_url, live_server.database)

    yield somebody
    for context in contexts:
        context.close()
