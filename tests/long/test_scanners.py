"""wapiti and sqlmap against the running demonstration, signed in as each role: nothing found, and every address visited.

By themselves: `pytest tests/long/test_scanners.py` (two hours); `FUND_SCAN_ROLES=key_worker FUND_SCAN_SECONDS=60` for a sample. Which
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
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Blueprint, got_request_exception, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text

from fundapp import create_app
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.ledger import periods_read
from fundapp.people import throttle
from fundapp.web import limits
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.session import db
from tests.pictures.stage import Stage, raised
from tests.support.doors import LEFT_ALONE, SECOND, Act, Door
from tests.support.postgres import Cluster

HERE = Path(__file__).parent / "scanners"
# What wapiti is given for each role; sqlmap ends when it has been through.
SECONDS = int(os.environ.get("FUND_SCAN_SECONDS", "420"))
LIST_SECONDS = 1_200
EACH_ACT_SECONDS = 120
# A file of endpoints that an earlier scan of the same code visited: with FUND_SCAN_SECONDS=0, only what is left is asked for.
BEFORE = os.environ.get("FUND_SCAN_BEFORE", "")
# Where such a file is written, after each role.
AFTER = os.environ.get("FUND_SCAN_AFTER", "")
CHOSEN = [one for one in os.environ.get("FUND_SCAN_ROLES", "").split(",") if one]
WHOLE = not CHOSEN
ROLES: list[Role | None] = [None, *Role]
# What needs no machine of our own outside: a request forged by the server is looked for by its answer elsewhere.
MODULES = "cookieflags,crlf,csp,csrf,exec,file,htp,http_headers,methods,permanentxss,redirect,sql,timesql,upload,xss"
# What no scanner gets to, and what looks at it instead.
NOT_REACHED = {
    "account.sign_out": "ends the scan; tests/rules/test_fuzz.py",
    "account.end_session": "ends the scan; tests/rules/test_fuzz.py",
    "people_admin.sign_out_everywhere": "ends the next scan; tests/rules/test_fuzz.py",
    "people_admin.confirm_disable": "ends the next scan; tests/rules/test_fuzz.py",
    "people_admin.disable": "ends the next scan; tests/rules/test_fuzz.py",
    "people_admin.change_roles": "takes the next scan's seat; tests/rules/test_fuzz.py",
    "second_step.ask": "for a session that is half signed in; integration/people/test_second_step.py",
    "second_step.prove": "for a session that is half signed in; integration/people/test_second_step.py",
    "second_step.prove_by_passkey": "for a session that is half signed in; integration/people/test_passkeys.py",
    "second_step.leave": "for a session that is half signed in; integration/people/test_second_step.py",
    "proving.ask_to_act": "for a session whose proof is old; integration/people/test_second_step.py",
    "proving.prove_by_passkey": "for somebody with a passkey; integration/people/test_passkeys.py",
    "procedures.accept": "for somebody who has not yet; integration/people/test_procedures.py",
    "webhooks.stripe": "Stripe's signature; integration/giving/test_webhook.py",
    "phone_drafts.send": "a phone's own draft, under its owner's key; integration/grants/phone/test_taking_in.py",
    "mailbox.file": "no letter of the stage has one; integration/people/test_mailbox.py",
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
        # What was sent filled in.
        self.typed: set[str] = set()
        self.asked = 0
        self.broken: list[str] = []
        self.after_app_request(self._look)
        self.record(lambda state: got_request_exception.connect(self._break, state.app))

    def _break(self, _app: Any, exception: BaseException) -> None:
        # An app that is tested hands a fault on to the server, so no answer of it is ever seen here.
        self.broken.append(f"{request.method} {request.full_path[:200]}: {type(exception).__name__}")

    def _look(self, response: Any) -> Any:
        self.asked += 1
        to = response.headers.get("Location", "")
        turned_away = to.startswith(("/sign-in", "/prove")) and "next=" in to
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
def _scanned(cluster: Cluster, folder: Path, *more_pages: Blueprint, held_at: datetime | None = None) -> Iterator[Stage]:
    """A stage whose limits are lifted: a scan is a flood, and tests of their own hold them."""
    lifted = pytest.MonkeyPatch()
    lifted.setattr(limits, "_require", lambda _limit: None)
    lifted.setattr(limits, "_miss", lambda _limit: False)
    lifted.setattr(throttle, "is_open", lambda *_: True)
    with raised(cluster, folder, *more_pages, held_at=held_at) as found:
        yield found
    lifted.undo()


def _marked(address: str) -> str:
    return re.sub(r"/(\d+)(?=/|$)", r"/\1*", address)


def _listed(file: Path, door: Door, addresses: Iterable[str]) -> Path:
    file.write_text("\n".join(door.base + address for address in addresses) + "\n")
    return file


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
    """What sqlmap found in addresses, their parts, and what forms ask in them."""
    # A number in an address is a place to put something into, as a parameter is.
    marked = [_marked(address) for address in (*door.addresses, *sorted(door.questions()))]
    urls = _listed(folder / "urls.txt", door, [address for address in marked if "?" in address or "*" in address])
    return _run(scanners, door, folder, ["-m", str(urls)], LIST_SECONDS)


def one_by_one(scanners: Path, door: Door, folder: Path, acts: Iterable[tuple[Act, dict[str, str]]]) -> list[str]:
    """What sqlmap found in these forms, each by itself with these fields.

    Its own way with forms leaves out those without a key, and those that are sent to where no page is: most of them.
    """
    found = []
    for act, fields in acts:
        # Where there is nothing to say, something is said: without a body it would be no POST.
        more = ["-u", door.base + _marked(act.path), "--data", urlencode(fields or {"said": "1"})]
        more += ["--csrf-token=csrf_token", "--csrf-method=GET", "--csrf-url", door.base + act.page] if "csrf_token" in fields else []
        found += _run(scanners, door, folder, more, EACH_ACT_SECONDS)
    return found


def _run(scanners: Path, door: Door, folder: Path, more: list[str], seconds: int) -> list[str]:
    out = folder / "sqlmap"
    command = [str(scanners / "sqlmap"), "--batch", "--smart", "--disable-coloring", "--dbms=postgresql", "--level=2", "--risk=1"]
    # No threads: with a form key to fetch each time, sqlmap refuses them, and then does nothing at all.
    command += ["--technique=BEU", "--output-dir", str(out), "--flush-session", "--skip-waf", "--timeout=20", "--retries=0"]
    command += ["--ignore-code=*", "--drop-set-cookie", *(["--cookie", door.cookie] if door.cookie else []), *more]
    found = []
    with (folder / "sqlmap.log").open("ab") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, timeout=seconds, check=False, env={**os.environ, "HOME": str(folder)})
        except subprocess.TimeoutExpired:
            found.append(f"sqlmap did not get through: {' '.join(more)}")
    said = (folder / "sqlmap.log").read_text(errors="replace")
    assert "incompatible with option" not in said, said[-2_000:]
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
        found += wapiti(scanners, door, tmp_path)
    found += [line for one in (door, *seconds) for line in _left_over(scanners, one, tmp_path, seen)]
    asked = seen.asked - before
    if AFTER:
        Path(AFTER).write_text("\n".join(sorted(seen.endpoints)))
    sys.stderr.write(f"{role}: {len(door.addresses)} addresses to begin with, {asked} requests, {len(seen.endpoints)} endpoints so far\n")
    assert asked > 100 or not SECONDS
    assert not found, "\n".join(found)
    assert not seen.broken, "\n".join(seen.broken)


@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value if role else "nobody")
def test_sqlmap_finds_nothing_in_any_address_nor_in_any_form_that_is_filled_in(
    scanners: Path, cluster: Cluster, seen: Seen, tmp_path: Path, role: Role | None
) -> None:
    """On a stage of each role's own: a form that is filled in well is an act."""
    if CHOSEN and (role.value if role else "nobody") not in CHOSEN:
        pytest.skip("not among FUND_SCAN_ROLES")
    here = tmp_path / "stage"
    here.mkdir()
    with _scanned(cluster, here, looked := Seen()) as own:
        doors = [Door(own, role, seat) for seat in ("", *(one for one, held in SECOND.items() if held is role))]
        # First what is only read: forms forget, cancel and close.
        found = sqlmap(scanners, doors[0], tmp_path)
        for door in doors:
            acts = door.acts(seen.typed)
            found += one_by_one(scanners, door, tmp_path, ((one, one.typed) for one in acts.values()))
            seen.typed |= set(acts) & set(looked.endpoints)
    seen.endpoints.update(looked.endpoints)
    sys.stderr.write(f"{role}: sqlmap: {looked.asked} requests, {len(seen.typed)} forms so far\n")
    assert not found, "\n".join(found)
    assert not looked.broken, "\n".join(looked.broken)


def test_a_planted_hole_is_found(scanners: Path, cluster: Cluster, tmp_path: Path) -> None:
    """By sqlmap, or since the quote that it tries breaks the statement: a page of ours never shows what the database said."""
    here = tmp_path / "stage"
    here.mkdir()
    with _scanned(cluster, here, looked := Seen(), _planted()) as own:
        words = {"csrf_token": "fetched", "words": "Public giving"}
        found = one_by_one(scanners, Door(own, Role.PANEL), tmp_path, [(Act("/planted", "/planted", {}, words), words)])
    assert found or looked.broken


def _planted() -> Blueprint:
    """A page whose form is held by a key as ours are, and whose words go into a statement as they are."""
    page = Blueprint("planted", __name__, url_prefix="/planted")
    guard(page, PUBLIC)

    @page.route("", methods=["GET", "POST"])
    def show() -> str:
        rows = db().execute(text(f"SELECT code FROM fund WHERE name = '{request.form.get('words', '')}'")).all()
        key = f'<input type="hidden" name="csrf_token" value="{generate_csrf()}">'
        return f'<form method="post">{key}<input name="words"></form>{len(rows)}'

    return page


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
    unseen = door.acts(seen.endpoints)
    found = one_by_one(scanners, door, folder, ((one, one.fields) for one in unseen.values()))
    return found + [f"no answer to sqlmap: {unseen[one].path} ({one})" for one in sorted(set(unseen) - set(seen.endpoints))]


def _left_over(scanners: Path, door: Door, folder: Path, seen: Seen) -> list[str]:
    """What sqlmap found on pages that nobody has asked for yet, each by itself; and which of them did not answer it."""
    pages = door.pages({*seen.endpoints, *NOT_REACHED})
    found = []
    for address in pages.values():
        # Where an address has no place to put something into, a parameter is made up.
        marked = _marked(address)
        asked = marked if "*" in marked or "?" in marked else f"{marked}?said=1"
        found += _run(scanners, door, folder, ["-u", door.base + asked], EACH_ACT_SECONDS)
    return found + [f"no answer to sqlmap: {pages[one]} ({one})" for one in sorted(set(pages) - set(seen.endpoints))]


def test_what_was_visited_is_the_whole_url_map(stage: Stage, seen: Seen) -> None:
    if not WHOLE:
        pytest.skip("a sample does not visit everything")
    app = create_app(stage.town.settings, database=stage.town.database)
    every = {rule.endpoint for rule in app.url_map.iter_rules()}
    missed = sorted(every - set(seen.endpoints) - set(NOT_REACHED))
    assert not missed, "no scanner asked for: " + ", ".join(missed)
    assert not {one for one in seen.endpoints if not one.startswith("stage.")} - every
