"""Small doors that stay shut: verbs nobody needs, folders, other sites' scripts, one answer given twice (docs/security/asvs.md)."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fundapp.core.roles import Role
from fundapp.web.logs import ACCESS
from tests.builders import people

HOME = "http://localhost:8000"


@pytest.mark.parametrize("verb", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("url", ["/", "/account", "/healthz"])
def test_verbs_that_no_page_has_are_refused_and_repeat_nothing(app: Flask, verb: str, url: str) -> None:
    answer = app.test_client().open(url, method=verb, base_url=HOME, headers={"X-Secret": "not to be repeated"})
    assert answer.status_code == 405
    assert "not to be repeated" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("url", ["/static/", "/static/css/", "/static/js", "/.git/HEAD", "/.env", "/instance/", "/static/../wsgi.py"])
def test_no_folder_is_listed_and_nothing_beside_the_pages_is_served(app: Flask, url: str) -> None:
    answer = app.test_client().get(url, base_url=HOME)
    assert answer.status_code == 404
    assert 'href="check-proof.js' not in answer.get_data(as_text=True)


@pytest.mark.parametrize("url", ["/", "/healthz", "/open/ledger/checkpoint", "/sign-in"])
def test_no_answer_opens_itself_to_scripts_of_other_sites(app: Flask, session: Session, url: str) -> None:
    for verb in ("GET", "OPTIONS"):
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = app.test_client().open(url, method=verb, base_url=HOME, headers=headers)
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


def test_an_answer_given_twice_or_in_the_address_does_not_count_for_the_form_s_own(client: Any, session: Session) -> None:
    user = people.user(session, Role.ADMIN)
    session.commit()
    # The form's first answer counts, and the address is not asked: a right password in it opens nothing.
    told = client.post(
        f"/sign-in?email={user.email}&password={people.PASSWORD.replace(' ', '+')}", {"email": user.email, "password": "wrong"}
    )
    assert told.status == 409
    twice = client.post("/sign-in", {"email": user.email, "password": ["wrong", people.PASSWORD]})
    assert twice.status == 409


@pytest.mark.parametrize("said", ["Bearer abc", "Basic YWRtaW46YWRtaW4="])
def test_no_other_way_in_is_listened_to(app: Flask, session: Session, said: str) -> None:
    answer = app.test_client().get("/account", base_url=HOME, headers={"Authorization": said})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_log_tells_by_number_who_was_refused_and_nothing_of_who_was_let_in(
    client: Any, session: Session, sign_in_as: Any, caplog: pytest.LogCaptureFixture
) -> None:
    user = people.user(session, Role.KEY_WORKER)
    sign_in_as(client, user)
    with caplog.at_level(logging.INFO, logger=ACCESS):
        assert client.get("/admin").status == 403
        assert client.get("/account").status == 200
        assert client.get("/requests/999999").status == 404
    told = {facts["status"]: facts.get("by") for record in caplog.records if (facts := getattr(record, "facts", None))}
    assert told == {403: f"user:{user.id}", 200: None, 404: f"user:{user.id}"}
    assert user.email not in caplog.text
    assert user.name not in caplog.text


def test_signing_out_takes_along_what_a_browser_keeps_of_the_pages(client: Any, session: Session, sign_in_as: Any) -> None:
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    assert client.get("/account").headers["Cache-Control"] == "no-store"
    assert client.post("/sign-out").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_file_or_json_where_words_belong_is_no_answer(client: Any, session: Session, sign_in_as: Any) -> None:
    """The form library takes both for answers, and trips over what it then finds."""
    sign_in_as(client, people.user(session, Role.ADMIN))
    token = client._token()
    boundary, body = encode_multipart({"csrf_token": token, "name": FileStorage(io.BytesIO(b"x"), filename="a.txt", name="name")})
    kind = f'multipart/form-data; boundary="{boundary}"'
    sent = client.flask.post("/admin/organisations", base_url=HOME, data=body, content_type=kind)
    assert sent.status_code == 422
    for raw in (b"[1]", b'{"name": 5}', b'{"name": ["a"]}', b'"a"', b"{"):
        headers = {"X-CSRFToken": token, "Content-Type": "application/json"}
        assert client.flask.post("/admin/organisations", base_url=HOME, data=raw, headers=headers).status_code in {400, 422}
