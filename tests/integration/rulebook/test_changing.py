"""Rules are rows: proposed by one, agreed by another where money is at stake, in force from then on, and never changed afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.giving import rules
from fundapp.giving.cards import rules as card_rules
from fundapp.giving.rules import RULES, GivingRules
from fundapp.openbooks import rules as openbooks_rules
from fundapp.openbooks.rules import RULES as OPEN_BOOKS
from fundapp.openbooks.rules import OpenBooksRules
from fundapp.openbooks.suppression import Crowd
from fundapp.people.models import User
from fundapp.rule_sets import RULE_SETS
from fundapp.rulebook import queries, service
from fundapp.rulebook.models import RuleDecision, RuleVersion
from tests.builders import people
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once
from tests.support.web import Client

SignIn = Callable[[Client, User], None]
WHY = "The trustees said so on Monday."


def saying(**changed: int) -> dict[str, int]:
    return RULES.values(GivingRules(**changed))


def seats(session: Session) -> tuple[User, User]:
    return people.user(session, Role.ADMIN), people.user(session, Role.APPROVER)


def proposed(session: Session, actor: Actor, *, replaces: int = 0, **changed: int) -> RuleVersion:
    return service.propose(session, actor=actor, of=RULES, numbers=saying(**changed), replaces=replaces, reason=WHY)


def rows(session: Session) -> tuple[int, int, int]:
    told = select(func.count()).select_from(AuditEvent).where(AuditEvent.kind.like("rules.%"))
    found = [session.scalar(select(func.count()).select_from(one)) or 0 for one in (RuleVersion, RuleDecision)]
    return found[0], found[1], session.scalar(told) or 0


def test_a_rule_about_money_holds_once_another_agrees_and_not_before(session: Session) -> None:
    admin, approver = seats(session)
    assert rules.now(session) == GivingRules()
    version = proposed(session, admin.actor, minimum_pence=200)
    assert rules.now(session).minimum_pence == 100
    service.agree(session, actor=approver.actor, version_id=version.id, of=RULES)
    assert rules.now(session).minimum_pence == 200
    assert queries.reasons(session, [version]) == {version.id: WHY}
    told = session.scalars(select(AuditEvent).where(AuditEvent.subject == version.reference).order_by(AuditEvent.id)).all()
    assert [(one.kind, one.actor, one.facts) for one in told] == [
        ("rules.proposed", admin.actor.reference, {"rules": "giving", "changed": 1}),
        ("rules.agreed", approver.actor.reference, {"rules": "giving"}),
    ]


def test_nobody_agrees_to_what_they_proposed_not_even_past_the_service(session: Session) -> None:
    both = people.user(session, Role.ADMIN, Role.APPROVER)
    version = proposed(session, both.actor, minimum_pence=200)
    session.commit()
    before = rows(session)
    with pytest.raises(NotAllowed, match="Somebody else agrees"):
        service.agree(session, actor=both.actor, version_id=version.id, of=RULES)
    assert rows(session) == before
    by_hand = text(
        "INSERT INTO rule_decision SELECT id, rule_set, replaces, proposed_by, by_two, true, now(), proposed_by FROM rule_version"
    )
    with pytest.raises(Refused, match="Somebody else agrees"), transaction(session):
        session.execute(by_hand)
    as_if = text("INSERT INTO rule_decision SELECT id, rule_set, replaces, proposed_by, false, true, now(), proposed_by FROM rule_version")
    with pytest.raises((DBAPIError, FundError)), transaction(session):
        session.execute(as_if)
    queries.forget_read(session)
    assert rows(session) == before
    assert rules.now(session) == GivingRules()


@pytest.mark.parametrize("change", ["UPDATE rule_version SET numbers = '{}'", "DELETE FROM rule_version", "DELETE FROM rule_decision"])
def test_what_was_proposed_and_decided_is_never_changed(session: Session, change: str) -> None:
    admin, approver = seats(session)
    service.agree(session, actor=approver.actor, version_id=proposed(session, admin.actor, minimum_pence=200).id, of=RULES)
    session.commit()
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(change))
    session.rollback()


@pytest.mark.parametrize(
    ("role", "reason", "changed", "replaces", "said"),
    [
        (Role.APPROVER, WHY, {"minimum_pence": 200}, 0, "Only an administrator"),
        (Role.FINANCE, WHY, {"minimum_pence": 200}, 0, "Only an administrator"),
        (Role.ADMIN, "  ", {"minimum_pence": 200}, 0, "Say why"),
        (Role.ADMIN, "x" * 501, {"minimum_pence": 200}, 0, "Say why"),
        (Role.ADMIN, WHY, {}, 0, "They say so already"),
        (Role.ADMIN, WHY, {"minimum_pence": 99}, 0, "lies between £1.00 and £10.00"),
        (Role.ADMIN, WHY, {"maximum_pence": 2**62}, 0, "lies between"),
        (Role.ADMIN, WHY, {"minimum_pence": 1_000, "asked_again_from_pence": 1_000}, 0, "The least is below"),
        (Role.ADMIN, WHY, {"minimum_pence": 200}, 7, "Somebody has changed these rules meanwhile"),
    ],
)
def test_what_cannot_be_proposed_leaves_nothing_behind(
    session: Session, role: Role, reason: str, changed: dict[str, int], replaces: int, said: str
) -> None:
    someone = people.user(session, role)
    with pytest.raises(FundError, match=said):
        service.propose(session, actor=someone.actor, of=RULES, numbers=saying(**changed), replaces=replaces, reason=reason)
    assert rows(session) == (0, 0, 0)


def test_one_change_waits_at_a_time_and_its_writer_takes_it_back(session: Session) -> None:
    admin, approver = seats(session)
    first = proposed(session, admin.actor, minimum_pence=200)
    with pytest.raises(Refused, match="waits to be agreed already"):
        proposed(session, admin.actor, minimum_pence=300)
    with pytest.raises(Refused, match="Say why"):
        service.decline(session, actor=admin.actor, version_id=first.id, reason=" ")
    service.decline(session, actor=admin.actor, version_id=first.id, reason="A slip of the finger.")
    with pytest.raises(Refused, match="decided already"):
        service.agree(session, actor=approver.actor, version_id=first.id, of=RULES)
    with pytest.raises(NotFound):
        service.agree(session, actor=approver.actor, version_id=first.id + 999, of=RULES)
    assert rules.now(session) == GivingRules()
    second = proposed(session, admin.actor, minimum_pence=300)
    service.agree(session, actor=approver.actor, version_id=second.id, of=RULES)
    with pytest.raises(Conflict, match="meanwhile"):
        proposed(session, admin.actor, minimum_pence=400)
    third = proposed(session, admin.actor, replaces=second.id, minimum_pence=400)
    service.agree(session, actor=approver.actor, version_id=third.id, of=RULES)
    assert rules.now(session).minimum_pence == 400


def test_of_eight_who_agree_at_once_one_does_and_of_eight_who_propose_at_once_one_does(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        admin, approver = seats(session)
        session.commit()
    refused: list[str] = []

    def propose(nth: int) -> None:
        with own_database.session() as mine:
            try:
                with transaction(mine):
                    proposed(mine, admin.actor, minimum_pence=200 + nth)
            except FundError as told:
                refused.append(told.sentence)

    at_once(propose)
    assert len(refused) == 7
    with own_database.session() as session:
        version = queries.open_versions(session)[0]

    def agree(_: int) -> None:
        with own_database.session() as mine:
            try:
                with transaction(mine):
                    service.agree(mine, actor=approver.actor, version_id=version.id, of=RULES)
            except FundError as told:
                refused.append(told.sentence)

    at_once(agree)
    assert len(refused) == 14
    with own_database.session() as session:
        assert rows(session) == (1, 1, 2)
        assert rules.now(session).minimum_pence == version.numbers["minimum_pence"]


def test_an_administrator_proposes_on_the_page_an_approver_agrees_and_the_giving_page_goes_by_it(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    admin, approver = seats(session)
    sign_in_as(client, admin)
    page = client.get("/admin/rules").follow("What can be given")
    said = page.form("aside form").fill(minimum_pence="2.50", fee_basis_points="1.2", reason=WHY).submit("Propose the change")
    assert "It holds once an approver agrees." in said.words
    assert "The least that can be given: £1.00 → £2.50" in said.words
    assert "the share: 1.5% → 1.2%" in said.words
    assert "Somebody else agrees to what you propose." in said.words
    sign_in_as(client, approver)
    looked = client.get("/decisions").follow("Rules 1").follow("What can be given")
    assert WHY in looked.words
    agreed = looked.form("form[action$=agree]").submit("Agree to the change")
    assert "Agreed. It holds from now on." in agreed.words
    queries.forget_read(session)
    assert rules.now(session) == GivingRules(minimum_pence=250, fee_basis_points=120)
    assert "1.2% and 20p" in client.get("/give").words


def test_what_the_open_books_name_goes_by_the_rule_and_is_never_made_looser(client: Client, session: Session) -> None:
    admin, approver = seats(session)
    people.fund_holder(session)
    same = OPEN_BOOKS.values(OpenBooksRules())
    for looser in ({"named_from_people": 4}, {"named_from_teams": 2}):
        with pytest.raises(Refused, match="lies between"):
            service.propose(session, actor=admin.actor, of=OPEN_BOOKS, numbers=same | looser, replaces=0, reason=WHY)
    stricter = service.propose(session, actor=admin.actor, of=OPEN_BOOKS, numbers=same | {"named_from_people": 8}, replaces=0, reason=WHY)
    assert stricter.by_two
    assert openbooks_rules.now(session).least == Crowd(5, 3)
    service.agree(session, actor=approver.actor, version_id=stricter.id, of=OPEN_BOOKS)
    session.commit()
    assert openbooks_rules.now(session).least == Crowd(8, 3)
    assert "8" in client.get("/privacy").words


def test_what_one_person_may_change_alone_holds_at_once_and_the_page_says_so(client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    page = client.get("/admin/rules/card-testing").form("aside form").fill(asked_from_declines="3", reason=WHY).submit("Propose the change")
    assert "Changed. It holds from now on." in page.words
    assert "Takes two people" not in page.words
    queries.forget_read(session)
    assert card_rules.now(session).asked_from_declines == 3
    version, decision = session.scalars(select(RuleVersion)).one(), session.scalars(select(RuleDecision)).one()
    assert (version.by_two, decision.agreed, decision.decided_by) == (False, True, version.proposed_by)


def test_every_rule_of_the_house_stands_on_the_page_with_its_figure(client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.APPROVER))
    page = client.get("/admin/rules")
    for of in RULE_SETS:
        for one in of.rules:
            assert one.least <= one.first <= one.most
            assert f"{one.name} {one.unit.told(one.first)}" in page.words


def test_a_page_that_is_out_of_date_changes_nothing_and_says_so(client: Client, session: Session, sign_in_as: SignIn) -> None:
    admin, approver = seats(session)
    proposer, agreeing = admin.actor, approver.actor
    sign_in_as(client, admin)
    old = client.get("/admin/rules/giving")
    service.agree(session, actor=agreeing, version_id=proposed(session, proposer, minimum_pence=200).id, of=RULES)
    session.commit()
    before = rows(session)
    page = old.form("aside form").fill(minimum_pence="3", reason=WHY).submit("Propose the change")
    assert page.status == 409
    assert "Somebody has changed these rules meanwhile." in page.words
    for forged in ("-1", "x", "9" * 30, "²"):
        assert old.form("aside form").fill(minimum_pence="3", reason=WHY, replaces=forged).submit("Propose the change").status == 409
    assert rows(session) == before


@pytest.mark.parametrize(
    ("field", "typed"), [("minimum_pence", "0.99"), ("fee_basis_points", "x"), ("fee_basis_points", "101"), ("fee_fixed_pence", "")]
)
def test_what_is_written_wrongly_is_said_beside_its_field_and_kept(
    client: Client, session: Session, sign_in_as: SignIn, field: str, typed: str
) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    page = client.get("/admin/rules/giving").form("aside form").fill(**{field: typed, "reason": WHY}).submit("Propose the change")
    assert page.status == 422
    assert page.one(f"#{field}-error")
    assert page.one(f"#{field}")["value"] == typed
    assert rows(session) == (0, 0, 0)


def test_a_long_history_is_paged_and_asks_the_database_little(
    client: Client, session: Session, sign_in_as: SignIn, worker_database: OwnDatabase
) -> None:
    admin, approver = seats(session)
    held = 0
    for nth in range(30):
        version = proposed(session, admin.actor, replaces=held, minimum_pence=200 + nth)
        service.agree(session, actor=approver.actor, version_id=version.id, of=RULES)
        held = version.id
    session.commit()
    sign_in_as(client, admin)
    client.get("/admin/rules/giving")
    asked: list[str] = []
    event.listen(worker_database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    page = client.get("/admin/rules/giving")
    assert len([words for words in asked if words.lstrip().startswith("SELECT")]) <= 18
    assert len(page.soup.select("table tbody tr")) == 25
    # Among the pages alone: the administrator's own name may have a 2 in it.
    second = str(page.one('nav.paging a[rel="next"]')["href"])
    assert len(client.get(second).soup.select("table tbody tr")) == 5
