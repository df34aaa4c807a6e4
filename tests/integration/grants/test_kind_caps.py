"""The most of each kind of help: an administrator proposes, an approver agrees, and only then the catalogue says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.giving import rules as giving
from fundapp.grants import catalogue, kind_caps
from fundapp.grants.catalogue_models import CatalogueVersion
from fundapp.grants.models import CatalogueItem
from fundapp.rulebook import queries, service
from fundapp.rulebook.models import RuleVersion
from tests.builders import grants as build
from tests.builders import people

CAPS = "/admin/rules/kind-caps"
SignIn = Callable[[Any, object], None]


@pytest.fixture
def who(session: Session) -> build.Cast:
    build.item(session)
    build.item(session, "bedding")
    made = build.cast(session)
    for name in ("admin", "approver", "finance", "auditor", "worker"):
        made.seat(name)
    return made


def item(session: Session, code: str = "phone") -> CatalogueItem:
    session.expire_all()
    return session.scalars(select(CatalogueItem).filter_by(code=code)).one()


def proposed(session: Session, by: build.Seat, why: str = "The board said so.", **caps: int) -> RuleVersion:
    """A change of some kinds' caps, by their codes, that waits."""
    of = kind_caps.rule_set(session)
    held = queries.in_force(session, of.code)
    numbers = of.values(queries.now(session, of)) | {f"kind_{item(session, code).id}": pence for code, pence in caps.items()}
    made = service.propose(session, actor=by.actor, of=of, numbers=numbers, replaces=held.id if held else 0, reason=why)
    session.commit()
    return made


def agreed(session: Session, by: build.Seat, version: RuleVersion) -> None:
    service.agree(session, actor=by.actor, version_id=version.id, of=kind_caps.rule_set(session))
    session.commit()


def test_one_proposes_another_agrees_and_then_the_catalogue_says_so_and_why(
    client: Any, session: Session, sign_in_as: SignIn, who: build.Cast
) -> None:
    phone = item(session)
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/catalogue/{phone.id}")
    assert not page.soup.select('[name="cap"]')
    page = page.follow("Caps of all kinds of help")
    page = page.form('form[action$="kind-caps"]').fill({f"kind_{phone.id}": "90", "reason": "Phones break."}).submit()
    assert "Proposed. It holds once an approver agrees." in page.words
    assert "Phone: none of its own → £90.00" in page.words
    assert "Agree to the change" not in page.words
    assert item(session).cap_pence is None
    sign_in_as(client, who.approver.user)
    page = client.get(CAPS).form('form[action$="agree"]').submit()
    assert "Agreed. It holds from now on." in page.words
    # What it changed is told as it was, although the catalogue says it by now.
    assert "Phone: none of its own → £90.00" in page.words
    assert (item(session).cap_pence, item(session, "bedding").cap_pence) == (9_000, None)
    newest = session.scalars(catalogue.versions(phone.id)).first()
    assert newest is not None
    assert (newest.number, newest.cap_pence, newest.changed_by, newest.why) == (2, 9_000, who.admin.id, "Phones break.")
    sign_in_as(client, who.admin.user)
    assert "The most for one person none of its own to £90.00" in client.get(f"/admin/catalogue/{phone.id}").text(".track")


def test_nobody_changes_a_cap_alone(client: Any, session: Session, sign_in_as: SignIn, who: build.Cast) -> None:
    version = proposed(session, who.admin, phone=9_000)
    both = people.user(session, Role.ADMIN, Role.APPROVER, at=people.team(session, "Fund office", of=people.HOLDER))
    own = build.Seat(both, both.actor, both.id)
    session.commit()
    sign_in_as(client, who.admin.user)
    form = client.get(f"/admin/catalogue/{item(session).id}").form("form:not([action])").fill(why="By hand.")
    before = build.footprint(session)
    # The form of the catalogue takes no cap, whatever is sent to it.
    form.data["cap"] = "5000"
    form.submit()
    for code, cap in (("phone", 1), ("phone", 500_000)):
        words = catalogue.ItemWords("Phone", 3_500, 4_500, "A plain one that rings.", cap_pence=cap)
        with pytest.raises(Refused, match="holds once an approver agrees"):
            catalogue.change_item(session, actor=who.admin.actor, item_id=item(session, code).id, words=words, why="By hand.")
        session.rollback()
    for seat in (who.admin, who.finance, who.auditor, who.worker):
        with pytest.raises(NotAllowed):
            agreed(session, seat, version)
        session.rollback()
    hold = {"item_id": item(session).id, "cap_pence": 1, "why": ""}
    for seat, proposer in ((who.admin, who.approver), (who.approver, who.approver)):
        with pytest.raises(NotAllowed):
            catalogue.hold_cap(session, actor=seat.actor, proposed_by=proposer.id, **hold)
        session.rollback()
    assert build.footprint(session) == before
    service.decline(session, actor=who.approver.actor, version_id=version.id, reason="Not yet.")
    mine = proposed(session, own, phone=8_000)
    with pytest.raises(NotAllowed, match="Somebody else agrees"):
        agreed(session, own, mine)
    session.rollback()
    assert item(session).cap_pence is None


def test_a_change_of_other_rules_is_not_agreed_as_one_of_caps_nor_the_other_way_round(session: Session, who: build.Cast) -> None:
    version = proposed(session, who.admin, phone=9_000)
    before = build.footprint(session)
    with pytest.raises(NotFound):
        service.agree(session, actor=who.approver.actor, version_id=version.id, of=giving.RULES)
    session.rollback()
    assert build.footprint(session) == before


def test_a_cap_is_taken_away_and_what_was_agreed_before_is_still_told_as_it_was(session: Session, who: build.Cast) -> None:
    catalogue.add_item(session, actor=who.admin.actor, code="cot", words=catalogue.ItemWords("Cot", 100, 200, "", cap_pence=7_000))
    agreed(session, who.approver, proposed(session, who.admin, phone=9_000))
    # A kind that is younger than the first change comes with its own cap, and no change takes it away by leaving it be.
    catalogue.add_item(session, actor=who.admin.actor, code="pram", words=catalogue.ItemWords("Pram", 100, 200, "", cap_pence=6_000))
    session.commit()
    agreed(session, who.approver, proposed(session, who.admin, phone=0, cot=8_000))
    assert [item(session, code).cap_pence for code in ("phone", "bedding", "cot", "pram")] == [None, None, 8_000, 6_000]
    of = kind_caps.rule_set(session)
    assert of.values(of.saying({})) == {
        f"kind_{item(session, code).id}": first for code, first in (("phone", 0), ("bedding", 0), ("cot", 7_000), ("pram", 6_000))
    }
    # Of what did not change there is no new version.
    assert session.query(CatalogueVersion).filter_by(item_id=item(session, "pram").id).count() == 1


def test_whatever_a_kind_is_called_its_rule_says_it_and_does_nothing_else(
    client: Any, session: Session, sign_in_as: SignIn, who: build.Cast
) -> None:
    item(session).name = "Wool, 100% <b>warm</b> %(rule)s"
    session.commit()
    sign_in_as(client, who.admin.user)
    page = client.get(CAPS)
    assert page.words.count("Wool, 100% <b>warm</b> %(rule)s") == 2
    page = page.form('form[action$="kind-caps"]').fill({f"kind_{item(session).id}": ""}).submit()
    assert "Write a number for “Wool, 100% <b>warm</b> %(rule)s”." in page.text("#errors")


@pytest.mark.parametrize(
    ("typed", "told"), [("5000.01", "The most is £5,000"), ("-1", "Write the amount"), ("", "Write a number for “Phone”")]
)
def test_what_is_no_cap_is_told_and_nothing_waits(
    client: Any, session: Session, sign_in_as: SignIn, who: build.Cast, typed: str, told: str
) -> None:
    sign_in_as(client, who.admin.user)
    form = client.get(CAPS).form('form[action$="kind-caps"]')
    before = build.footprint(session)
    page = form.fill({f"kind_{item(session).id}": typed, "reason": "Why not."}).submit()
    assert page.status == 422
    assert told in page.text("#errors")
    assert build.footprint(session) == before
    assert queries.open_version(session, kind_caps.CODE) is None
