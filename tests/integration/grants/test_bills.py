"""The bill: what comes in through the page, and how it is handed out."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fundapp.audit.models import AuditEvent
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import Evidence, GrantRequest
from tests.builders import files
from tests.builders import grants as build

PDF = files.pdf()


def start(session: Session) -> tuple[build.Cast, GrantRequest]:
    build.money(session)
    who = build.cast(session)
    return who, build.paid(session, who)


def show(client: Any, request: GrantRequest, content: bytes, name: str = "bill.jpg") -> Any:
    """Send a bill by the page's form. Encoded here, because the library's own encoder leaves a temporary file open behind a large one."""
    form = client.get(f"/requests/{request.id}").form('form[action$="confirm"]')
    boundary, body = encode_multipart({**form.data, "bill": FileStorage(io.BytesIO(content), filename=name, name="bill")})
    page = form.page._send("POST", form.form["action"], data=body, content_type=f'multipart/form-data; boundary="{boundary}"')
    return page.follow() if page.status == 303 else page


def test_a_photo_of_the_bill_puts_it_in_their_hands(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    sign_in_as(client, who.worker.user)
    exif = Image.Exif()
    exif[0x010F] = "A phone maker"
    page = show(client, request, build.photo(exif=exif), "IMG_Mary_Smith.jpg")
    assert "the bill is here" in page.words
    session.refresh(request)
    assert request.status is Status.IN_HANDS
    bill = client.get(page.link("Look at the bill"))
    assert bill.headers["Content-Type"] == "image/jpeg"
    assert bill.headers["X-Content-Type-Options"] == "nosniff"
    assert bill.headers["Content-Security-Policy"].startswith("sandbox")
    assert bill.headers["Cache-Control"] == "no-store"
    assert f'filename="request-{request.id}-bill-' in bill.headers["Content-Disposition"]
    assert "Mary" not in str(bill.headers)
    assert b"A phone maker" not in bill.body
    assert Image.open(io.BytesIO(bill.body)).size == (300, 200)


def test_a_pdf_is_only_ever_a_download_in_a_sandbox(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    sign_in_as(client, who.worker.user)
    page = show(client, request, PDF, "bill.pdf")
    bill = client.get(page.link("Download the bill"))
    assert bill.body == PDF
    assert bill.headers["Content-Type"] == "application/pdf"
    assert bill.headers["Content-Disposition"].startswith("attachment; ")
    assert bill.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bill.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("bill.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("bill.jpg", b"\xff\xd8\xff" + b"\0" * 500),
        ("bill.png", build.photo(kind="GIF")),
        ("bill.jpg", b""),
        ("bill.pdf", b"MZ" + PDF),
        ("bill.pdf", b"%PDF-" + b"\0" * (10 * 1024 * 1024)),
    ],
    ids=["svg", "html", "broken", "gif", "empty", "exe", "over-10-MB"],
)
def test_anything_else_is_turned_away_and_nothing_changes(
    client: Any, session: Session, sign_in_as: Any, name: str, content: bytes
) -> None:
    who, request = start(session)
    sign_in_as(client, who.worker.user)
    client.get("/requests")
    before = build.footprint(session)
    page = show(client, request, content, name)
    assert page.status in {409, 422}
    assert page.soup.select("#errors")
    assert build.footprint(session) == before


def test_far_too_much_is_turned_away_before_it_is_read(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    sign_in_as(client, who.worker.user)
    assert show(client, request, b"%PDF-" + b"\0" * 13_000_000).status == 413
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_a_bill_is_not_had_by_way_of_another_request(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    other = build.in_hands(session, who)
    bill = session.scalar(select(Evidence.id).where(Evidence.request_id == other.id))
    sign_in_as(client, who.worker.user)
    assert client.get(f"/requests/{other.id}/bills/{bill}").status == 200
    assert client.get(f"/requests/{request.id}/bills/{bill}").status == 404


def test_who_looks_at_a_bill_from_outside_the_team_is_written_down(client: Any, session: Session, sign_in_as: Any) -> None:
    build.money(session)
    who = build.cast(session)
    request = build.in_hands(session, who)
    bill = session.scalar(select(Evidence.id))
    looks = select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "evidence.read")
    for name, count in (("worker", 0), ("teammate", 0), ("approver", 1), ("finance", 2), ("auditor", 3)):
        sign_in_as(client, who.seat(name).user)
        if name == "auditor":
            assert client.get(f"/requests/{request.id}/bills/{bill}").status == 403
            client.get(f"/decisions/{request.id}").form('form[action$="/open"]').fill(words="A sample.").submit()
        assert client.get(f"/requests/{request.id}/bills/{bill}").status == 200
        assert session.scalar(looks) == count, name


def test_what_came_of_it_closes_the_request(client: Any, session: Session, sign_in_as: Any) -> None:
    build.money(session)
    who = build.cast(session)
    request = build.in_hands(session, who)
    sign_in_as(client, who.worker.user)
    page = client.get("/requests").follow("Say what came of it")
    assert page.form('form[action$="outcome"]').fill(words="They rang.").submit().status == 422
    page = page.form('form[action$="outcome"]').fill(result="connected", words="They rang on Sunday.").submit()
    assert "They can be reached, and reach people" in page.words
    assert "“They rang on Sunday.”" in page.words
    session.refresh(request)
    assert request.status is Status.CLOSED
