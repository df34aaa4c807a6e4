"""The ways into the stage, one for each role and for each second person: what addresses and forms are found behind them."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from fundapp import create_app
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.people import queries as people
from fundapp.people import sessions
from tests.pictures.shown import EVERY
from tests.pictures.stage import EMAILS, Stage
from tests.pictures.stage import ROLES as SEATS
from tests.support.web import Client

# How many addresses of each kind are given to the scanners: lists of hundreds look alike.
EACH = 2
# Where to begin, besides the pages of the stage: some are led to by no link.
BEGIN = (
    *("/", "/healthz", "/readyz", "/.well-known/security.txt", "/.well-known/security-policy.txt", "/account", "/search?words=phone"),
    *("/service-worker.js", "/requests/phone/ready"),
)
# Signing out ends the scan; disabling people, ending sessions and taking seats away ends the next.
LEFT_ALONE = (
    "*/stage/*",
    "*/sign-out*",
    "*/sessions/*",
    "*/disable*",
    "*/roles*",
    "*/sign-out-everywhere*",
    "*/second-step/leave*",
)
# Second seats of a kind, on the stage.
SECOND = {
    "amber": Role.KEY_WORKER,
    "shelter": Role.KEY_WORKER,
    "lender": Role.KEY_WORKER,
    "approver_two": Role.APPROVER,
    "finance_two": Role.FINANCE,
    "manager": Role.APPROVER,
}


class Act(NamedTuple):
    """A form that is sent: on which page, to where, with what."""

    page: str
    path: str
    # As the page has it, and filled in.
    fields: dict[str, str]
    typed: dict[str, str]


class Door:
    """The way in of one role, or of a second person with it: its cookie, and addresses to begin with, `more` among them."""

    def __init__(self, stage: Stage, role: Role | None, seat: str = "", more: Iterable[str] = ()) -> None:
        live = stage.town
        self.app: Flask = create_app(live.settings, database=live.database)
        self.base, self.role = live.base_url, role
        with live.database.session() as session:
            self.client = Client(self.app, session)
            self.client._token()
            if role is not None:
                self._sign_in(session, seat or next(one for one, held in SEATS.items() if held is role))
            session.commit()
        cookie = self.client.flask.get_cookie(live.settings.cookie_name("session"))
        self.cookie = f"{live.settings.cookie_name('session')}={cookie.value}" if cookie else ""
        shown = {one.address.format(**stage.parts) for one in EVERY if one.where == "town" and {**SEATS, **SECOND}.get(one.seat) is role}
        self.addresses = sorted(self._found({one for one in (*shown, *more) if not is_left_alone(one)}))

    def _sign_in(self, session: Session, seat: str) -> None:
        # Whoever of this role everything on the stage was made for; or whoever is the second to act.
        user = people.user_by_email(session, EMAILS[seat])
        assert user
        _, token = sessions.start(session, user=user, device="a scan", proven_by="app")
        with self.client.flask.session_transaction(base_url=self.base) as cookie:
            cookie.update({"_user_id": token, "_fresh": True})

    def acts(self, but: Container[str]) -> dict[str, Act]:
        """Forms, also of one button alone, that lead where nobody has been yet, by their endpoint: what one state alone shows."""
        adapter, found = self.app.url_map.bind(urlsplit(self.base).netloc), dict[str, Act]()
        for act in self._forms("post"):
            with suppress(HTTPException):
                endpoint = adapter.match(act.path, method="POST")[0]
                if endpoint not in but:
                    found.setdefault(endpoint, act)
        return found

    def pages(self, but: Container[str]) -> dict[str, str]:
        """Pages that open to whoever comes this way and where nobody has been yet: an address of each, by their endpoint."""
        adapter, found = self.app.url_map.bind(urlsplit(self.base).netloc), dict[str, str]()
        for address in self.addresses:
            with suppress(HTTPException):
                endpoint = adapter.match(urlsplit(address).path, method="GET")[0]
                if endpoint not in but and self.client.flask.get(address, base_url=self.base).status_code == 200:
                    found.setdefault(endpoint, address)
        return found

    def questions(self) -> set[str]:
        """Forms that ask and change nothing, as addresses."""
        return {f"{one.path}?{urlencode(one.typed)}" for one in self._forms("get")}

    def _forms(self, method: str) -> Iterator[Act]:
        for address in self.addresses:
            answer = self.client.flask.get(address, base_url=self.base)
            for form in BeautifulSoup(answer.text, "html.parser").select("form") if answer.mimetype == "text/html" else ():
                ways = [form.get("action") or address, *(one["formaction"] for one in form.select("[formaction]"))]
                fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("[name]") if one.name != "button"}
                for way in ways if str(form.get("method", "get")).lower() == method else ():
                    path = urlsplit(urljoin(self.base + address, str(way))).path
                    if not is_left_alone(path):
                        yield Act(address, path, fields, typed(form))

    def _found(self, begun: set[str]) -> set[str]:
        """These pages, and whatever links lead to from them, a few of each kind."""
        adapter = self.app.url_map.bind(urlsplit(self.base).netloc)
        waiting = deque([*BEGIN, *sorted(begun)])
        found, visits = set[str](), Counter[str]()
        while waiting:
            path = waiting.popleft()
            try:
                endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
            except Exception:
                continue
            if path in found or is_left_alone(path) or (path not in begun and visits[endpoint] >= EACH):
                continue
            visits[endpoint] += path not in begun
            answer = self.client.flask.get(path, base_url=self.base)
            found.add(path)
            for link in (
                *re.findall(r'(?:href|action|src)="([^"#]+)', answer.text if answer.mimetype == "text/html" else ""),
                answer.headers.get("Location", ""),
            ):
                whole = urlsplit(urljoin(self.base + path, link.replace("&amp;", "&")))
                if link and whole.netloc == urlsplit(self.base).netloc:
                    waiting.append(whole.path + (f"?{whole.query}" if whole.query else ""))
        return found


def is_left_alone(path: str) -> bool:
    """Whether no scanner is to go there."""
    return any(one.strip("*") in path for one in LEFT_ALONE)


def typed(form: Tag) -> dict[str, str]:
    """A form filled in so that nothing is missing: what is put into one field is then not refused for want of another."""
    found: dict[str, str] = {}
    for one in form.select("input[name], select[name], textarea[name]"):
        name, kind, value = str(one["name"]), str(one.get("type", "text")).lower(), str(one.get("value", ""))
        if one.name == "select":
            options = (*one.select("option[selected]"), *one.select("option"))
            found[name] = next(filter(None, (str(option.get("value", option.get_text(strip=True))) for option in options)), "")
        elif kind in {"radio", "checkbox"}:
            found.setdefault(name, value or "y")
        elif kind != "file":
            words = value or one.get_text(strip=True)
            found[name] = words if words or kind == "hidden" else _guessed(name, kind)
    return found


def _guessed(name: str, kind: str) -> str:
    if kind == "password":
        return "three random words"
    parts = {"-day": "3", "-month": "2", "-year": str(clock.today().year), "email": "mary@example.org", "postcode": "DN1 2AB"}
    return next((words for end, words in parts.items() if name.endswith(end)), "10")
