"""Covering parts of a bill: without a script, by its sender alone, and what was covered is nowhere."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fundapp.core import clock
from fundapp.gateways.virus_scanner import VirusScanner
from fundapp.grants import covering
from fundapp.grants.draft_models import BillDraft
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import Evidence, GrantRequest
from tests.builders import files
from tests.builders import grants as build


def loud() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 600), 200).convert("RGB").save(out, "PNG")
    return out.getvalue()


def sent(client: Any, request: GrantRequest, content: bytes, to: str = "bill/to-cover") -> Any:
    bill = FileStorage(io.BytesIO(content), filename="bill.jpg", name="bill")
    boundary, body = encode_multipart({"csrf_token": client._token(), "version": str(request.version), "bill": bill})
    return client._send("POST", f"/requests/{request.id}/{to}", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


@pytest.fixture
def paid(client: Any, session: Session, sign_in_as: Any) -> tuple[build.Cast, GrantRequest]:
    build.money(session)
    who = build.cast(session)
    request = build.paid(session, who)
    sign_in_as(client, who.worker.user)
    return who, request


def test_parts_are_covered_and_what_was_under_them_is_nowhere(client: Any, session: Session, paid: Any) -> None:
    _who, request = paid
    page = sent(client, request, loud()).follow()
    assert "Nobody but you sees this photo" in page.words
    squares = page.soup.select(".cover input[type=checkbox]")
    assert len(squares) == 7 * 10
    assert {one["aria-label"] for one in squares} >= {"Row 1, square 1", "Row 10, square 7"}
    photo = client.get(page.one(".cover img")["src"])
    assert photo.headers["Content-Security-Policy"].startswith("sandbox")
    assert photo.headers["Cache-Control"] == "no-store"
    page = client.post(f"/requests/{request.id}/bill/cover", {"version": str(request.version), "cell": ["0", "69", "7000", "x", "-1"]})
    page = page.follow()
    assert "with those parts covered" in page.words
    session.refresh(request)
    assert request.status is Status.IN_HANDS
    kept = Image.open(io.BytesIO(client.get(page.link("Look at the bill")).body))
    assert max(high for _low, high in kept.crop((0, 0, 50, 50)).getextrema()) < 12
    assert max(high for _low, high in kept.crop((350, 550, 400, 600)).getextrema()) < 12
    assert max(high for _low, high in kept.crop((100, 100, 300, 300)).getextrema()) > 200
    assert session.scalar(select(func.count()).select_from(BillDraft)) == 0
    assert session.scalar(select(func.count()).select_from(Evidence)) == 1


def test_a_photo_that_waits_is_sealed_and_nobody_else_sees_it(client: Any, session: Session, sign_in_as: Any, paid: Any) -> None:
    who, request = paid
    sent(client, request, loud())
    raw = session.scalar(text("SELECT content FROM bill_draft"))
    assert raw is not None
    assert b"\xff\xd8\xff" not in raw[:40]
    assert b"JFIF" not in raw
    session.commit()
    for name in ("teammate", "approver", "finance", "auditor"):
        sign_in_as(client, who.seat(name).user)
        for address in ("", "/photo.jpg"):
            assert client.get(f"/requests/{request.id}/bill/cover{address}").status in {403, 404}, name
        page = client.post(f"/requests/{request.id}/bill/cover", {"version": str(request.version), "cell": "0"})
        assert page.status in {403, 404}, name
    session.refresh(request)
    assert request.status is Status.PAID


def test_the_covered_page_sent_twice_is_one_bill(client: Any, session: Session, paid: Any) -> None:
    _who, request = paid
    sent(client, request, loud())
    fields = {"version": str(request.version), "cell": "3"}
    assert client.post(f"/requests/{request.id}/bill/cover", fields).status == 303
    again = client.post(f"/requests/{request.id}/bill/cover", fields)
    assert again.status == 303
    assert session.scalar(select(func.count()).select_from(Evidence)) == 1


def test_another_photo_takes_the_place_of_the_first(client: Any, session: Session, paid: Any) -> None:
    _who, request = paid
    sent(client, request, loud())
    sent(client, request, build.photo(100, 800))
    assert session.scalar(select(func.count()).select_from(BillDraft)) == 1
    assert len(client.get(f"/requests/{request.id}/bill/cover").soup.select(".cover input[type=checkbox]")) == 7 * 24


def test_a_pdf_cannot_be_covered_and_that_is_said(client: Any, session: Session, paid: Any) -> None:
    _who, request = paid
    before = build.footprint(session)
    page = sent(client, request, files.pdf())
    assert page.status == 409
    assert "Take a photo of the bill" in page.words
    assert build.footprint(session) == before
    assert session.scalar(select(func.count()).select_from(BillDraft)) == 0


def test_a_photo_that_nobody_covered_is_gone_after_a_day(client: Any, session: Session, paid: Any) -> None:
    _who, request = paid
    sent(client, request, loud())
    with clock.at(clock.now() + covering.KEPT + timedelta(minutes=1)):
        session.commit()
        covering.forget_old(session)
    assert session.scalar(select(func.count()).select_from(BillDraft)) == 0
    session.commit()
    assert client.get(f"/requests/{request.id}/bill/cover").status == 404


def test_with_a_scanner_that_does_not_answer_nothing_is_kept_and_it_is_said(
    app: Flask, client: Any, session: Session, paid: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _who, request = paid
    before = build.footprint(session)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        scanner = VirusScanner(f"tcp://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setitem(app.extensions, "gateways", replace(app.extensions["gateways"], scanner=scanner))
        for to in ("confirm", "bill/to-cover"):
            page = sent(client, request, build.photo(), to)
            assert page.status == 503
            assert "could not be checked for viruses" in page.text("#errors")
    assert build.footprint(session) == before
    assert session.scalar(select(func.count()).select_from(BillDraft)) == 0


def test_the_settings_name_the_scanner(settings_of: Callable[..., Any]) -> None:
    assert settings_of().virus_scanner is None
    assert settings_of(VIRUS_SCANNER="unix:///run/clamav/clamd.ctl").virus_scanner == "unix:///run/clamav/clamd.ctl"


@pytest.mark.parametrize(
    "wrong", ["127.0.0.1:3310", "tcp://", "tcp://host", "tcp://host:x", "http://host:1", "unix://", "tcp://host:99999"]
)
def test_an_address_that_is_none_is_a_fault_of_the_settings(settings_of: Callable[..., Any], wrong: str) -> None:
    from fundapp.config import SettingsError

    with pytest.raises(SettingsError, match="VIRUS_SCANNER"):
        settings_of(VIRUS_SCANNER=wrong)


@pytest.fixture
def settings_of() -> Callable[..., Any]:
    from fundapp.config import Settings

    return lambda **environ: Settings.read({"FUND_ENV": "demo", **environ})
