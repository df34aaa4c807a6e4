"""While the Fund is closed, each address says so in its own voice, and nothing asks for a database."""

from __future__ import annotations

import pytest
from flask import Flask

from fundapp import create_closed_app
from fundapp.config import Settings

HOST = "http://localhost:8000"


@pytest.fixture
def closed(settings: Settings) -> Flask:
    return create_closed_app(settings)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize(
    "address", ["/", "/give", "/g/0FHJCA84", "/gifts/some-token", "/sign-in", "/finance", "/open/ledger/checkpoint", "/no-such"]
)
def test_every_address_says_when_to_come_back(closed: Flask, method: str, address: str) -> None:
    answer = closed.test_client().open(address, method=method, base_url=HOST)
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "300", "no-store")
    words = answer.get_data(as_text=True)
    assert "Back in a few minutes" in words
    assert "What was given or written before is kept" in words
    assert "Set-Cookie" not in answer.headers
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_stripe_is_told_to_come_again_so_no_event_is_lost(closed: Flask) -> None:
    assert closed.test_client().post("/stripe/webhook", data=b"{}", base_url=HOST).status_code == 503


def test_the_page_has_its_styles_and_the_process_says_that_it_lives_but_is_not_ready(closed: Flask) -> None:
    client = closed.test_client()
    page = client.get("/", base_url=HOST).get_data(as_text=True)
    sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    with client.get(sheet, base_url=HOST) as styles:
        assert (styles.status_code, styles.mimetype) == (200, "text/css")
    assert client.get("/healthz", base_url=HOST).get_json() == {"alive": True}
    assert client.get("/readyz", base_url=HOST).status_code == 503


def test_a_name_that_is_not_ours_gets_no_address_of_ours(closed: Flask) -> None:
    answer = closed.test_client().get("/", base_url="http://elsewhere.example")
    assert "elsewhere.example" not in answer.get_data(as_text=True)


def test_it_speaks_the_reader_s_language(closed: Flask) -> None:
    answer = closed.test_client().get("/", base_url=HOST, headers={"Accept-Language": "pl"})
    assert 'lang="pl"' in answer.get_data(as_text=True)
