"""wapiti and sqlmap against the running demonstration, signed in as each role: nothing found, and every address visited.

By themselves: `pytest tests/long/test_scanners.py` (an hour); `FUND_SCAN_ROLES=key_worker FUND_SCAN_SECONDS=60` for a sample. Which
addresses were visited is taken from what the app itself served, not from what the scanners say.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import venv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Blueprint, Flask, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from fundapp import create_app
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.ledger import periods_read
from fundapp.people import queries as people
from fundapp.people import sessions, throttle
from fundapp.web import limits
from tests.pictures.shown import EVERY
from tests.pictures.stage import EMAILS, Stage, raised
from tests.pictures.stage import ROLES as SEATS
from tests.rules.test_crawl import UNLINKED
from tests.support.postgres import Cluster
from tests.support.web import Client

HERE = Path(__file__).parent / "scanners"
SECONDS = int(os.environ.get("FUND_SCAN_SECONDS", "420"))
EACH_ACT_SECONDS = 20
# A file of endpoints that an earlier scan of the same code visited: with FUND_SCAN_SECONDS=0, only what is left is asked for.
BEFORE = os.environ.get("FUND_SCAN_BEFORE", "")
# Where such a file is written, after each role.
AFTER = os.environ.get("FUND_SCAN_AFTER", "")
CHOSEN = [one for one in os.environ.get("FUND_SCAN_ROLES", "").split(",") if one]
WHOLE = not CHOSEN
ROLES: list[Role | None] = [None, *Role]
# What needs no machine of our own outside: a request forged by the server is looked for by its answer elsewhere.
MODULES = "cookieflags,crlf,csp,csrf,exec,file,htp,http_headers,methods,permanentxss,redirect,sql,timesql,upload,xss"
# How many addresses of each kind are given to the scanners: lists of hundreds look alike.
EACH = 2
# Signing out ends the scan; disabling people, ending sessions and taking seats away ends the next.
LEFT_ALONE = (
    "*/stage/*",
    "*/sign-out*",
    "*/sessions/*",
    "*/disable*",
    "*/roles*",
    "*/sign-out-everywhere*",
    "*/second-step/leave*",
    "*/factor-reset*",
)
# Second seats of a kind, on the stage.
SECOND = {"amber": Role.KEY_WORKER, "approver_two": Role.APPROVER, "finance_two": Role.FINANCE, "manager": Role.APPROVER}
# What no scanner gets to, and what looks at it instead.
NOT_REACHED = {
    "account.sign_out": "ends the scan; tests/rules/test_fuzz.py",
    "account.end_session": "ends the scan; tests/rules/test_fuzz.py",
    "people_admin.sign_out_everywhere": "ends the next scan; tests/rules/test_fuzz.py",
    "people_admin.confirm_disable": "ends the next scan; tests/rules/test_fuzz.py",
    "people_admin.disable": "ends the next scan; tests/rules/test_fuzz.py",
    "people_admin.change_roles": "takes the next scan's seat; tests/rules/test_fuzz.py",
    "factor_reset.confirm": "ends the next scan; tests/rules/test_fuzz.py",
    "factor_reset.reset": "ends the next scan; tests/rules/test_fuzz.py",
    "second_step.prove": "for a session that is half signed in; integration/people/test_second_step.py",
    "second_step.prove_by_passkey": "for a session that is half signed in; integration/people/test_passkeys.py",
    "second_step.leave": "for a session that is half signed in; integration/people/test_second_step.py",
    "proving.ask_to_act": "for a session whose proof is old; integration/people/test_second_step.py",
    "proving.prove_by_passkey": "for somebody with a passkey; integration/people/test_passkeys.py",
    "procedures.accept": "for somebody who has not yet; integration/people/test_procedures.py",
    "webhooks.stripe": "Stripe's signature; integration/giving/test_webhook.py",
    "static": "files",
}
# What a scanner says of every app of this kind: read, judged, and each with its reason.
NO_FINDING = {
    # A form key and a token are there under other names than it knows (csrf.py); public forms set no cookie at all.
    "Cross Site Request Forgery",
    # What the demonstration says about itself over plain http; production is https (test_every_answer.py).
    "Secure Flag cookie",
    "HTTP Strict Transport Security (HSTS)",
    "Fingerprint web technology",
    "Fingerprint web server",
}


class Seen(Blueprint):
    """Writes down what the app answered: a guard's refusal, or one for want of the form's key, is no visit."""

    def __init__(self) -> None:
        super().__init__("seen", __name__)
        self.endpoints: Counter[str] = Counter()
        self.asked = 0
        self.broken: list[str] = []
        self.after_app_request(self._look)

    def _look(self, response: Any) -> Any:
        self.asked += 1
        turned_away = response.headers.get("Location", "").startswith(("/sign-in", "/prove"))
        if request.endpoint and ((response.status_code < 400 and not turned_away) or response.status_code in {409, 422}):
            self.endpoints[request.endpoint] += 1
        # The stage shows the page of a fault on purpose.
        if response.status_code == 500 and not request.path.startswith("/stage/"):
            self.broken.append(f"{request.method} {request.full_path[:200]}")
        return response


@pytest.fixture(scope="module")
def scanners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs, installed into a folder of their own, or found in FUND_SCANNERS."""
    if ready := os.environ.get("FUND_SCANNERS"):
        return Path(ready)
    folder = tmp_path_factory.mktemp("scanners")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True, timeout=900)
    return folder / "bin"


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What all the scans visited; where a scan goes on that left something out, what was visited before."""
    found = Seen()
    if BEFORE:
        found.endpoints.update(Path(BEFORE).read_text().split())
    return found


@pytest.fixture(scope="module")
def stage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, seen: Seen) -> Iterator[Stage]:
    """The demonstration's town with everything in every state, served: forms that show in one state alone are there to be filled in."""
    with _scanned(cluster, tmp_path_factory.mktemp("scanned"), seen) as found:
        yield found


@contextmanager
def _scanned(cluster: Cluster, folder: Path, seen: Seen, held_at: datetime | None = None) -> Iterator[Stage]:
    """A stage whose limits are lifted: a scan is a flood, and tests of their own hold them."""
    lifted = pytest.MonkeyPatch()
    lifted.setattr(limits, "_require", lambda _limit: None)
    lifted.setattr(limits, "_miss", lambda _limit: False)
    lifted.setattr(throttle, "is_open", lambda *_: True)
    with raised(cluster, folder, seen, held_at=held_at) as found:
        yield found
    lifted.undo()


class Act(NamedTuple):
    """A form that is sent: on which page, to where, with what."""

    page: str
    path: str
    fields: dict[str, str]


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
        self.addresses = sorted(self._found({one for one in (*shown, *more) if not _is_left_alone(one)}))

    def _sign_in(self, session: Session, seat: str) -> None:
        # Whoever of this role everything on the stage was made for; or whoever is the second to act.
        user = people.user_by_email(session, EMAILS[seat])
        assert user
        _, token = sessions.start(session, user=user, device="a scan", proven_by="app")
        with self.client.flask.session_transaction(base_url=self.base) as cookie:
            cookie.update({"_user_id": token, "_fresh": True})

    def unseen(self, seen: Seen) -> dict[str, Act]:
        """Forms, also of one button alone, that lead where nobody has been yet, by their endpoint: what one state alone shows."""
        found: dict[str, Act] = {}
        for address in self.addresses:
            for endpoint, act in self._acts(address):
                if endpoint not in seen.endpoints:
                    found.setdefault(endpoint, act)
        return found

    def _acts(self, address: str) -> Iterator[tuple[str, Act]]:
        adapter = self.app.url_map.bind(urlsplit(self.base).netloc)
        answer = self.client.flask.get(address, base_url=self.base)
        for form in BeautifulSoup(answer.text, "html.parser").select("form") if answer.mimetype == "text/html" else ():
            ways = [form.get("action") or address, *(one["formaction"] for one in form.select("[formaction]"))]
            fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("[name]") if one.name != "button"}
            for way in ways:
                path = urlsplit(urljoin(self.base + address, str(way))).path
                if str(form.get("method", "get")).lower() == "post" and not _is_left_alone(path):
                    with suppress(HTTPException):
                        yield adapter.match(path, method="POST")[0], Act(address, path, fields)

    def _found(self, begun: set[str]) -> set[str]:
        """These pages, and whatever links lead to from them, a few of each kind."""
        adapter = self.app.url_map.bind(urlsplit(self.base).netloc)
        waiting = deque(["/", "/healthz", "/readyz", "/account", "/search?words=phone", *sorted(begun)])
        found, visits = set[str](), Counter[str]()
        while waiting:
            path = waiting.popleft()
            try:
                endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
            except Exception:
                continue
            if path in found or _is_left_alone(path) or (path not in begun and visits[endpoint] >= EACH):
                continue
            visits[endpoint] += path not in begun
            answer = self.client.flask.get(path, base_url=self.base)
            found.add(path)
            for link in (
                *re.findall(r'(?:href|action)="([^"#]+)', answer.text if answer.mimetype == "text/html" else ""),
                answer.headers.get("Location", ""),
            ):
                whole = urlsplit(urljoin(self.base + path, link.replace("&amp;", "&")))
                if link and whole.netloc == urlsplit(self.base).netloc:
                    waiting.append(whole.path + (f"?{whole.query}" if whole.query else ""))
        return found


def _marked(address: str) -> str:
    return re.sub(r"/(\d+)(?=/|$)", r"/\1*", address)


def _listed(file: Path, door: Door, addresses: Iterable[str]) -> Path:
    file.write_text("\n".join(door.base + address for address in addresses) + "\n")
    return file


def _is_left_alone(path: str) -> bool:
    return any(one.strip("*") in path for one in LEFT_ALONE)


def wapiti(scanners: Path, door: Door, folder: Path) -> list[str]:
    """What wapiti found."""
    report = folder / "wapiti.json"
    command = [str(scanners / "wapiti"), "-u", f"{door.base}/", "--scope", "folder", "-m", MODULES, "-f", "json", "-o", str(report)]
    command += ["--flush-session", "--no-bugreport", "--store-session", str(folder / "store"), "--store-config", str(folder / "config")]
    command += ["-d", "2", "--max-links-per-page", "40", "--max-scan-time", str(SECONDS), "--max-attack-time", str(max(20, SECONDS // 10))]
    command += ["-S", "normal", "--tasks", "4", "-t", "20", "-v", "0", *(part for one in LEFT_ALONE for part in ("-x", door.base + one))]
    command += [part for address in door.addresses for part in ("-s", door.base + address)]
    if door.cookie:
        command += ["-H", f"Cookie: {door.cookie}"]
    with (folder / "wapiti.log").open("wb") as log:
        subprocess.run(command, stdout=log, stderr=log, timeout=SECONDS * 3 + 600, check=False, env={**os.environ, "HOME": str(folder)})
    assert report.exists(), (folder / "wapiti.log").read_text()[-2_000:]
    told = json.loads(report.read_text())
    return [
        f"wapiti: {kind}: {one['method']} {one['path']} {one['parameter']}: {one['info']}"
        for part in ("vulnerabilities", "anomalies")
        for kind, found in told[part].items()
        if kind not in NO_FINDING
        for one in found
    ]


def sqlmap(scanners: Path, door: Door, folder: Path) -> list[str]:
    """What sqlmap found, in addresses, their parts and the forms on their pages."""
    # A number in an address is a place to put something into, as a parameter is.
    marked = [_marked(address) for address in door.addresses]
    urls = _listed(folder / "urls.txt", door, [address for address in marked if "?" in address or "*" in address])
    forms = _listed(folder / "forms.txt", door, [address for address in door.addresses if "?" not in address])
    ways = [["-m", str(urls)], ["-m", str(forms), "--forms", "--csrf-token=csrf_token", "--csrf-method=GET"]]
    return [line for more in ways for line in _run(scanners, door, folder, more, SECONDS)]


def one_by_one(scanners: Path, door: Door, folder: Path, acts: Iterable[Act]) -> list[str]:
    """What sqlmap found in these forms, each by itself: some have a button and nothing to fill in, and are sent by no crawler."""
    found = []
    for act in acts:
        # Where there is nothing to say, something is said: without a body it would be no POST.
        more = ["-u", door.base + _marked(act.path), "--data", urlencode(act.fields or {"said": "1"})]
        more += ["--csrf-token=csrf_token", "--csrf-method=GET", "--csrf-url", door.base + act.page] if "csrf_token" in act.fields else []
        found += _run(scanners, door, folder, more, EACH_ACT_SECONDS)
    return found


def _run(scanners: Path, door: Door, folder: Path, more: list[str], seconds: int) -> list[str]:
    out = folder / "sqlmap"
    command = [str(scanners / "sqlmap"), "--batch", "--smart", "--disable-coloring", "--dbms=postgresql", "--level=2", "--risk=1"]
    # No threads: with a form key to fetch each time, sqlmap refuses them, and then does nothing at all.
    command += ["--technique=BEU", "--output-dir", str(out), "--flush-session", "--skip-waf", "--timeout=20", "--retries=0"]
    command += ["--ignore-code=*", "--drop-set-cookie", *(["--cookie", door.cookie] if door.cookie else []), *more]
    with (folder / "sqlmap.log").open("ab") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, timeout=seconds, check=False, env={**os.environ, "HOME": str(folder)})
        except subprocess.TimeoutExpired:
            log.write(b"\nover time\n")
    said = (folder / "sqlmap.log").read_text(errors="replace")
    assert "incompatible with option" not in said, said[-2_000:]
    found = []
    for results in out.glob("results-*.csv"):
        with results.open(newline="") as rows:
            found += [f"sqlmap: {row}" for row in csv.DictReader(rows) if row.get("Parameter")]
    return found + [f"sqlmap: {line}" for line in re.findall(r"^.*(?:is vulnerable|identified the following injection).*$", said, re.M)]


@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value if role else "nobody")
def test_scanners_signed_in_as_each_role_find_nothing(scanners: Path, stage: Stage, seen: Seen, tmp_path: Path, role: Role | None) -> None:
    if CHOSEN and (role.value if role else "nobody") not in CHOSEN:
        pytest.skip("not among FUND_SCAN_ROLES")
    door = Door(stage, role)
    before = seen.asked
    # First what one state alone shows: whoever comes later finds it gone.
    seconds = [Door(stage, role, seat) for seat, held in SECOND.items() if held is role]
    found = [line for one in (door, *seconds) for line in _unseen_first(scanners, one, tmp_path, seen)]
    if SECONDS:
        found += [*wapiti(scanners, door, tmp_path), *sqlmap(scanners, door, tmp_path)]
    asked = seen.asked - before
    if AFTER:
        Path(AFTER).write_text("\n".join(sorted(seen.endpoints)))
    sys.stderr.write(f"{role}: {len(door.addresses)} addresses to begin with, {asked} requests, {len(seen.endpoints)} endpoints so far\n")
    assert asked > 100 or not SECONDS
    assert not found, "\n".join(found)
    assert not seen.broken, "\n".join(seen.broken)


@pytest.mark.timeout(7_200)
def test_acts_that_a_new_quarter_brings_are_scanned_too(
    scanners: Path, stage: Stage, cluster: Cluster, seen: Seen, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A month that can be closed, and a review that nobody has begun: most days have neither, the next quarter's third both."""
    if not WHOLE:
        pytest.skip("a sample does not visit everything")
    ended = clock.quarter_start(clock.quarter_start(clock.today()) + timedelta(days=100))
    moment = clock.start_of(ended + timedelta(days=2)) + timedelta(hours=10)
    found = []
    with _scanned(cluster, tmp_path_factory.mktemp("later"), seen, held_at=moment) as later, clock.at(moment):
        with later.town.database.session() as session:
            months = [f"/finance/periods/{one.ends_on:%Y-%m}" for one in periods_read.months(session)[:4]]
        for role in (Role.FINANCE, Role.ADMIN):
            found += _unseen_first(scanners, Door(later, role, more=months if role is Role.FINANCE else ()), tmp_path, seen)
    assert not found, "\n".join(found)
    assert not seen.broken, "\n".join(seen.broken)


def _unseen_first(scanners: Path, door: Door, folder: Path, seen: Seen) -> list[str]:
    """What sqlmap found in forms that lead where nobody has been yet, each by itself; and which of them did not answer it."""
    unseen = door.unseen(seen)
    found = one_by_one(scanners, door, folder, unseen.values())
    return found + [f"no answer to sqlmap: {unseen[one].path} ({one})" for one in sorted(set(unseen) - set(seen.endpoints))]


def test_what_was_visited_is_the_whole_url_map(stage: Stage, seen: Seen) -> None:
    if not WHOLE:
        pytest.skip("a sample does not visit everything")
    app = create_app(stage.town.settings, database=stage.town.database)
    every = {rule.endpoint for rule in app.url_map.iter_rules()}
    missed = sorted(every - set(seen.endpoints) - set(NOT_REACHED) - set(UNLINKED))
    assert not missed, "no scanner asked for: " + ", ".join(missed)
    assert not {one for one in seen.endpoints if not one.startswith("stage.")} - every
