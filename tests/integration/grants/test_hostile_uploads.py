"""A hundred hostile uploads: each refused with a sentence that says what to do, and nothing of any is stored."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from flask import request as request_now
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fundapp.core.errors import Refused
from fundapp.grants import evidence
from fundapp.grants.models import Evidence, GrantRequest
from tests.builders import files, hostile
from tests.builders import grants as build
from tests.support.outside import BASE_URL

# What a name can do to a careless program. None is ever read, kept or shown.
NAMES = (
    "bill.jpg",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\a.jpg",
    "bill.php.jpg",
    "bill.jpg\0.php",
    "a" * 4_000 + ".jpg",
    # As browsers write a quote in a name.
    "%22><script>alert(1)</script>.jpg",
    "CON",
    ".htaccess",
    "bill.jpg;.php",
    "bi\u202egpj.exe",
    "Mary Smith 12 High Street.jpg",
    "$(reboot).png",
    "' OR 1=1 --.pdf",
    "con\r\nSet-Cookie: a=b.jpg",
)


def start(client: Any, session: Session, sign_in_as: Any) -> GrantRequest:
    build.money(session)
    who = build.cast(session)
    request = build.paid(session, who)
    sign_in_as(client, who.worker.user)
    client.get("/requests")
    return request


def send(client: Any, request: GrantRequest, *uploads: tuple[str, bytes], to: str = "confirm", version: int | None = None) -> Any:
    fields: dict[str, Any] = {"csrf_token": client._token(), "version": str(request.version if version is None else version)}
    sent = [FileStorage(io.BytesIO(content), filename=name.replace("\r\n", " "), name="bill") for name, content in uploads]
    boundary, body = encode_multipart({**fields, "bill": sent})
    return client._send("POST", f"/requests/{request.id}/{to}", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def send_bare(client: Any, request: GrantRequest, name: str, content: bytes, *, to: str) -> Any:
    """The same, without all that the client checks of a page: a hundred pages are a hundred seconds."""
    fields = {
        "csrf_token": client._token(),
        "version": str(request.version),
        "bill": FileStorage(io.BytesIO(content), filename=name, name="bill"),
    }
    boundary, body = encode_multipart(fields)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.flask.post(f"/requests/{request.id}/{to}", base_url=BASE_URL, data=body, content_type=kind)


@pytest.mark.timeout(120)
def test_a_hundred_hostile_uploads_are_each_refused_with_a_clear_sentence(client: Any, session: Session, sign_in_as: Any) -> None:
    request = start(client, session, sign_in_as)
    uploads = hostile.refused()
    assert len(uploads) >= 100
    before = build.footprint(session)
    for number, (what, content) in enumerate(uploads.items()):
        name = NAMES[number % len(NAMES)]
        answered = send_bare(client, request, name, content, to="bill/to-cover" if number % 5 == 4 else "confirm")
        assert answered.status_code in {409, 422}, f"{what}: {answered.status_code}"
        found = re.search(r'<(?:div|section)[^>]*id="errors".*?</(?:div|section)>', answered.text, re.S)
        assert found, what
        sentence = " ".join(re.sub(r"<[^>]+>", " ", found[0]).replace("Everything else is kept.", "").split())
        assert sentence.endswith((".", "…")), f"{what}: {sentence}"
        assert any(word in sentence for word in ("Send", "Choose", "Take", "Download")), f"{what} says not what to do: {sentence}"
        assert name[:40] not in answered.text or name in {"CON", "bill.jpg"}
    assert build.footprint(session) == before
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_what_is_odd_but_a_picture_is_made_anew_and_nothing_that_hid_in_it_is_kept() -> None:
    for what, content in hostile.odd().items():
        kept = evidence.made_safe(content)
        assert kept.media_type == evidence.JPEG, what
        with Image.open(io.BytesIO(kept.content), formats=("JPEG",)) as picture:
            assert (picture.format, picture.mode) == ("JPEG", "RGB"), what
        for trace in (b"<?php", b"<script", b"PK\x03\x04", b"%PDF", b"MZ\x90", b"nonsense", b"Exif"):
            assert trace not in kept.content, f"{what} kept {trace!r}"


def test_two_files_at_once_are_one_too_many(client: Any, session: Session, sign_in_as: Any) -> None:
    request = start(client, session, sign_in_as)
    before = build.footprint(session)
    page = send(client, request, ("a.jpg", build.photo()), ("b.jpg", build.photo()))
    assert page.status == 422
    assert "one file at a time" in page.words
    many = [("a.jpg", b"\xff\xd8\xff")] * 300
    assert send(client, request, *many).status == 413
    assert build.footprint(session) == before


@pytest.mark.parametrize("name", [NAMES[1], NAMES[4], NAMES[6], NAMES[11]])
def test_whatever_a_good_file_is_called_its_name_is_not_kept(client: Any, session: Session, sign_in_as: Any, name: str) -> None:
    request = start(client, session, sign_in_as)
    page = send(client, request, (name, files.pdf()))
    assert page.status == 303
    bill = client.get(page.follow().link("Download the bill"))
    assert bill.headers["Content-Disposition"].startswith(f'attachment; filename="request-{request.id}-bill-')
    assert name[:20] not in str(bill.headers)


def test_no_file_touches_the_disk_on_its_way(app: Flask) -> None:
    """What is to be covered is in it: it is in memory, and then sealed."""
    with app.test_request_context("/give", method="POST"):
        stream = request_now._get_file_stream(11_000_000, "image/jpeg", "bill.jpg", 11_000_000)
    assert isinstance(stream, io.BytesIO)


def test_files_that_a_hand_has_spoiled_anywhere_are_refused_or_made_anew() -> None:
    """One byte changed, at many places of a JPEG and of a PNG: never a fault."""
    for raw in (hostile.NOISY, files.picture("PNG", (40, 30))):
        for place in range(0, len(raw), max(1, len(raw) // 150)):
            spoiled = raw[:place] + bytes([raw[place] ^ 0x5A]) + raw[place + 1 :]
            with suppress(Refused):
                assert evidence.made_safe(spoiled).media_type == evidence.JPEG
