"""Gift Aid at the finance desk: no names in lists, who declared opened with a reason, what came by phone and on paper."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.giving.gift_aid.covering import Why, covers
from fundapp.giving.gift_aid.models import GiftAidCancellation, GiftAidDeclaration, How, Scope
from fundapp.giving.receipts import reference_of
from tests.builders import gift_aid as build
from tests.builders import people
from tests.support.web import Client

Counted = Callable[[], AbstractContextManager[list[str]]]
SignIn = Callable[..., None]


def reads(session: Session) -> list[AuditEvent]:
    """Who opened a declaration."""
    return list(session.scalars(audit.events(kind=AuditKind.GIFT_AID_READ.value)))


def fields(reference: str, **other: str) -> dict[str, str]:
    """A declaration by phone of yesterday, whose record went out today."""
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    days = {
        f"{name}-{part}": str(getattr(day, part))
        for name, day in (("made_on", yesterday), ("record_sent_on", today))
        for part in ("day", "month", "year")
    }
    return {**days, "gift": reference, "how": "oral", "scope": "future", **build.TYPED, **other}


def test_who_declared_is_opened_with_a_reason_by_one_reader_for_a_day(client: Client, books: Session, sign_in_as: SignIn) -> None:
    made = build.declare(books, build.paid(books))
    here = f"/finance/gift-aid/{made.id}"
    sign_in_as(client, people.user(books, Role.AUDITOR))
    for page in (client.get("/finance/gift-aid"), client.get(here)):
        assert "Palmer" not in page.words
        assert "DN1" not in page.words
    refused = client.get(here).form("form[action$='open']").fill(words=" ").submit()
    assert (refused.status, reads(books)) == (422, [])
    opened = client.get(here).form("form[action$='open']").fill(words="A sample of the claim.").submit()
    assert "Mrs Mary Palmer" in opened.words
    (event,) = reads(books)
    assert (event.subject, event.words) == (made.subject, "A sample of the claim.")
    with clock.at(clock.now() + timedelta(days=1)):
        sign_in_as(client, people.user(books, Role.FINANCE))
        assert "Palmer" not in client.get(here).words


def test_one_by_phone_is_entered_with_the_day_its_record_was_sent(client: Client, books: Session, sign_in_as: SignIn) -> None:
    gift = build.paid(books)
    sign_in_as(client, people.user(books, Role.FINANCE))
    page = client.get("/finance/gift-aid").follow("Enter a declaration by phone or on paper")
    kept = page.form().fill(_without(fields(reference_of(gift)), "own_money")).submit()
    assert "By phone" in kept.words
    made = books.scalars(select(GiftAidDeclaration)).one()
    assert (made.how, made.scope, made.record_sent_on) == (How.ORAL, Scope.FUTURE, clock.today())
    assert covers(books, gift).is_covered
    gone = kept.form("form[action$='cancel']").submit()
    assert "Cancelled" in gone.words
    assert books.scalars(select(GiftAidCancellation)).one().from_the_start
    assert covers(books, gift).why is Why.CANCELLED


def test_what_cannot_be_is_refused_and_nothing_is_kept(client: Client, books: Session, sign_in_as: SignIn) -> None:
    gift = build.paid(books)
    sign_in_as(client, people.user(books, Role.FINANCE))
    reference = reference_of(gift)
    wrong = (
        (fields("FFFFFFFF"), 409, "No gift has that number"),
        (fields("x' OR 1"), 409, "No gift has that number"),
        (fields(reference, **{"record_sent_on-day": "", "record_sent_on-month": "", "record_sent_on-year": ""}), 409, "By phone it counts"),
        (fields(reference, how="paper"), 409, "By phone it counts"),
        (fields(reference, **{"made_on-year": "2090"}), 409, "on which day"),
        (fields(reference, how="online"), 422, "Choose how they declared."),
        (fields(reference, postcode="nowhere"), 422, "Write a postcode"),
    )
    for typed, status, sentence in wrong:
        answer = client.get("/finance/gift-aid/enter").form().fill(_without(typed, "own_money")).submit(follow=False)
        assert (answer.status, sentence in answer.words) == (status, True), sentence
    assert books.scalar(select(func.count()).select_from(GiftAidDeclaration)) == 0


def test_the_list_asks_the_database_as_often_for_one_as_for_many(
    client: Client, books: Session, sign_in_as: SignIn, counted: Counted
) -> None:
    sign_in_as(client, people.user(books, Role.FINANCE))
    build.declare(books, build.paid(books))
    client.get("/finance/gift-aid")
    with counted() as few:
        client.get("/finance/gift-aid")
    for _nth in range(12):
        build.declare(books, build.paid(books))
    with counted() as many:
        client.get("/finance/gift-aid")
    assert len(many) == len(few)


def _without(typed: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in typed.items() if key != name}
