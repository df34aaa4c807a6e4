"""A walk through every page that links lead to, as each role, in a town with history."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.config import ROOT
from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.roles import Role
from fundapp.grants.groups.models import CommunityGroup, SupportOffer
from fundapp.grants.policy import standing, versions
from fundapp.grants.policy.models import PolicyAnswer, PolicyLook
from fundapp.people import queries as people
from fundapp.people import sessions
from fundapp.people.models import User
from fundapp.privacy import complaints, rights
from fundapp.web.guards import PUBLIC, guard_of
from tests.builders import grants, points
from tests.support.outside import BASE_URL
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.web import Client, settings_for

# Enough of each kind of page: lists of hundreds look alike.
EACH = 7
STRANGER = "a stranger"
# A GET may write that a session is in use, who read what (architecture: "tests/rules"), and how often a point's page was opened.
MAY_BE_WRITTEN = {"user_session", "audit_entry", "audit_words", "audit_event", "point_visit"}
WRITES = re.compile(r"^\s*(?:WITH\b.*?\)\s*)?(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.I | re.S)
# What no link on a page leads to, and where people have it from instead.
UNLINKED = {
    "security.contact": "RFC 9116: researchers look there",
    "security.policy": "security.txt",
    "covering.show": "the form that takes a photo in",
    "covering.photo": "the page it is covered on",
    "gifts.gift": "the donor's own mail",
    "gifts.gift_receipt": "the donor's own page",
    "gifts.proof": "the donor's own page",
    "gifts.came_back": "Stripe",
    "monthly.manage": "a mail",
    "monthly.came_back": "Stripe",
    "monthly.sent": "the form that asks for the link",
    "gift_aid.ask": "the donor's own page",
    "gift_aid.show": "the page on which it was declared",
    "gift_aid.change": "the declaration's own page",
    "gift_aid.year": "the declaration's own page",
    "gift_aid.year_pdf": "the declaration's own page",
    "letters.ask": "the donor's own page",
    "letters.show": "a mail",
    "letters.year": "the page a mail leads to",
    "letters.year_pdf": "the page a mail leads to",
    "letters.forgotten": "the button that forgets",
    "letters.looked": "the form that asks for the way back",
    "giving.give_at_point": "the sign in the shop",
    "posters.check": "the sign in the shop",
    "hosting.offered": "the form that offers a place",
    "hosting.page": "a mail",
    "hosting.ask": "the host's own page",
    "hosting.piece": "the host's own page",
    "hosting.certificate": "the host's own page",
    "posters.report": "the sign in the shop",
    "posters.reported": "the form that reports a poster",
    "sign_in.invitation": "a mail",
    "forgotten.new_password": "a mail",
    "forgotten.sent": "the form that asks for a link",
    "second_step.ask": "the guard, after the password",
    "proving.ask": "the guard, before what asks for a fresh proof",
    "asking.show_person": "the form that issues a person's code",
    "person.page": "a paper slip",
    "support_links.still": "a mail to the group",
    "support_links.confirmed": "the page that the mail leads to",
    "person_complaints.form": "the page that a paper slip opens",
    "comparing.ask": "the last question of a draft that is whole",
    "design.show": "the contract",
    "manifest.show": "the head of each page of somebody signed in",
    "delivery_desk.read": "the payment of a request that is brought somewhere",
    "pictures.picture": "the photos of a request that has some",
    "phone.service_worker": "the script of a key worker's page",
    "phone_drafts.ready": "the script of a key worker's page",
    "search.found": "the search box",
    "complaining.follow": "the page that thanks its writer",
    "mailbox.letters": "what script/run prints",
    "mailbox.letter": "the mailbox",
    "mailbox.file": "a letter in the mailbox",
}


@dataclass
class Walked:
    """What was seen."""

    endpoints: Counter[str] = field(default_factory=Counter)
    writes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    # Pages of somebody signed in that do not say where they lie, or by which way of the bar.
    lost: list[str] = field(default_factory=list)
    # Who saw which title on which pages.
    titles: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


@pytest.fixture(scope="module")
def house(grown_town: OwnDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Session, Walked]]:
    """The app in the town, inside a transaction that is rolled back."""
    with grown_town.engine.connect() as connection:
        outer = connection.begin()
        database = Database.on(connection)
        app = create_app(settings_for(grown_town, tmp_path_factory.mktemp("house")), database=database)
        with database.session() as session:
            admin = people.holders(session, Role.ADMIN)[0]
            complaints.complain(session, form_key="a walk", contact="", words="A letter told my landlord.")
            rights.enter(session, actor=admin.actor, kind="access", subject=admin.reference, received_on=clock.today(), words="")
            points.report(session)
            points.offer(session)
            worker = somebody(session, Role.KEY_WORKER)
            grants.draft(session, grants.Seat(worker, worker.actor, worker.id))
            # The policy that waits is taken back, so that another can be proposed; and there is something to look at again.
            versions.decline(session, actor=admin.actor, number=standing.newest_number(session), reason="A walk.")
            seen = select(PolicyLook.request_id)
            agreed = select(PolicyAnswer.request_id).where(PolicyAnswer.why_not.is_(None), PolicyAnswer.request_id.not_in(seen))
            session.add(PolicyLook(request_id=session.scalars(agreed.order_by(PolicyAnswer.request_id)).first(), due_on=clock.today()))
            session.commit()
            yield app, session, Walked()
        outer.rollback()


@pytest.fixture(scope="module")
def walked(house: tuple[Flask, Session, Walked]) -> Walked:
    """The walk, as nobody and as everybody."""
    app, session, seen = house
    for role in [None, *Role]:
        client = Client(app, session)
        if role is not None:
            sign_in(client, session, role)
        walk(app, client, session, seen, role.words if role else STRANGER)
    return seen


def somebody(session: Session, role: Role) -> User:
    """Who walks in a seat: of the key workers, one who speaks for a community group."""
    speaks = set(session.scalars(select(CommunityGroup.team_id).join(SupportOffer, SupportOffer.group_id == CommunityGroup.id)))
    return next(one for one in people.holders(session, role) if role is not Role.KEY_WORKER or one.team_id in speaks)


def sign_in(client: Client, session: Session, role: Role) -> None:
    user = somebody(session, role)
    _, token = sessions.start(session, user=user, device="a test", proven_by="app")
    with client.flask.session_transaction(base_url=BASE_URL) as cookie:
        cookie.update({"_user_id": token, "_fresh": True})


def walk(app: Flask, client: Client, session: Session, seen: Walked, who: str) -> None:
    adapter = app.url_map.bind("localhost:8000")
    waiting, known, visited = deque(["/", "/healthz", "/readyz"]), {"/"}, Counter[str]()
    while waiting:
        path = waiting.popleft()
        endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
        if visited[endpoint] >= most(app, endpoint, who):
            continue
        visited[endpoint] += 1
        seen.endpoints[endpoint] += 1
        with watched(session.get_bind().engine, seen, f"{path} as {who}"):
            page = client.get(path)
        if page.status >= 400:
            seen.broken.append(f"{path} answered {page.status} to {who}")
        if page.status == 200 and page.is_html and page.soup.select_one("header .me, header .whose"):
            seen.lost += [f"{path} as {who}: {fault}" for fault in lost(page, endpoint)]
            seen.titles[who, page.text("title")].add(path)
        for link in links(page):
            if link not in known:
                known.add(link)
                waiting.append(link)


def most(app: Flask, endpoint: str, who: str) -> int:
    """How many pages of a kind are opened. Public ones look alike to everybody: a stranger opens them all."""
    return 1 if who != STRANGER and guard_of(app, endpoint) is PUBLIC else EACH


def lost(page: Page, endpoint: str) -> list[str]:
    """Why somebody could be lost on a page. That the trail's links open is found by the walk, which follows them."""
    found = [] if page.text("title").endswith(" – Changing Lives Fund") else [f"its title is “{page.text('title')}”"]
    ways = [one for one in page.soup.select("header nav [aria-current], #menu [aria-current]") if one.get("aria-current") == "page"]
    trail = page.soup.select("nav[aria-label='Where you are'] li")
    if endpoint == "asking.ask" or endpoint.startswith(("asking.new", "asking_more.", "comparing.ask")):
        # A form's question has Back, which keeps what is typed; a trail would lose it.
        return found if page.soup.select_one(".top .back") else [*found, "a question without Back"]
    if ways:
        return found
    if len(trail) < 2 or any(not one.select_one("a[href]") for one in trail[:-1]):
        return [*found, f"its trail is {[one.get_text() for one in trail]}"]
    current = trail[-1].select_one("[aria-current=page]")
    return found if current and current.get_text(strip=True) else [*found, "its trail does not end here"]


class watched:  # noqa: N801
    """Notes what a GET writes."""

    def __init__(self, engine: Engine, seen: Walked, what: str) -> None:
        self.engine, self.seen, self.what = engine, seen, what

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._note)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        found = WRITES.match(statement)
        if found and found[2].lower() not in MAY_BE_WRITTEN:
            self.seen.writes.append(f"{self.what}: {statement[:120]}")


def links(page: Page) -> list[str]:
    """Where a page leads inside the app: links, and the pages that its forms open without changing anything."""
    found = [str(one["href"]) for one in page.soup.select("a[href]")]
    found += [str(one["action"]) for one in page.soup.select('form[method="get"][action], form:not([method])[action]')]
    if 300 <= page.status < 400:
        found.append(page.headers["Location"])
    whole = [urlsplit(urljoin(page.url, one)) for one in found]
    return [part.path + (f"?{part.query}" if part.query else "") for part in whole if part.netloc == "localhost:8000"]


@pytest.mark.timeout(600)
def test_links_lead_everywhere_and_none_leads_nowhere_and_no_get_writes(house: tuple[Flask, Session, Walked], walked: Walked) -> None:
    """One walk, one test: two would walk twice, each in a worker of its own."""
    assert not walked.broken
    assert not walked.lost, "\n".join(walked.lost)
    # What differs in its filter alone is one page.
    same = {key: pages for key, pages in walked.titles.items() if len({urlsplit(one).path for one in pages}) > 1}
    assert not same, "\n".join(f"{who} sees “{title}” on {sorted(pages)}" for (who, title), pages in same.items())
    assert not walked.writes
    pages = {rule.endpoint for rule in house[0].url_map.iter_rules() if "GET" in (rule.methods or set())}
    missed = sorted(one for one in pages - set(walked.endpoints) - set(UNLINKED) if one != "static")
    assert not missed, "no link leads to: " + ", ".join(missed)


def test_every_template_is_used() -> None:
    """Named whole in the code or in another template, or found by its name in a folder, as f"errors/{code}.html" does."""
    folder = ROOT / "templates"
    code = "\n".join(path.read_text() for top in ("fundapp", "templates") for path in sorted((ROOT / top).rglob("*")) if is_text(path))
    unused = []
    for path in sorted(folder.rglob("*.*")):
        name = path.relative_to(folder).as_posix()
        found_by_name = re.search(rf'f"{path.parent.relative_to(folder).as_posix()}/[a-z_]*\{{[^}}]+\}}', code)
        if f'"{name}"' not in code and not found_by_name:
            unused.append(name)
    assert not unused


def is_text(path: Path) -> bool:
    return path.suffix in {".py", ".html", ".txt", ".svg", ".css"}
