"""Gift Aid on a gift's own page: declared, followed, cancelled, added to; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.db import driver_url, transaction
from fundapp.core.errors import NotAllowed, Refused
from fundapp.giving.gift_aid import declaring as gift_aid
from fundapp.giving.gift_aid import queries as reading
from fundapp.giving.gift_aid.covering import Why, covers
from fundapp.giving.gift_aid.declaring import Spoken
from fundapp.giving.gift_aid.forgetting import FORGETTING
from fundapp.giving.gift_aid.models import GiftAidCancellation, GiftAidDeclaration, GiftAidGift, How, Scope
from fundapp.giving.models import Donation
from tests.builders import gift_aid as build
from tests.builders import ledger, people
from tests.builders.giving import KEYS, Donor, gift_of
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

MARY = build.MARY
Counted = Callable[[], AbstractContextManager[list[str]]]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def all_there_is(session: Session) -> tuple[int, ...]:
    """How much there is of everything that an act here writes."""
    tables = (GiftAidDeclaration, GiftAidGift, GiftAidCancellation, AuditEvent)
    return tuple(session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)


def filled(page: Page, **fields: str) -> Page:
    """The form for a declaration, filled in as Mary would and sent, but for what is told otherwise."""
    return page.form("form[action$='gift-aid']").fill(**{**build.TYPED, **fields}).submit(follow=False)


def test_a_declaration_on_the_gifts_page_covers_the_gift_and_leads_to_its_own_page(donor: Donor, client: Client, books: Session) -> None:
    page = donor.give("10")
    assert "adds £2.50" in page.words
    asked = page.follow("Add Gift Aid")
    assert "I want to Gift Aid my donation of £10.00 to " in asked.words
    own = filled(asked, scope="gift").follow()
    assert "It holds." in own.words
    assert "M… P…, DN1" in own.words
    assert "Palmer" not in own.words
    assert "£2.50" in own.words
    cover = covers(books, gift_of(books, donor.session_id))
    assert (cover.why, cover.left_pence, cover.aid_pence) == (Why.COVERED, 1000, 250)
    again = client.get(donor.gift_url)
    assert "the tax office adds £2.50" in again.words
    assert "Palmer" not in again.words


def test_what_is_kept_is_what_was_shown(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10")
    asked = client.get(f"{donor.gift_url}/gift-aid")
    filled(asked, scope="past_and_future")
    kept = books.scalars(select(GiftAidDeclaration)).one()
    first, *rest = kept.shown.split("\n\n")
    assert first in asked.words
    assert asked.texts("#declared p") == rest
    assert (kept.wording, kept.how, kept.scope) == (1, How.ONLINE, Scope.PAST_AND_FUTURE)
    sealed = books.scalar(text("SELECT details FROM gift_aid_declaration"))
    assert b"Palmer" not in bytes(sealed)
    assert reading.is_as_declared(kept)


WRONG = (
    ({"last_name": ""}, "Write your last name."),
    ({"first_name": "Иван"}, "takes Latin letters alone"),
    ({"title": "Her Majesty"}, "A title has two to four letters"),
    ({"house": "c/o the bakery"}, "Write where you live."),
    ({"house": "x" * 41}, "takes at most 40 letters"),
    ({"postcode": "DN1"}, "Write a postcode of the United Kingdom"),
    ({"postcode": ""}, "Write your postcode"),
    ({"scope": ""}, "Choose which gifts it is for."),
    ({"own_money": ""}, "Gift Aid needs this."),
    ({"first_name": "x" * 5000}, "takes at most 35 letters"),
    ({"form_key": "forged"}, "lain open for too long"),
)


def test_what_the_tax_office_would_not_take_is_said_and_nothing_is_kept(client: Client, books: Session) -> None:
    gift = build.paid(books)
    before = all_there_is(books)
    for fields, sentence in WRONG:
        typed = {**build.TYPED, "scope": "gift", "form_key": build.form_key(gift), **fields}
        answer = client.post(build.gift_page(gift), typed, token=False)
        assert (answer.status, sentence in answer.words) == (422, True), fields
    assert all_there_is(books) == before


def test_letters_that_the_list_would_lose_are_shown_respelled_before_they_are_declared(
    donor: Donor, client: Client, books: Session
) -> None:
    donor.give("10")
    asked = filled(client.get(f"{donor.gift_url}/gift-aid"), scope="gift", first_name="Łucja Maria", last_name="Żółć-Nowak")
    assert asked.status == 422
    assert "It will stand there as “Lucja Zólc Nowak, 7”" in asked.words
    assert not books.scalars(select(GiftAidDeclaration)).all()
    own = asked.form("form[action$='gift-aid']").submit(follow=False)
    assert own.status == 303
    kept = books.scalars(select(GiftAidDeclaration)).one().details
    assert (kept["first_name"], kept["last_name"]) == ("Łucja Maria", "Żółć-Nowak")


def test_somebody_abroad_gives_a_whole_address_and_no_postcode(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10")
    asked = client.get(f"{donor.gift_url}/gift-aid")
    own = filled(asked, scope="gift", postcode="", overseas="y", house="1 rue de la Paix, Paris, France").follow()
    assert "outside the United Kingdom" in own.words
    assert books.scalars(select(GiftAidDeclaration)).one().details["postcode"] == "X"


def test_the_same_form_twice_is_one_declaration(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10")
    asked = client.get(f"{donor.gift_url}/gift-aid")
    first, second = filled(asked, scope="future"), filled(asked, scope="future", last_name="Other")
    assert first.headers["Location"] == second.headers["Location"]
    assert len(books.scalars(select(GiftAidDeclaration)).all()) == 1


def test_an_unpaid_gift_and_one_given_back_whole_cannot_be_declared_for(donor: Donor, client: Client, books: Session) -> None:
    donor.choose("10")
    assert "has not been paid" in client.get(f"{donor.gift_url}/gift-aid").words
    before = all_there_is(books)
    with pytest.raises(Refused, match="has not been paid"), transaction(books):
        gift_aid.declare(books, donation_id=donor.gift.id, scope=Scope.GIFT, details=MARY)
    assert all_there_is(books) == before
    donor.pay()
    donor.come_back()
    build.give_back(donor, 1000)
    assert "Nothing of this gift is left" in client.get(f"{donor.gift_url}/gift-aid").words
    before = all_there_is(books)
    with pytest.raises(Refused, match="Nothing of this gift is left"), transaction(books):
        gift_aid.declare(books, donation_id=donor.gift.id, scope=Scope.GIFT, details=MARY)
    assert all_there_is(books) == before


def test_a_refund_lessens_what_is_claimed_and_a_whole_one_ends_it(donor: Donor, books: Session) -> None:
    donor.give("10")
    build.declare(books, donor.gift)
    build.give_back(donor, 333)
    cover = covers(books, donor.gift)
    assert (cover.why, cover.left_pence, cover.aid_pence) == (Why.COVERED, 667, 166)
    build.give_back(donor, 667)
    cover = covers(books, donor.gift)
    assert (cover.why, cover.left_pence, cover.aid_pence) == (Why.NOTHING_LEFT, 0, 0)


def test_a_companys_gift_and_one_that_nobody_said_is_one_persons_are_never_covered(books: Session) -> None:
    for is_individual, why in ((True, Why.COVERED), (False, Why.NOT_INDIVIDUAL)):
        gift = build.elsewhere(books, is_individual=is_individual)
        if is_individual:
            build.declare(books, gift)
        else:
            before = all_there_is(books)
            with pytest.raises(Refused, match="one person made of their own money"), transaction(books):
                gift_aid.declare(books, donation_id=gift.id, scope=Scope.GIFT, details=MARY)
            assert all_there_is(books) == before
        assert covers(books, gift).why is why


def test_a_gift_seconds_before_midnight_is_covered_by_a_declaration_seconds_after(books: Session) -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    gift = build.paid(books, at=midnight - timedelta(seconds=5))
    between = build.paid(books, at=midnight - timedelta(seconds=2))
    with clock.at(midnight + timedelta(seconds=5)):
        made = build.declare(books, gift, scope=Scope.FUTURE)
        later = build.paid(books, at=midnight + timedelta(seconds=3))
        for one in (between, later):
            build.link(books, one, made.donor_id)
    assert (made.from_on, made.made_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert covers(books, gift).is_covered
    assert covers(books, later).is_covered
    # It names the one gift, and the days from its own on: not yesterday's others.
    assert covers(books, between).why is Why.OUTSIDE


def test_a_day_is_a_london_day(books: Session) -> None:
    """In June, 23:30 UTC is half past midnight in London."""
    with clock.at(datetime(2026, 6, 10, 23, 30, tzinfo=UTC)):
        made = build.declare(books, build.paid(books), scope=Scope.FUTURE)
    assert made.from_on == date(2026, 6, 11)


@pytest.mark.parametrize(
    ("given", "is_covered"),
    [(date(2022, 11, 19), False), (date(2022, 11, 20), True), (date(2026, 11, 20), True), (date(2031, 1, 1), True)],
)
def test_the_past_four_years_begin_on_their_day(books: Session, given: date, *, is_covered: bool) -> None:
    with clock.at(NOON):
        made = build.declare(books, build.paid(books), scope=Scope.PAST_AND_FUTURE)
        other = build.paid(books, at=clock.start_of(given) + timedelta(hours=9))
        build.link(books, other, made.donor_id)
    assert covers(books, other).is_covered is is_covered


def test_four_years_before_the_29th_of_february_begin_on_it_or_the_day_after() -> None:
    from fundapp.giving.gift_aid.covering import four_years_before

    assert four_years_before(date(2028, 2, 29)) == date(2024, 2, 29)
    assert four_years_before(date(2104, 2, 29)) == date(2100, 3, 1)


def test_cancelling_keeps_what_was_given_before_and_covers_nothing_after(donor: Donor, client: Client, books: Session) -> None:
    with clock.at(NOON):
        first = build.paid(books)
        made = build.declare(books, first, scope=Scope.FUTURE)
        same_day = [build.paid(books, at=NOON + timedelta(hours=hours)) for hours in (1, 3)]
        for one in same_day:
            build.link(books, one, made.donor_id)
        own = client.get(build.page_of(made.donor_id))
        with clock.at(NOON + timedelta(hours=2)):
            gone = own.form("form[action$='cancel']").submit(follow=False).follow()
        assert "Cancelled on 20 November 2026" in gone.words
        after = build.paid(books, at=NOON + timedelta(days=3))
        build.link(books, after, made.donor_id)
    assert [covers(books, one).why for one in (first, *same_day, after)] == [Why.COVERED, Why.COVERED, Why.CANCELLED, Why.CANCELLED]
    before = all_there_is(books)
    with transaction(books):
        gift_aid.cancel(books, donor_id=made.donor_id)
    assert all_there_is(books) == before


def test_a_declaration_for_one_gift_leaves_nothing_to_cancel(books: Session, client: Client) -> None:
    made = build.declare(books, build.paid(books), scope=Scope.GIFT)
    assert "there is nothing left to cancel" in client.get(build.page_of(made.donor_id)).words
    before = all_there_is(books)
    with pytest.raises(Refused, match="nothing left to cancel"), transaction(books):
        gift_aid.cancel(books, donor_id=made.donor_id)
    assert all_there_is(books) == before


@pytest.mark.parametrize(("how", "days", "is_undone"), [(How.ORAL, 30, True), (How.ORAL, 31, False), (How.PAPER, 1, False)])
def test_only_one_by_phone_is_undone_from_the_start_and_only_for_thirty_days(
    books: Session, how: How, days: int, *, is_undone: bool
) -> None:
    with clock.at(NOON):
        gift = build.paid(books)
        spoken = Spoken(how, date(2026, 11, 20), date(2026, 11, 20) if how is How.ORAL else None)
        with transaction(books):
            made = gift_aid.enter(books, actor=build.officer(books), donation_id=gift.id, scope=Scope.FUTURE, details=MARY, spoken=spoken)
        assert covers(books, gift).is_covered
    with clock.at(NOON + timedelta(days=days)), transaction(books):
        gift_aid.cancel(books, donor_id=made.donor_id)
    assert covers(books, gift).why is (Why.CANCELLED if is_undone else Why.COVERED)


def test_one_by_phone_counts_only_with_a_written_record_and_is_entered_by_finance_alone(books: Session) -> None:
    gift, today = build.paid(books), clock.today()
    before = all_there_is(books)
    for spoken in (Spoken(How.ORAL, today), Spoken(How.PAPER, today, today), Spoken(How.ORAL, today, today - timedelta(days=1))):
        with pytest.raises(Refused), transaction(books):
            gift_aid.enter(books, actor=build.officer(books), donation_id=gift.id, scope=Scope.GIFT, details=MARY, spoken=spoken)
    with pytest.raises(NotAllowed), transaction(books):
        gift_aid.enter(books, actor=build.ADMIN, donation_id=gift.id, scope=Scope.GIFT, details=MARY, spoken=Spoken(How.PAPER, today))
    assert all_there_is(books)[:3] == before[:3]


def test_another_name_takes_the_place_from_its_day_on_and_edits_nothing(books: Session, client: Client) -> None:
    with clock.at(NOON - timedelta(days=10)):
        old = build.paid(books)
        first = build.declare(books, old, scope=Scope.FUTURE)
        said = first.shown, first.details_hash, first.from_on
    with clock.at(NOON):
        asked = client.get(f"{build.page_of(first.donor_id)}/change")
        sent = {**build.TYPED, "scope": "future", "last_name": "Baker"}
        own = asked.form().fill(**sent).submit(follow=False).follow()
        assert own.words.count("I want to Gift Aid") == 2
        new = build.paid(books)
        build.link(books, new, first.donor_id)
        again = asked.form().fill(**sent).submit(follow=False)
        assert again.status == 303
    second = books.scalars(select(GiftAidDeclaration).where(GiftAidDeclaration.number == 2)).one()
    assert [covers(books, one).declaration_id for one in (old, new)] == [first.id, second.id]
    books.expire_all()
    assert (first.shown, first.details_hash, first.from_on) == said
    assert first.details["last_name"] == "Palmer"


def test_two_declarations_for_single_gifts_on_one_day_cover_both(books: Session) -> None:
    with clock.at(NOON):
        one, two = build.paid(books), build.paid(books)
        made = build.declare(books, one, scope=Scope.GIFT)
        build.link(books, two, made.donor_id)
        assert covers(books, two).why is Why.OUTSIDE
        build.declare(books, two, scope=Scope.GIFT)
    assert covers(books, one).is_covered
    assert covers(books, two).is_covered


def test_a_gift_is_added_by_the_declarations_number_however_it_is_typed(donor: Donor, client: Client, books: Session) -> None:
    made = build.declare(books, build.paid(books), scope=Scope.FUTURE)
    number = gift_aid.number_of(KEYS, made.donor_id)
    donor.give("10")
    asked = client.get(f"{donor.gift_url}/gift-aid")
    page = asked.form("form[action*='number']").fill(number=number.lower().replace("-", " ").replace("0", "o")).submit(follow=False)
    assert page.status == 303
    assert covers(books, donor.gift).is_covered
    assert "Gift Aid is declared." in page.follow().words


def test_a_wrong_number_and_one_for_another_gift_add_nothing(donor: Donor, client: Client, books: Session) -> None:
    alone = build.declare(books, build.paid(books), scope=Scope.GIFT)
    donor.give("10")
    before = all_there_is(books)
    number = gift_aid.number_of(KEYS, alone.donor_id)
    wrong = f"{alone.donor_id}-{'0' * 12}"
    for typed, sentence in ((number, "does not cover this gift"), (wrong, "no declaration of that number"), ("9" * 40, "no declaration")):
        form = client.get(f"{donor.gift_url}/gift-aid").form("form[action*='number']").fill(number=typed)
        answer = form.submit(follow=False)
        assert answer.status == 409
        assert sentence in answer.words
    assert all_there_is(books) == before


def test_the_page_of_a_declaration_opens_by_its_own_link_alone(books: Session, client: Client) -> None:
    made, other = (build.declare(books, build.paid(books), scope=Scope.FUTURE) for _ in range(2))
    mine, theirs = build.page_of(made.donor_id), build.page_of(other.donor_id)
    assert client.get(mine).status == 200
    swapped = mine.replace(f"/{made.donor_id}/", f"/{other.donor_id}/")
    before = all_there_is(books)
    assert client.get(swapped).status == 404
    assert client.post(f"{swapped}/cancel", {}, token=False).status == 404
    key = client.get(theirs).one("form[action$='cancel'] input[name=form_key]")["value"]
    assert client.post(f"{mine}/cancel", {"form_key": key}, token=False).status == 422
    assert all_there_is(books) == before


EDITS = (
    "UPDATE gift_aid_declaration SET made_on = made_on - 1",
    "UPDATE gift_aid_declaration SET shown = 'x'",
    "UPDATE gift_aid_declaration SET scope = 'past_and_future'",
    "DELETE FROM gift_aid_declaration",
    "UPDATE gift_aid_gift SET donor_id = donor_id",
    "DELETE FROM gift_aid_gift",
    "DELETE FROM gift_aid_cancellation",
    "UPDATE gift_aid_cancellation SET cancelled_on = cancelled_on - 1",
    "DELETE FROM gift_aid_donor",
)


def test_the_application_may_not_edit_what_was_declared(books: Session) -> None:
    made = build.declare(books, build.paid(books), scope=Scope.FUTURE)
    with transaction(books):
        gift_aid.cancel(books, donor_id=made.donor_id)
    for statement in EDITS:
        with pytest.raises(DBAPIError, match="permission denied"), books.begin_nested():
            books.execute(text(statement))


def test_not_even_the_owner_edits_what_was_declared(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        with transaction(session):
            ledger.open_books(session)
            people.fund_holder(session)
        made = build.declare(session, build.paid(session), scope=Scope.FUTURE)
        with transaction(session):
            gift_aid.cancel(session, donor_id=made.donor_id)
    engine = create_engine(driver_url(own_database.owner_url), poolclass=NullPool)
    with engine.connect() as owner:
        for statement in EDITS:
            with pytest.raises(DBAPIError, match="never changed"), owner.begin_nested():
                owner.execute(text(statement))
    engine.dispose()


def test_other_details_under_the_old_words_are_noticed(books: Session) -> None:
    made = build.declare(books, build.paid(books))
    assert reading.is_as_declared(made)
    made.details = {**made.details, "last_name": "Somebody"}
    books.flush()
    books.refresh(made)
    assert not reading.is_as_declared(made)


def test_the_same_number_of_statements_covers_one_gift_or_fifty(books: Session, counted: Counted) -> None:
    gifts = [build.paid(books) for _ in range(12)]
    made = build.declare(books, gifts[0], scope=Scope.FUTURE)
    for one in gifts[1:]:
        build.link(books, one, made.donor_id)
    with counted() as few:
        reading.covers_of(books, gifts[:1])
    with counted() as many:
        found = reading.covers_of(books, gifts)
    assert len(many) == len(few) <= 4
    assert all(one.is_covered for one in found.values())


def test_a_declaration_on_one_month_covers_the_months_of_the_same_pledge_and_no_other(books: Session) -> None:
    mine, theirs = build.pledge(books), build.pledge(books)
    with clock.at(NOON):
        declared_on = build.month_of(books, mine, at=NOON)
        made = build.declare(books, declared_on, scope=Scope.FUTURE)
        later, other = (build.month_of(books, one, at=NOON + timedelta(days=30)) for one in (mine, theirs))
        earlier = build.month_of(books, mine, at=NOON - timedelta(days=30))
    assert [covers(books, one).why for one in (declared_on, later, other, earlier)] == [
        Why.COVERED,
        Why.COVERED,
        Why.NO_DECLARATION,
        Why.OUTSIDE,
    ]
    assert set(books.scalars(reading.gifts_of(made.donor_id))) == {declared_on, later, earlier}


def test_who_declared_is_forgotten_years_after_the_last_gift_and_never_while_gifts_come(books: Session) -> None:
    (rule,) = (one for one in FORGETTING if one.name == "gift-aid")
    long_ago = NOON.replace(year=2018)
    with clock.at(long_ago):
        alone = build.declare(books, build.paid(books), scope=Scope.FUTURE)
        monthly = build.pledge(books)
        going_on = build.declare(books, build.month_of(books, monthly, at=long_ago), scope=Scope.FUTURE)
    build.month_of(books, monthly, at=NOON)
    due = books.scalars(select(GiftAidDeclaration).where(rule.due(NOON - timedelta(days=2557)))).all()
    assert due == [alone]
    with transaction(books):
        rule.forget(books, alone)
    books.refresh(alone)
    assert alone.details == {}
    assert reading.is_as_declared(alone)
    assert covers(books, books.get_one(Donation, alone.donation_id)).is_covered
    assert going_on.details
