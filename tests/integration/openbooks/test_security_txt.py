"""Whom to tell of a weakness, as RFC 9116 has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.core import clock
from tests.builders import people
from tests.support.outside import BASE_URL


def test_security_txt_names_the_fund_holder_and_holds_for_less_than_a_year(client: Any, session: Session) -> None:
    holder = people.fund_holder(session)
    session.commit()
    answer = client.flask.get("/.well-known/security.txt", base_url=BASE_URL)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.partition(": ")[::2] for line in answer.text.splitlines()]
    assert [name for name, _ in fields] == ["Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"]
    said = dict(fields)
    assert said["Contact"] == f"mailto:{holder.email}"
    until = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=90) < until - clock.now() < timedelta(days=365)
    assert said["Canonical"] == f"{BASE_URL}/.well-known/security.txt"
    policy = client.flask.get(said["Policy"].removeprefix(BASE_URL), base_url=BASE_URL)
    assert policy.text == (ROOT / "SECURITY.md").read_text()
    assert "/.well-known/security.txt" in policy.text


def test_without_a_fund_holder_nobody_is_named(client: Any) -> None:
    assert client.get("/.well-known/security.txt").status == 404
