"""People with seats, a catalogue, and requests at any point of their life, made by the room's own services."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.roles import Role
from fundapp.grants import asking, catalogue, confirming, deciding, persons
from fundapp.grants.asking import Answers
from fundapp.grants.catalogue import ItemWords
from fundapp.grants.confirming import Result
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import CatalogueItem, GrantRequest
from fundapp.grants.together import signing, standing
from fundapp.ledger import queries as ledger_queries
from fundapp.payouts import service as payouts
from fundapp.people.models import User
from tests.builders import ledger as books
from tests.builders import people

GOAL = "I want to ring my daughter on a Sunday."


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in their seat. The actor is read once, so that it outlives what the session remembers."""

    user: User
    actor: Actor
    id: int


class Cast:
    """Everybody a story needs: two teams of partners, one of the fund holder's own, and the fund office. Each is made when first named."""

    _where: ClassVar[dict[str, tuple[Role, str, str]]] = {
        "worker": (Role.KEY_WORKER, "Outreach", "Riverside Outreach"),
        "teammate": (Role.KEY_WORKER, "Outreach", "Riverside Outreach"),
        "other_worker": (Role.KEY_WORKER, "Housing", "Northgate Housing"),
        "amber": (Role.KEY_WORKER, "Amber", people.HOLDER),
        **dict.fromkeys(("approver", "approver_two", "approver_three"), (Role.APPROVER, "Fund office", people.HOLDER)),
        **dict.fromkeys(("finance", "finance_two", "finance_three"), (Role.FINANCE, "Fund office", people.HOLDER)),
        "panel": (Role.PANEL, "Fund office", people.HOLDER),
        "auditor": (Role.AUDITOR, "Fund office", people.HOLDER),
        "admin": (Role.ADMIN, "Fund office", people.HOLDER),
    }
    names = tuple(_where)

    def __init__(self, session: Session) -> None:
        self._session = session
        self._made: dict[str, Seat] = {}

    def __getattr__(self, name: str) -> Seat:
        if name not in self._where:
            raise AttributeError(name)
        return self.seat(name)

    def seat(self, name: str) -> Seat:
        """Somebody, by name."""
        if name not in self._made:
            role, team, organisation = self._where[name]
            user = people.user(self._session, role, at=people.team(self._session, team, of=organisation))
            self._made[name] = Seat(user, user.actor, user.id)
        return self._made[name]


def cast(session: Session) -> Cast:
    """The whole cast, each in their own seat."""
    return Cast(session)


def item(session: Session, code: str = "phone", *, low: int = 3_500, high: int = 4_500, asks_what: bool = False) -> CatalogueItem:
    """A kind of help, with its account; the one that is there already if there is one."""
    found = session.query(CatalogueItem).filter_by(code=code).one_or_none()
    if found is None:
        words = ItemWords(code.capitalize(), low, high, "A plain one that rings.", asks_what)
        found = catalogue.add_item(session, actor=ADMIN, code=code, words=words)
    session.commit()
    return found


ADMIN = Actor("system", None, frozenset({Role.ADMIN}))


def money(session: Session, amount_pence: int = 100_000, fund: str = "public-giving") -> None:
    """Money in the bank that can be awarded."""
    books.open_books(session)
    books.pay_in(session, amount_pence, fund)
    session.commit()


def draft(
    session: Session,
    by: Seat,
    *,
    code: str = "phone",
    price_pence: int = 3_999,
    person_id: int | None = None,
    more: Sequence[tuple[str, int]] = (),
) -> GrantRequest:
    """A draft with every answer: for one thing, and for as many more as are named, each by its kind and price."""
    kind = item(session, code)
    request = asking.start_request(session, actor=by.actor, form_key=uuid4(), item_id=kind.id, detail_words="")
    person = person_id or persons.issue_code(session, actor=by.actor).id
    answers = Answers(
        person_id=person,
        goal_words=GOAL,
        unblocks_words="The landlord can ring them.",
        price_pence=price_pence,
        supplier="a phone shop, Market Place",
        consent_how="in_person",
        consents=True,
    )
    for place, (kind_code, pence) in enumerate(more, 2):
        thing = asking.put_thing(
            session, actor=by.actor, request_id=request.id, position=place, item_id=item(session, kind_code).id, detail_words=""
        )
        priced = Answers(thing_id=thing.id, price_pence=pence, supplier="a shop, High Street")
        asking.save_answers(session, actor=by.actor, request_id=request.id, answers=priced)
    asking.save_answers(session, actor=by.actor, request_id=request.id, answers=answers)
    session.commit()
    return request


def waiting(session: Session, by: Seat, **how: object) -> GrantRequest:
    """A request that waits for an approver."""
    request = draft(session, by, **how)  # type: ignore[arg-type]
    asking.send(session, actor=by.actor, request_id=request.id, version=request.version)
    session.commit()
    return request


def agreed(session: Session, by: Seat, approver: Seat, *, fund: str = "public-giving", **how: object) -> GrantRequest:
    """A request that is agreed whole. The fund must have the money."""
    request = waiting(session, by, **how)
    deciding.agree(session, actor=approver.actor, request_id=request.id, version=request.version, fund_code=fund)
    session.commit()
    return countersigned(session, request)


def countersigned(session: Session, request: GrantRequest) -> GrantRequest:
    """Let whoever is still needed sign it: somebody of the fund office with nothing else to do in the story, so that all others may pay."""
    while request.status is Status.SIGNED:
        seat = standing.signers(session, request).needed[0]
        second = people.user(session, seat, at=people.team(session, "Fund office", of=people.HOLDER))
        signing.countersign(session, actor=second.actor, request_id=request.id, version=request.version)
        session.commit()
    return request


def entered(session: Session, who: Cast, *, amount_pence: int | None = None, **how: object) -> GrantRequest:
    """A request whose payment is entered and waits for a second person."""
    request = agreed(session, who.worker, who.approver, **how)
    enter(session, who.finance, request, amount_pence=amount_pence)
    return request


def part_paid(session: Session, who: Cast, *, part_pence: int = 1_500, **how: object) -> GrantRequest:
    """A request of which a part is paid, and the rest stays set aside."""
    request = agreed(session, who.worker, who.approver, **how)
    enter(session, who.finance, request, amount_pence=part_pence, is_last=False)
    payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    session.commit()
    return request


def enter(session: Session, by: Seat, request: GrantRequest, *, amount_pence: int | None = None, is_last: bool = True) -> None:
    """Enter a payment of an agreed request: of all that is still set aside, unless told."""
    payouts.enter_payment(
        session,
        actor=by.actor,
        request_id=request.id,
        version=request.version,
        amount_pence=amount_pence or request.set_aside_pence,
        is_last=is_last,
        paid_on=clock.today(),
        supplier="a phone shop",
        bank_reference=f"FUND {request.id}",
    )
    session.commit()


def paid(session: Session, who: Cast, **how: object) -> GrantRequest:
    """A request that is paid."""
    request = entered(session, who, **how)  # type: ignore[arg-type]
    payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    session.commit()
    return request


def in_hands(session: Session, who: Cast, **how: object) -> GrantRequest:
    """A request whose bill was shown."""
    request = paid(session, who, **how)
    confirming.confirm(session, actor=who.worker.actor, request_id=request.id, version=request.version, bill=photo())
    session.commit()
    return request


def closed(session: Session, who: Cast, **how: object) -> GrantRequest:
    """A request that came to its end."""
    request = in_hands(session, who, **how)
    confirming.tell_outcome(
        session, actor=who.worker.actor, request_id=request.id, version=request.version, result=Result.CONNECTED, words="They rang."
    )
    session.commit()
    return request


def photo(width: int = 300, height: int = 200, kind: str = "JPEG", **save: object) -> bytes:
    """A small picture of nothing in particular."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "beige").save(out, kind, **save)
    return out.getvalue()


def footprint(session: Session) -> dict[str, object]:
    """Everything that a step could have left behind. Equal before and after a refused act."""
    session.commit()
    counted = ("request_event", "conflict", "evidence", "outcome", "audit_event", "audit_words", "entry", "procrastinate_jobs")
    found: dict[str, object] = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in counted}
    for table in ("grant_request", "request_thing", "payment", "person", "fund", "catalogue_item"):
        found[table] = session.execute(text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY id")).scalars().all()
    found["balances"] = [(row.account, row.fund, row.balance_pence) for row in ledger_queries.trial_balance(session)]
    session.commit()
    return found
