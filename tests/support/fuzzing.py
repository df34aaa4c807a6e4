"""Nonsense, sent to every address: as nobody and as each role, with every field there is filled in any which way.

Each request is undone. What is found wrong: an answer of 500 or more (but for a card company that is not there), and a refusal that
left something written.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter
from werkzeug.test import encode_multipart

from fundapp.core.roles import Role
from fundapp.openbooks.tile_paths import Tile, TileConverter
from fundapp.web.forms import Form
from tests.builders import files, hostile
from tests.support.outside import BASE_URL
from tests.support.web import Client

Who = Role | None
SignIn = Callable[[Client, Session, Role], None]
# What may stay of a request that was refused: that the session is in use, and the counts of tries.
MAY_STAY = {"user_session", "public_try", "guessing", "sign_in_attempt"}
WRITES = re.compile(r"^\s*(?:WITH\b.*?\)\s*)?(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.I | re.S)
VERBS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X" * 40)
NASTY: tuple[str, ...] = (
    "",
    " ",
    "\0",
    "a\0b",
    "\x01\x02\x1b[31m",
    "\u202egpj.exe",
    "\u0627\u0644\u0633\u0644\u0627\u0645",
    "\U0001f600" * 20,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "e\u0301" * 300,
    "\ufeff\u200b\u2028\u2029",
    "'; DROP TABLE fund; --",
    "' OR '1'='1",
    "%s%n%x{0}{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "<![CDATA[",
    "../../../etc/passwd",
    "javascript:alert(1)",
    "\r\nSet-Cookie: a=b",
    "true",
    "null",
    "[]",
    "{}",
    "0",
    "-1",
    "1",
    "2",
    "7",
    "1e309",
    "NaN",
    "Infinity",
    "9" * 400,
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "0x10",
    "1_000",
    "\u0661\u0662\u0663",
    "\u00b2",
    "10.005",
    "1,000,000.00",
    "£10",
    "10",
    "39.99",
    "31 2 2026",
    "0000-00-00",
    "9999-12-31",
    "29",
    "13",
    "November 2026",
    "a" * 5_000,
    "a@b.c",
    "a@" + "b" * 300 + ".org",
    "public-giving",
    "general",
    "on",
    "connected",
    "pl",
)
HUGE = "a" * 450_000
RAW = (
    *(b"", b"{", b"[]", b"null", b'{"a":' * 900, b"\xff\xfe\xfa", b"--a\r\nContent-Disposition: form-data"),
    b"a=%ff&%00=%zz&=&&name=%ED%A0%80&words=%ED%A0%80",
)
HEADERS = [
    *("Accept-Language", "Accept", "Accept-Encoding", "User-Agent", "Referer", "Origin", "Range", "If-None-Match", "If-Range"),
    *("If-Modified-Since", "Cookie", "Authorization", "X-Forwarded-For", "Stripe-Signature", "X-Requested-With", "Forwarded"),
]
HEADED = ("", "\u00ff\u00fe", "a" * 3_000, "\t", "*", "0", "bytes=0-1,5-9", "gzip;q=nan", "pl;q=9,,;", '"', "W/x", "-1", "http://[")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request."""

    who: str
    verb: str
    url: str
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        body = str(self.options.get("data", ""))[:300]
        return f"{self.verb} {self.url[:300]} as {self.who}: {body!r} {self.options.get('headers')}"


class Fuzzer:
    """Sends nonsense to an app that lives inside one connection's transaction."""

    def __init__(self, app: Flask, connection: Connection, session: Session, sign_in: SignIn, seed: int) -> None:
        self.app, self.connection, self.random = app, connection, random.Random(seed)
        self.names = sorted(_names(Form) | {"csrf_token", "version", "cell", "next", "page", "lang", "form_key"})
        self.clients: dict[Who, Client] = {}
        self.tokens: dict[Who, str] = {}
        for role in (None, *Role):
            client = Client(app, session)
            self.tokens[role] = client._token()
            if role is not None:
                sign_in(client, session, role)
            self.clients[role] = client
        session.commit()
        self._jars = {role: dict(client.flask._cookies or {}) for role, client in self.clients.items()}
        self._open: list[str] = []
        self._stayed: list[str] = []

    def rules(self) -> list[Rule]:
        """Every address."""
        return [rule for rule in self.app.url_map.iter_rules() if not rule.alias]

    def once(self, rule: Rule, who: Who, verb: str) -> str | None:
        """Send one request; what was wrong with its answer, or None."""
        sent = self._made(rule, who, verb)
        self._open.clear()
        self._stayed.clear()
        client = self.clients[who]
        tried = self.connection.begin_nested()
        try:
            with self._watched():
                answer = client.flask.open(sent.url, method=verb, base_url=BASE_URL, **sent.options)
                status = answer.status_code
                answer.close()
        except Exception as fault:
            # The tests' app lets faults through.
            return f"raised {fault!r}: {sent}"
        finally:
            client._left_behind.clear()
            client.flask._cookies = dict(self._jars[who])
            if tried.is_active:
                tried.rollback()
        if status >= 500 and not (status == 502 and rule.endpoint.startswith(("giving.", "gifts."))):
            return f"{status}: {sent}"
        stayed = [one for one in self._stayed if one not in MAY_STAY]
        if 400 <= status < 500 and stayed:
            return f"{status}, and yet {stayed} was written: {sent}"
        return None

    def _watched(self) -> Any:
        return _Watch(self.connection, self._note, self._released, self._rolled_back)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if found := WRITES.match(statement):
            self._open.append(found[2].lower())

    def _released(self, *_: object) -> None:
        self._stayed += self._open
        self._open.clear()

    def _rolled_back(self, *_: object) -> None:
        self._open.clear()

    def _made(self, rule: Rule, who: Who, verb: str) -> Sent:
        options: dict[str, Any] = {"headers": self._headers()}
        if self.random.random() < 0.5:
            options["query_string"] = MultiDict((name, self._text()) for name in self._some(self.names, 4))
        if verb not in {"GET", "HEAD", "OPTIONS", "TRACE"}:
            options |= self._body(who)
        return Sent(who.value if who else "nobody", verb, self._address(rule), options)

    def _address(self, rule: Rule) -> str:
        out = rule.rule
        for name, converter in rule._converters.items():
            out = re.sub(rf"<[^<>]*\b{name}>", lambda _, kind=converter: self._part(kind), out)
        return out

    def _part(self, converter: object) -> str:
        if isinstance(converter, AnyConverter):
            return self.random.choice(sorted(converter.items))
        if isinstance(converter, UUIDConverter):
            return "0b1f7a5e-3a6c-4d57-9f5e-0d9e2a1c7b11"
        if isinstance(converter, IntegerConverter):
            return str(self.random.choice([*range(1, 30), 0, 2**31, 2**63 - 1, 2**63, 10**30]))
        if isinstance(converter, TileConverter):
            return converter.to_url(Tile(self.random.choice([0, 1, 999])))
        raw = self._text().encode("utf-8", "surrogatepass")[:300] or b"x"
        if self.random.random() < 0.2:
            raw += b"\xff\xc0\x80\xed\xa0\x80"
        return quote_from_bytes(raw, safe="")

    def _text(self) -> str:
        return self.random.choice(NASTY)

    def _some(self, names: list[str], most: int) -> list[str]:
        return self.random.sample(names, self.random.randint(0, min(most, len(names))))

    def _headers(self) -> list[tuple[str, str]]:
        if self.random.random() < 0.7:
            return []
        return [(name, self.random.choice(HEADED)) for name in self._some(HEADERS, 4)]

    def _body(self, who: Who) -> dict[str, Any]:
        dice = self.random.random()
        token = [("csrf_token", self.tokens[who])] if dice < 0.9 else []
        fields = [*token, *((name, self._text()) for name in self.names if name != "csrf_token" and self.random.random() < 0.8)]
        if dice < 0.02:
            fields.append((self.random.choice(self.names), HUGE))
        if dice < 0.1:
            # Answers given several times.
            fields += [(name, self._text()) for name, _ in fields[1:10]]
        if dice < 0.6:
            return {"data": MultiDict(fields)}
        if dice < 0.8:
            return self._multipart(fields)
        kind = self.random.choice(["application/json", "text/plain", "application/xml", "multipart/form-data", "x/y; charset=nonsense", ""])
        kind = self.random.choice([kind, "multipart/form-data; boundary=a", "application/x-www-form-urlencoded; charset=utf-16"])
        raw = self.random.choice(RAW)
        return {"data": raw, "content_type": kind}

    def _multipart(self, fields: list[tuple[str, str]]) -> dict[str, Any]:
        content = self.random.choice([build() for build in (files.pdf, files.picture)] + [b"", b"\0", hostile.SVG, hostile.NOISY[:500]])
        name = self.random.choice(["bill.jpg", "../a", "a" * 3_000, "\u202e", ""])
        sent: MultiDict[str, Any] = MultiDict(fields)
        for where in [*self._some(self.names, 2), "bill", "file"]:
            sent.add(where, FileStorage(io.BytesIO(content), filename=name, name=where))
        boundary, body = encode_multipart(sent)
        if self.random.random() < 0.2:
            body = body[: len(body) * 2 // 3]
        return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


class _Watch:
    """Listens to a connection while one request is sent."""

    def __init__(self, connection: Connection, *hears: Any) -> None:
        names = ("before_cursor_execute", "release_savepoint", "rollback_savepoint")
        self._heard = [(connection.engine, name, hear) for name, hear in zip(names, hears, strict=True)]

    def __enter__(self) -> None:
        for heard in self._heard:
            event.listen(*heard)

    def __exit__(self, *_: object) -> None:
        for heard in self._heard:
            event.remove(*heard)


def _names(form: type[Form]) -> set[str]:
    """The names of every form's fields."""
    own = {name for name in dir(form) if hasattr(getattr(form, name), "field_class") or hasattr(getattr(form, name), "UNBOUND_FIELD")}
    return own.union(*(_names(one) for one in form.__subclasses__()))


def plans(fuzzer: Fuzzer, verbs: tuple[str, ...]) -> Iterator[tuple[Rule, Who, str]]:
    """Every address, verb and role once."""
    for rule in fuzzer.rules():
        for who in (None, *Role):
            for verb in verbs:
                yield rule, who, verb
