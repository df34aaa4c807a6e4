"""Where pages are looked at: a town with half a year behind it and everything in every state, and beside it a Fund on its first day."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

import pytest
from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import PASSWORD
from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.database.instance import Instance
from fundapp.people import factors, resetting, throttle
from fundapp.people import queries as people_queries
from fundapp.people.factor_models import PasswordReset
from fundapp.people.models import SignInAttempt
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.models import Guessing
from tests.builders import people
from tests.builders.grants import Seat
from tests.builders.stand_in import StandIn
from tests.pictures import (
    stage_admin,
    stage_beside,
    stage_books,
    stage_data,
    stage_gifts,
    stage_groups,
    stage_requests,
    stage_together,
    stage_voice,
)
from tests.pictures.stage_policy import make as with_policies
from tests.support.live import LiveServer, serving
from tests.support.postgres import Cluster
from tests.support.town import grown
from tests.support.web import environ_for, stripe_of

Where = Literal["town", "empty"]
NAME = "stage"
LETTERS = "stage-letters"
# The demonstration's people, by the seats that pages are looked at from. Two seats more of a kind see what they did not do themselves.
EMAILS = {
    "worker": "rosa@riverside.example",
    "amber": "amber@changing-lives.example",
    "approver": "approver1@changing-lives.example",
    "approver_two": "approver2@changing-lives.example",
    "finance": "finance1@changing-lives.example",
    "finance_two": "finance2@changing-lives.example",
    "panel": "panel1@changing-lives.example",
    "auditor": "auditor@changing-lives.example",
    "admin": "admin@changing-lives.example",
    # Holds several seats; the stage brings her along.
    "manager": "manager@changing-lives.example",
    # Has a colleague in her team, and work in hand; and that colleague, who handed hers over for a while. The stage brings both along.
    "shelter": "sam@riverside.example",
    "lender": "nia@riverside.example",
}
# Who there is on the first day, one of each role.
ROLES = {
    "worker": Role.KEY_WORKER,
    "approver": Role.APPROVER,
    "finance": Role.FINANCE,
    "panel": Role.PANEL,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMIN,
}


@dataclass
class Stage:
    """Both Funds, who sits where, and what the addresses of pages are filled in with: "/requests/{waiting}"."""

    town: LiveServer
    folder: Path
    cluster: Cluster
    parts: dict[str, object]
    _open: ExitStack

    @cached_property
    def empty(self) -> LiveServer:
        """The Fund on its first day, made when it is first asked for."""
        folder = self.folder / "empty"
        folder.mkdir()
        live = self._open.enter_context(serving(self.cluster, folder))
        with live.database.session() as session:
            for name, role in ROLES.items():
                people.user(session, role, email=EMAILS[name], name=role.words.capitalize(), password=PASSWORD)
            session.commit()
        return live

    def at(self, where: Where) -> LiveServer:
        """One of the two."""
        return self.town if where == "town" else self.empty

    def address(self, where: Where, pattern: str) -> str:
        """A whole address."""
        return self.at(where).base_url + pattern.format(**self.parts)


@contextmanager
def raised(cluster: Cluster, folder: Path, *more_pages: Blueprint, held_at: datetime | None = None) -> Iterator[Stage]:
    """A stage with a town of its own, taken down at the end. What stands on it is written once a run; `more_pages` are a test's own.

    `held_at` holds the town's clock, at a time that is still to come.
    """
    parts = _written(cluster, folder)
    here = folder / "town"
    here.mkdir()
    with serving(cluster, here, NAME, _faults(), *more_pages, held_at=held_at) as town, ExitStack() as more:
        shutil.copytree(cluster.folder / LETTERS, here / "mail", dirs_exist_ok=True)
        yield Stage(town, folder, cluster, parts, more)


def _written(cluster: Cluster, folder: Path) -> dict[str, object]:
    told = cluster.folder / "stage.json"
    with Instance.of(cluster.folder).locked("stage.lock"):
        if not cluster.has_template(NAME):
            past, store = folder / "past", folder / "stand-in"
            past.mkdir()
            store.mkdir()
            with cluster.growing_template(NAME, grown(cluster, past)) as database, StandIn(store) as stand_in:
                environ = environ_for(database, folder, MAIL_URL=(cluster.folder / LETTERS).as_uri(), **stripe_of(stand_in))
                told.write_text(json.dumps(_set(LiveServer(environ, database, stand_in, folder))))
        found: dict[str, object] = json.loads(told.read_text())
        return found


def _set(live: LiveServer) -> dict[str, object]:
    """Put everything in its place."""
    with live.database.session() as session:
        office = people.team(session, "Fund office", of=people.HOLDER)
        people.user(session, Role.APPROVER, Role.FINANCE, at=office, name="Ruth Ellison", email=EMAILS["manager"], password=PASSWORD)
        shelter = people.team(session, "Night shelter", of="Riverside Outreach")
        people.user(session, Role.KEY_WORKER, at=shelter, name="Sam Okafor", email=EMAILS["shelter"], password=PASSWORD)
        people.user(session, Role.KEY_WORKER, at=shelter, name="Nia Price", email=EMAILS["lender"], password=PASSWORD)
        session.add(Guessing(what="points", first_at=clock.now(), last_at=clock.now(), times=3))
        who = {name: _seat(session, email) for name, email in EMAILS.items()}
        return (
            with_policies(session, who)
            | stage_requests.make(session, who)
            | stage_together.make(session, who)
            | stage_groups.make(session, live, who)
            | stage_gifts.make(session, live, who)
            | stage_admin.make(session, who)
            | stage_books.make(session, live, who)
            | stage_data.make(session, live, who)
            | stage_beside.make(session, who)
            | stage_voice.make(session, Keys(live.settings.secret_key, live.settings.private_keys), who)
            | _proofs(session, who["approver"])
        )


def _proofs(session: Session, approver: Seat) -> dict[str, object]:
    """An approver's app, and a link to set a password anew that opens for as long as anybody looks."""
    people.code(session, approver.user.email)
    resetting.ask(session, attempt=_attempt(), email=approver.user.email)
    row = session.scalars(select(PasswordReset).order_by(PasswordReset.id.desc())).first()
    minted = resetting.mint(session, row.id) if row else None
    assert row
    assert minted
    row.expires_at = clock.now() + timedelta(days=1)
    session.commit()
    return {"factor": factors.apps(session, approver.id)[0].id, "reset": minted[0], "deciding_account": approver.id}


def _attempt() -> SignInAttempt:
    return SignInAttempt(at=clock.now(), email_hash=b"stage", network_hash=b"stage", succeeded=False)


def _seat(session: Session, email: str) -> Seat:
    user = people_queries.user_by_email(session, email)
    assert user is not None, f"nobody in the demonstration has the address {email}"
    return Seat(user, user.actor, user.id)


def _faults() -> Blueprint:
    """An address for each way in which a page can fail, so that the pages for it can be looked at."""
    faults = Blueprint("stage", __name__, url_prefix="/stage")
    guard(faults, PUBLIC)

    @faults.get("/too-many-tries")
    def too_many_tries() -> None:
        raise throttle.TooManyTries

    @faults.get("/<int:status>")
    def fault(status: int) -> None:
        abort(status)

    return faults


@pytest.fixture(scope="session")
def stage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The town with everything in every state, and a Fund on its first day: for tests that look and change nothing."""
    with raised(cluster, tmp_path_factory.mktemp("stage")) as found:
        yield found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whatever needs the stage first: one worker raises it, once, and others take what else is in its queue."""
    items.sort(key=lambda item: "stage" not in getattr(item, "fixturenames", ()))
