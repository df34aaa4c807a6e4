"""The log tells what was asked without what could open anything."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from flask import Flask

from fundapp.web import logs

RULES = (
    "/gifts/<token>",
    "/gifts/<token>/receipt.pdf",
    "/requests/<int:request_id>",
    "/person/<code>",
    "/bills/<uuid:bill_id>/<name>",
    "/open",
)
UUID = "0b1f7a5e-3a6c-4d57-9f5e-0d9e2a1c7b11"


@pytest.fixture
def app() -> Flask:
    """An app with addresses of each kind."""
    app = Flask(__name__, static_folder=None)
    for number, rule in enumerate(RULES):
        app.add_url_rule(rule, f"view{number}", lambda **_: "x")
    return app


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/gifts/SECRET", "/gifts/<token>"),
        ("/gifts/SECRET/receipt.pdf", "/gifts/<token>/receipt.pdf"),
        ("/person/7K4M", "/person/<code>"),
        ("/requests/417", "/requests/417"),
        (f"/bills/{UUID}/SECRET", f"/bills/{UUID}/<name>"),
        ("/open?email=SECRET", "/open"),
        ("/nothing/SECRET", "/nothing/…"),
        ("/SECRET", "/…/…"),
        ("/o'brien@example.org/x", "/…/…"),
    ],
)
def test_only_numbers_and_ids_of_an_address_are_logged(app: Flask, path: str, logged: str) -> None:
    with app.test_request_context(path):
        assert logs.masked_path() == logged


def test_a_line_is_one_json_object_without_an_exceptions_words() -> None:
    try:
        raise ValueError("Jane Doe, 1 High Street")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "went\nwrong", (), sys.exc_info())
    written = logs.Lines().format(record)
    assert "Jane" not in written
    assert "\n" not in written
    assert json.loads(written)["fault"] == "ValueError"


def test_a_faults_words_are_left_out_where_they_could_be_somebodys(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("Jane Doe, 1 High Street")
    except ValueError:
        logs.report(sys.exc_info(), show_words=False)
    assert "ValueError" in caplog.text
    assert "Jane" not in caplog.text
