"""Who may do what to which thing: every address, asked by everybody, held against one table.

An address that is new in the URL map fails here until the table says who may. Whoever may not is answered 403 or 404 (or led to the
sign-in), and nothing is written; whoever may is let in, and an act with answers that pass is done. Each try is rolled back.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from fundapp import create_app
from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.grants import covering, deciding
from fundapp.grants.delivery import photos
from fundapp.grants.delivery.models import RequestPhoto
from fundapp.grants.demand import noting
from fundapp.grants.demand.noting import Unmet
from fundapp.grants.matching import keys as matching_keys
from fundapp.grants.matching.models import PersonMark
from fundapp.grants.models import CatalogueItem, Evidence, GrantRequest
from fundapp.grants.slips import service as slips
from fundapp.ledger.models import Entry
from fundapp.openbooks import readers
from fundapp.openbooks.models import ReaderPart
from fundapp.people import covering as cover
from fundapp.people import reviewing, sessions
from fundapp.people import service as people_service
from fundapp.people.models import Invitation
from fundapp.web.guards import PUBLIC, guard_of
from tests.builders import grants as build
from tests.builders import groups, people, points, together
from tests.support.outside import BASE_URL
from tests.support.postgres import OwnDatabase
from tests.support.web import Client, settings_for

AMBER, OFFICE = ("Amber", people.HOLDER), ("Fund office", people.HOLDER)
# Everybody who tries. The owner asked for everything here; the insiders decide and pay, but sit in the team that asked.
SEATS: dict[str, tuple[Role, tuple[str, str]]] = {
    "owner": (Role.KEY_WORKER, AMBER),
    "teammate": (Role.KEY_WORKER, AMBER),
    "neighbour": (Role.KEY_WORKER, ("Housing", people.HOLDER)),
    "outsider": (Role.KEY_WORKER, ("Outreach", people.PARTNER)),
    "inside_approver": (Role.APPROVER, AMBER),
    "inside_finance": (Role.FINANCE, AMBER),
    "approver": (Role.APPROVER, OFFICE),
    "approver_two": (Role.APPROVER, OFFICE),
    "finance": (Role.FINANCE, OFFICE),
    "finance_two": (Role.FINANCE, OFFICE),
    "panel": (Role.PANEL, ("Outreach", people.PARTNER)),
    **dict.fromkeys(("panel_two", "panel_three"), (Role.PANEL, ("Fund office", people.HOLDER))),
    "auditor": (Role.AUDITOR, OFFICE),
    "admin": (Role.ADMIN, OFFICE),
}
# One seat of each role is enough where nothing belongs to anybody.
ONE_OF_EACH = ("owner", "approver", "panel", "finance", "auditor", "admin")
NOBODY = "nobody"
PHOTO = "a photo"

ANYBODY = frozenset(SEATS)
OWNER = frozenset({"owner"})
TEAM = frozenset({"owner", "teammate"})
WORKERS = TEAM | {"neighbour", "outsider"}
DECIDERS = frozenset({"approver", "approver_two"})
APPROVERS = DECIDERS | {"inside_approver"}
PAYERS = frozenset({"finance", "finance_two"})
FINANCE = PAYERS | {"inside_finance"}
AUDITOR = frozenset({"auditor"})
PANEL = frozenset({"panel", "panel_two", "panel_three"})
ADMIN = frozenset({"admin"})
BOOKS = FINANCE | AUDITOR
SIGNS = BOOKS | ADMIN

WORDS = {"words": "Because it is so."}
MONTH = {"paid_on-month": "{month}", "paid_on-year": "{year}"}


@dataclass(frozen=True, slots=True)
class May:
    """Who may, of everybody who tries."""

    who: frozenset[str]
    # The state of the request that is tried, and with it that everybody tries, not one of each role.
    on: str = ""
    # Answers that pass: whoever may, has done it, and is led on.
    done_with: Mapping[str, str] | None = None
    # Whether what is asked for is there. Where it is not, whoever may is told so.
    there: bool = True
    # Everybody tries, since it belongs to somebody.
    owned: bool = False
    # What else stands in the address.
    values: Mapping[str, object] = field(default_factory=dict)


def act(who: frozenset[str], on: str, **answers: str) -> May:
    """A step of a request, with answers that pass."""
    return May(who, on, done_with=answers)


def reads(**who_on: frozenset[str]) -> tuple[May, ...]:
    """Who may read a request in each state."""
    return tuple(May(who, on) for on, who in who_on.items())


# What is open to all. What lies behind an unguessable link is looked into by the tests of its room.
_PUBLIC = (
    "complaining.complain complaining.follow complaining.form"
    " design.again design.show gifts.came_back gifts.gift gifts.gift_receipt gifts.proof giving.give giving.give_at_point"
    " gift_aid.add gift_aid.ask gift_aid.cancel gift_aid.change gift_aid.declare gift_aid.follow gift_aid.show gift_aid.year"
    " gift_aid.year_pdf letters.ask letters.ask_now letters.find_again letters.forget letters.forgotten letters.looked letters.lost"
    " letters.news letters.show letters.year letters.year_pdf"
    " monthly.ask_link monthly.ask_link_now monthly.came_back monthly.card monthly.change monthly.manage monthly.pause monthly.resume"
    " monthly.send_link monthly.sent monthly.stop"
    " refund_asking.ask refund_asking.ask_now refund_asking.leave"
    " giving.give_at_point_now giving.give_now health.alive health.ready mailbox.file mailbox.letter mailbox.letters manifest.show"
    " phone.service_worker phone.without_signal"
    " open_ledger.checkpoint open_ledger.open_ledger open_ledger.script open_ledger.tile open_ledger.vkey openbooks.accessibility"
    " openbooks.complaints openbooks.home openbooks.open_books openbooks.privacy openbooks.proof sign_in.accept_invitation"
    " security.contact security.policy"
    " sign_in.invitation sign_in.sign_in sign_in.sign_in_try webhooks.stripe sign_in.sign_in_by_passkey"
    " forgotten.ask forgotten.new_password forgotten.send forgotten.sent forgotten.set_password"
    " posters.check posters.posters posters.report posters.report_any posters.reported posters.send posters.send_any"
    " hosting.agreement hosting.ask hosting.certificate hosting.offer hosting.offered hosting.page hosting.piece hosting.send_offer"
    " hosting.send_wish"
    " person.allow_story person.answer person.door person.end person.end_comparing person.enter person.page person.pause person.stop_story"
    " person_complaints.form person_complaints.send"
    " support.listed support_links.confirm support_links.confirmed support_links.end support_links.still"
)
_FOR_ANYBODY = "account.show account.sign_out account.change_password home.help_page home.put_away home.show search.find search.search"
# Proving that it is oneself. What of it is whose, and what a half-proven session may, is held by integration/people/test_half_signed_in.py.
_FOR_PROVING = (
    "factors.add_app factors.add_passkey factors.ask_for_codes factors.make_codes factors.new_app factors.new_passkey factors.set_up"
    " proving.ask proving.ask_to_act proving.prove proving.prove_by_passkey"
    " second_step.ask second_step.leave second_step.prove second_step.prove_by_passkey"
)
_FOR_BOOKS = (
    "point_takings.of_point point_takings.takings"
    " accounts_desk.account accounts_desk.accounts accounts_desk.trial_balance audit_desk.events audit_desk.take elsewhere.every"
    " exports.exports"
    " finance.contributions finance.desk finance.needs_a_look ledger_desk.entries ledger_desk.entry ledger_desk.pound_path payouts.desk"
    " refunds.queue"
    " periods_desk.month periods_desk.months stripe_balance.show stripe_inbox.bells"
)
_FOR_FINANCE = "accounts_desk.rename elsewhere.enter finance.new_contribution periods_desk.close refunds.begin"
_FOR_ADMIN = (
    "guessing.noticed catalogue.add_item catalogue.change_item catalogue.item catalogue.item_history catalogue.items"
    " catalogue.new_item catalogue.offer_again catalogue.stop_offering examples.add examples.examples giving_admin.change"
    " giving_admin.presets"
    " organisations.add_organisation organisations.add_team organisations.describe_fund_holder organisations.fund_holder"
    " organisations.new_team organisations.organisations people_admin.change_roles people_admin.confirm_disable people_admin.disable"
    " people_admin.enable people_admin.hand_over people_admin.hand_over_now people_admin.home people_admin.invite"
    " people_admin.move people_admin.new_person people_admin.other_team people_admin.people people_admin.person"
    " people_admin.send_again people_admin.sign_out_everywhere people_admin.withdraw_invitation points.change_host points.close_point"
    " points.confirm_close points.confirm_replace points.host points.new_point points.open_point points.renew_poster"
    " points.replace_point readers.add"
    " readers.change readers.reader readers.readers readers.stop readers.write_again"
)
_FOR_DATA = "data_complaints.all_of_them data_protection.held data_protection.home data_protection.rules data_rights.asked"
_FOR_DATA_ABOUT = (
    "data_complaints.about data_complaints.show data_complaints.tell data_protection.adopt data_protection.document data_protection.rule"
    " data_rights.answer data_rights.erase data_rights.put_right data_rights.show data_rights.take"
)
_FOR_SIGNS = (
    "points.all_pieces points.code_png points.code_svg points.piece points.point points.points points.print_all"
    " poster_reports.report poster_reports.reports"
)


def _all(names: str, *row: May) -> dict[str, tuple[May, ...]]:
    return dict.fromkeys(names.split(), row)


TABLE: dict[str, tuple[May, ...]] = {
    **_all(_PUBLIC),
    **_all(_FOR_ANYBODY, May(ANYBODY)),
    **_all(_FOR_PROVING, May(ANYBODY)),
    **_all("factor_reset.confirm factor_reset.reset", May(ADMIN)),
    **_all(_FOR_BOOKS, May(BOOKS)),
    **_all(_FOR_FINANCE, May(FINANCE)),
    "gift_aid_desk.declarations": (May(BOOKS),),
    **_all("gift_aid_desk.new gift_aid_desk.enter", May(FINANCE)),
    "gift_aid_desk.cancel": (May(FINANCE, there=False),),
    **_all("gift_aid_desk.declaration gift_aid_desk.open_to_read", May(BOOKS, there=False)),
    **_all(_FOR_ADMIN, May(ADMIN)),
    **_all(_FOR_SIGNS, May(SIGNS)),
    **_all(_FOR_DATA, May(ADMIN)),
    **_all(_FOR_DATA_ABOUT, May(ADMIN, there=False)),
    "contributions.show": (May(BOOKS, there=False),),
    **_all("contributions.call_wrong contributions.keep contributions.take_back", May(FINANCE, there=False)),
    "elsewhere.show": (May(BOOKS, there=False),),
    **_all(
        "elsewhere.call_wrong elsewhere.check elsewhere.keep elsewhere.letter elsewhere.send_back elsewhere.take_back",
        May(FINANCE, there=False),
    ),
    "refunds.show": (May(BOOKS, there=False),),
    **_all("refunds.agree refunds.decline refunds.enter refunds.send_back", May(FINANCE, there=False)),
    "readings.of_person": (May(ADMIN | AUDITOR),),
    # Things that are not there in this town, so that whoever may is told so.
    **_all(
        "finance.close_alarm finance.close_shortfall finance.run_again periods_desk.seal stripe_inbox.act_again", May(FINANCE, there=False)
    ),
    **_all("examples.bring_back examples.change examples.edit examples.retire readers.bring_back", May(ADMIN, there=False)),
    **_all("points.note_look poster_reports.end", May(ADMIN | FINANCE)),
    **_all(
        "hosts.agreement hosts.decline_offer hosts.host hosts.new_place hosts.offer hosts.offers hosts.open_offer hosts.open_place"
        " hosts.renew_link hosts.send_link hosts.wishes",
        May(ADMIN),
    ),
    "hosts.answer_wish": (May(ADMIN, there=False),),
    **_all("points.confirm_reopen points.reopen_point", May(ADMIN, there=False)),
    **_all("guessing.look_into", May(ADMIN, there=False)),
    **_all("rules.index", May(APPROVERS | ADMIN)),
    **_all("rules.show", May(APPROVERS | ADMIN, values={"name": "giving"})),
    **_all("rules.propose", May(ADMIN, values={"name": "giving"})),
    **_all("rules.agree", May(APPROVERS, there=False, values={"name": "giving", "version": 999})),
    **_all("rules.decline", May(APPROVERS | ADMIN, values={"name": "giving", "version": 999})),
    "policy.index": (May(APPROVERS | SIGNS),),
    "policy.show": (May(APPROVERS | SIGNS, there=False, values={"number": 999}),),
    **_all("policy.new policy.propose", May(ADMIN)),
    "policy.sign": (May(APPROVERS, there=False, values={"number": 999}),),
    "policy.decline": (May(APPROVERS | ADMIN, values={"number": 999}),),
    "policy.list_looks": (May(APPROVERS | AUDITOR),),
    **_all("policy.look policy.looked", May(APPROVERS, there=False, values={"request_id": 999})),
    **_all(
        "cover.show cover.put_on_call cover.absent cover.set_absent cover.office cover.change_hours cover.close_on",
        May(ADMIN),
    ),
    "cover.end_absence": (May(ADMIN),),
    **_all("cover.take_off_call cover.open_on", May(ADMIN, there=False)),
    **_all("reviews.home reviews.show reviews.account", May(BOOKS | ADMIN)),
    **_all("reviews.begin reviews.finish", May(ADMIN)),
    # The account that is asked for is a key worker's: an administrator decides, and a finance officer on administrators alone.
    "reviews.decide": (May(ADMIN, owned=True, done_with={"decision": "keep", "reason": "Still here."}),),
    **_all("away.mine away.set_mine", May(ANYBODY)),
    "away.end_mine": (May(OWNER | ADMIN, owned=True),),
    **_all("procedures_desk.publish procedures_desk.write", May(ADMIN)),
    "procedures_desk.show": (May(ADMIN | AUDITOR),),
    "procedures.current": (May(ANYBODY),),
    **_all("procedures.version procedures.accept", May(ANYBODY, there=False)),
    "ledger_desk.proof": (May(BOOKS, there=False),),
    "search.found": (May(ANYBODY, there=False),),
    # One's own.
    "account.end_session": (May(OWNER, owned=True),),
    **_all("factors.change factors.remove factors.rename", May(OWNER, owned=True)),
    # Community groups, and help that could not be given: the team's own.
    **_all("groups.mine groups.new groups.add unmet.notes unmet.note", May(WORKERS)),
    **_all(
        "groups.show groups.change groups.save groups.ask groups.send groups.new_offer groups.list_offer groups.offer groups.change_offer",
        May(TEAM, owned=True),
    ),
    **_all("groups.confirm groups.end unmet.take_back", May(TEAM, owned=True, done_with={})),
    **_all("support_admin.every support_admin.hide support_admin.show", May(ADMIN)),
    **_all("demand.report demand.table", May(ANYBODY)),
    # Asking.
    "asking.new": (May(WORKERS),),
    "asking.start": (May(WORKERS),),
    # Without a number of its own a draft is refused; integration/grants/phone holds whose it may be.
    **_all("phone_drafts.ready phone_drafts.send", May(WORKERS)),
    "asking.new_person": (May(WORKERS),),
    "asking.issue_person": (May(WORKERS),),
    "asking.show_person": (May(TEAM, owned=True),),
    **_all("slips.show slips.issue", May(TEAM, owned=True)),
    "slips.paper": (May(TEAM, owned=True),),
    # Nobody of another team has their slip made void, is asked anything, or is compared or no longer compared.
    "slips.void": (May(TEAM, owned=True, done_with={"why": "lost"}),),
    "slips.ask_them": (May(TEAM, "waiting", done_with={"words": "Do you still need it?"}),),
    "slips.resume": (May(TEAM, "waiting"),),
    "comparing.ask": (May(TEAM, "draft"),),
    "comparing.send": (
        act(TEAM, "draft", agrees="y", how="phone", initials="Q Z", **{"born_on-day": "1", "born_on-month": "2", "born_on-year": "1980"}),
    ),
    "comparing.forget": (May(TEAM, owned=True, done_with={}),),
    "comparisons.made": (May(AUDITOR),),
    "asking.ask": (May(TEAM, "draft", values={"step": "goal"}), May(TEAM, "draft", values={"step": "check"})),
    "asking.answer": (May(TEAM, "draft", done_with={"goal": "I want to ring my daughter."}, values={"step": "goal"}),),
    "asking.send": (act(TEAM, "draft"),),
    "asking_more.new_thing": (May(TEAM, "draft"),),
    "asking_more.add_thing": (May(TEAM, "draft", done_with={"item": "{item}", "position": "2"}),),
    "asking_more.leave_out": (May(TEAM, "draft"),),
    "asking_more.again": (May(TEAM, "waiting"),),
    "asking_more.ask_again": (May(TEAM, "waiting", done_with={"form_key": "0f0e0d0c-0b0a-4909-8807-060504030201"}),),
    "requests.home": (May(WORKERS),),
    **_all("request_lists.show request_lists.choose request_lists.take", May(WORKERS | APPROVERS | AUDITOR | {"panel"})),
    **_all("lending.show lending.lend lending.take_back", May(WORKERS)),
    "requests.show": reads(draft=TEAM, waiting=TEAM, agreed=TEAM, entered=TEAM, in_hands=TEAM, declined=TEAM),
    "requests.answer": (act(TEAM, "question", **WORDS),),
    "requests.withdraw": (act(TEAM, "waiting", **WORDS), act(TEAM, "agreed", **WORDS), act(TEAM, "draft")),
    "requests.confirm": (act(TEAM, "paid", bill=PHOTO),),
    "requests.cover": (act(TEAM, "paid", bill=PHOTO),),
    # A photo that is not covered yet is seen by whoever sent it, and nobody else.
    "covering.show": (May(OWNER, "paid"),),
    "covering.photo": (May(OWNER, "paid"),),
    "covering.send": (act(OWNER, "paid", cell="3"),),
    "requests.tell_outcome": (act(TEAM, "in_hands", result="connected"),),
    # Where it is brought to: its own team, and whoever may pay it; nobody who decides, nobody who audits.
    **_all("delivering.show delivering.drop", May(TEAM, "draft")),
    "delivering.say": (act(TEAM, "draft", **WORDS), act(TEAM, "agreed", **WORDS)),
    "delivery_desk.read": (May(frozenset(), "waiting"), May(PAYERS, "agreed"), May(PAYERS, "part_paid")),
    "picturing.of_request": (May(TEAM, "draft"),),
    "picturing.add": (act(TEAM, "draft", photo=PHOTO),),
    "picturing.take_away": (act(TEAM, "draft"),),
    # Those who decide see it once it was sent: integration/grants/delivery.
    "pictures.picture": (May(TEAM, "draft"),),
    # An auditor opens the request first, and says why.
    "bills.show": (May(TEAM | APPROVERS | FINANCE, "in_hands"),),
    "decisions.open_to_read": (act(AUDITOR, "waiting", **WORDS),),
    # Deciding. Who sits in the team that asked may read it, and decides nothing.
    "decisions.queue": (May(APPROVERS | FINANCE | AUDITOR | PANEL),),
    "decisions.show": reads(
        draft=AUDITOR,
        waiting=APPROVERS | AUDITOR | PANEL,
        question=APPROVERS | AUDITOR | PANEL,
        signed=APPROVERS | FINANCE | AUDITOR | PANEL,
        panel=APPROVERS | FINANCE | AUDITOR | PANEL,
        agreed=APPROVERS | FINANCE | AUDITOR,
        declined=APPROVERS | AUDITOR,
    ),
    "together.emergencies": (May(APPROVERS | FINANCE | AUDITOR),),
    # The second word: never that of whoever had the first ("approver_two"), and only of a seat that is still needed.
    "together.countersign": (act(PAYERS, "signed"),),
    "together.agree_urgently": (act({"approver"} | PAYERS, "signed", **WORDS),),
    "together.disagree": (act(DECIDERS | PAYERS, "signed", **WORDS), act(DECIDERS, "panel", **WORDS)),
    "together.reopen": (act(DECIDERS | PAYERS, "agreed", **WORDS),),
    "together.lift_cap": (act(DECIDERS, "dear", **WORDS),),
    "together.put_to_panel": (act(DECIDERS, "dear", fund="public-giving"),),
    "together.vote": (act(PANEL, "panel", vote="agrees"),),
    "decisions.agree": (act(DECIDERS, "waiting", fund="public-giving"),),
    "decisions.agree_part": (act(DECIDERS, "waiting", fund="public-giving", amount="10", **WORDS),),
    "decisions.ask_question": (act(DECIDERS, "waiting", **WORDS),),
    "decisions.decline": (act(DECIDERS, "waiting", **WORDS), act(DECIDERS, "question", **WORDS)),
    "decisions.release_award": (act(DECIDERS, "agreed", **WORDS),),
    # Whoever knows the person says so, whichever team they are of.
    "decisions.step_aside": (act(APPROVERS | PANEL, "waiting"),),
    # Paying: nobody of the team that asked; and a second person releases.
    "payouts.show": reads(
        draft=frozenset(), waiting=frozenset(), declined=frozenset(), agreed=BOOKS, entered=BOOKS, part_paid=BOOKS, in_hands=BOOKS
    ),
    "payouts.enter_payment": (
        act(PAYERS, "agreed", amount="39.99", supplier="a phone shop", reference="FUND 1", **{"paid_on-day": "{day}"}, **MONTH),
    ),
    "payouts.release_payment": (act(frozenset({"finance_two"}), "entered"),),
    "payouts.refuse_payment": (act(frozenset({"finance_two"}), "entered", **WORDS),),
    "payouts.take_back_payment": (act(PAYERS, "paid", payment="{payment}", **WORDS),),
    "payouts.give_back": (act(PAYERS, "agreed", **WORDS),),
    "payouts.give_rest_back": (act(PAYERS, "part_paid", **WORDS),),
    "payouts.step_aside": (act(FINANCE, "agreed"),),
}


class World:
    """A thing of each kind, and everybody with a session of theirs."""

    def __init__(self, connection: Connection, settings: Any) -> None:
        self.connection = connection
        database = Database.on(connection)
        self.app: Flask = create_app(settings, database=database)
        self.adapter = self.app.url_map.bind("localhost")
        self.rules: dict[str, list[Rule]] = {}
        for rule in self.app.url_map.iter_rules():
            self.rules.setdefault(rule.endpoint, []).append(rule)
        with database.session() as session:
            self.seats = {name: _seat(session, role, place) for name, (role, place) in SEATS.items()}
            self.requests = _requests(session, self.seats)
            self.values = _values(session, self.seats, self.requests)
            self.answers = _answers() | {"item": self.values["item_id"]}
            self.clients = {name: Trier(self.app, session, seat) for name, seat in (*self.seats.items(), (NOBODY, None))}
            session.commit()
        self.writes: list[str] = []
        event.listen(connection.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", statement, re.I) and not re.match(r"\s*UPDATE user_session\b", statement, re.I):
            self.writes.append(statement[:80])

    def ask(self, name: str, rule: Rule, method: str, row: May) -> tuple[int, str]:
        """What somebody is answered, and where they are led. Whatever they did is undone."""
        values = {**self.values, **(rule.defaults or {}), **row.values}
        if row.on:
            values["request_id"] = self.requests[row.on].id
        address = self.adapter.build(rule.endpoint, {key: values[key] for key in rule.arguments}, method=method)
        client = self.clients[name]
        sent: dict[str, Any] = {"csrf_token": client.csrf_token}
        for key, answer in (row.done_with or {}).items():
            sent[key] = (io.BytesIO(build.photo()), "bill.jpg") if answer == PHOTO else answer.format(**self.answers)
        if row.on and row.done_with is not None:
            sent["version"] = str(self.requests[row.on].version)
        tried = self.connection.begin_nested()
        self.writes.clear()
        try:
            answered = client.flask.open(address, method=method, base_url=BASE_URL, data=sent if method == "POST" else None)
            return answered.status_code, answered.headers.get("Location", "")
        finally:
            client.afresh()
            tried.rollback()


def _seat(session: Session, role: Role, place: tuple[str, str]) -> build.Seat:
    user = people.user(session, role, at=people.team(session, place[0], of=place[1]))
    return build.Seat(user, user.actor, user.id)


class Trier(Client):
    """A browser that forgets what it was answered."""

    def __init__(self, app: Flask, session: Session, seat: build.Seat | None) -> None:
        super().__init__(app, session)
        self.csrf_token = self._token()
        if seat is not None:
            _, token = sessions.start(session, user=seat.user, device="a test", proven_by="app")
            with self.flask.session_transaction(base_url=BASE_URL) as cookie:
                cookie.update({"_user_id": token, "_fresh": True})
        self._jar = dict(self.flask._cookies or {})

    def afresh(self) -> None:
        """As if nothing had been asked."""
        self._left_behind.clear()
        self.flask._cookies = dict(self._jar)


class _Cast:
    """The seats by the names that the builders of requests know."""

    def __init__(self, seats: dict[str, build.Seat]) -> None:
        self._seats = {**seats, "worker": seats["owner"]}

    def __getattr__(self, name: str) -> build.Seat:
        return self._seats[name]


def _requests(session: Session, seats: dict[str, build.Seat]) -> dict[str, GrantRequest]:
    """One request of the owner's in each state that the table names."""
    build.money(session, 1_000_000)
    who: Any = _Cast(seats)
    owner, approver = seats["owner"], seats["approver_two"]
    found = {
        "draft": build.draft(session, owner),
        "waiting": build.waiting(session, owner),
        "question": build.waiting(session, owner),
        "declined": build.waiting(session, owner),
        "agreed": build.agreed(session, owner, approver),
        "entered": build.entered(session, who),
        "part_paid": build.part_paid(session, who),
        "paid": build.paid(session, who),
        "in_hands": build.in_hands(session, who),
        "dear": build.waiting(session, owner, price_pence=together.PANEL),
        "signed": together.signed(session, owner, approver),
        "panel": together.with_panel(session, owner, approver),
    }
    for state, do in (("question", deciding.ask_question), ("declined", deciding.decline)):
        words = {"words" if state == "question" else "reason": "Which shop?"}
        do(session, actor=approver.actor, request_id=found[state].id, version=found[state].version, **words)
    paid = found["paid"]
    photos.add(session, actor=owner.actor, request_id=found["draft"].id, photo=build.photo())
    covering.take_in(session, actor=owner.actor, request_id=paid.id, version=paid.version, photo=build.photo())
    session.commit()
    return found


def _values(session: Session, seats: dict[str, build.Seat], requests: dict[str, GrantRequest]) -> dict[str, object]:
    """What stands in addresses: a thing of each kind, the owner's where it is somebody's."""
    row, _token = sessions.start(session, user=seats["owner"].user, device="a test")
    token = people_service.invite_by_link(
        session, actor=build.ADMIN, email="new@example.org", roles=[Role.KEY_WORKER], team_id=seats["owner"].user.team_id
    )
    reader = readers.add_reader(session, actor=build.ADMIN, name="T", email="t@example.org", part=ReaderPart.OTHER)
    # Somebody who has a slip, and was compared.
    person_id = requests["waiting"].person_id or 0
    slips.issue(session, actor=seats["owner"].actor, keys=Keys("s" * 40, ("p" * 40,)), person_id=person_id)
    key = matching_keys.in_use(session)[0]
    session.add(PersonMark(person_id=person_id, year=key.year, mark=b"m" * 32, marked_at=clock.now()))
    session.flush()
    return {
        "session_id": row.id,
        "factor_id": people.app(session, seats["owner"].user).id,
        "user_id": seats["teammate"].id,
        "invitation_id": session.scalar(select(Invitation.id).order_by(Invitation.id.desc()).limit(1)),
        "token": token,
        "item_id": session.scalar(select(CatalogueItem.id).limit(1)),
        "person_id": requests["waiting"].person_id,
        "photo_id": session.scalar(select(RequestPhoto.id).limit(1)),
        "evidence_id": session.scalar(select(Evidence.id).where(Evidence.request_id == requests["in_hands"].id)),
        "organisation_id": seats["owner"].user.organisation_id,
        "point_id": points.point(session).id,
        "reader_id": reader.id,
        "report_id": points.report(session).id,
        "host_id": points.point(session, name="the library").host_id,
        "offer_id": points.offer(session).id,
        "wish_id": 0,
        # None of the draft's: nothing is left out then, and whoever may is told the same.
        "thing_id": 0,
        **_groups(session, seats),
        "version": 1,
        "code": "bank",
        # Nothing that is there: requests about data, and complaints about them.
        "request_id": 0,
        "complaint_id": 0,
        "refund_id": 0,
        "gift_id": 0,
        "contribution_id": 0,
        "declaration_id": 0,
        "name": "nothing",
        "number": session.scalar(select(func.min(Entry.number))),
        "year": clock.today().year,
        "month": clock.today().month,
        "job_id": 1,
        "alarm_id": 1,
        "example_id": 1,
        "turn_id": 1,
        "review_id": reviewing.begin(session, actor=seats["admin"].actor).id,
        "guessing_id": 1,
        "day": 1,
        "absence_id": cover.set_absence(
            session,
            actor=seats["owner"].actor,
            user_id=seats["owner"].id,
            deputy_id=seats["teammate"].id,
            starts_on=clock.today(),
            ends_on=clock.today(),
        ).id,
    }


def _groups(session: Session, seats: dict[str, build.Seat]) -> dict[str, object]:
    """A community group of the owner's, what it offers, and a note of help that could not be given."""
    owner: Any = seats["owner"]
    made = groups.group(session, owner)
    groups.paid(session, _Cast(seats), made)  # type: ignore[arg-type]
    unmet = Unmet(why="too-dear", need="deposit")
    note = noting.note_unmet(session, actor=owner.actor, form_key=uuid4(), unmet=unmet)
    return {"group_id": made.id, "support_id": groups.offer(session, owner, made).id, "note_id": note.id}


def _answers() -> dict[str, object]:
    today = clock.today()
    return {"day": today.day, "month": today.month, "year": today.year, "payment": 1}


@pytest.fixture(scope="module")
def world(worker_database: OwnDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything, once; what each try does is rolled back at once, and all of it at the end."""
    with worker_database.engine.connect() as connection:
        outer = connection.begin()
        yield World(connection, settings_for(worker_database, tmp_path_factory.mktemp("world")))
        outer.rollback()


def test_every_address_stands_in_the_table_and_nothing_else_does(world: World) -> None:
    there = {endpoint for endpoint in world.rules if endpoint != "static"}
    missing, gone = sorted(there - set(TABLE)), sorted(set(TABLE) - there)
    assert not missing, "say in TABLE who may: " + ", ".join(missing)
    assert not gone, "no address any more: " + ", ".join(gone)


def test_what_the_table_calls_public_is_what_the_guards_call_public(world: World) -> None:
    assert {one for one, rows in TABLE.items() if not rows} == {one for one in TABLE if guard_of(world.app, one) is PUBLIC}


# Of those who may not, the gate asks one in three at each address, another at the next.
@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.long)])
def test_whoever_may_is_let_in_and_whoever_may_not_changes_nothing(world: World, one_in: int) -> None:
    wrong = []
    for rows, rule in ((rows, rule) for endpoint, rows in TABLE.items() for rule in world.rules.get(endpoint, ())):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            wrong += [fault for row in rows for fault in _faults(world, rule, method, row, one_in)]
    assert not wrong, "\n".join(wrong)


def _faults(world: World, rule: Rule, method: str, row: May, one_in: int) -> Iterator[str]:
    turn = zlib.crc32(f"{method} {rule.endpoint} {row.on}".encode())
    for number, name in enumerate((NOBODY, *(SEATS if row.on or row.owned else ONE_OF_EACH))):
        if name != NOBODY and name not in row.who and (turn + number) % one_in:
            continue
        status, leads_to = world.ask(name, rule, method, row)
        told = f"{method} {rule.endpoint} {row.on or ''} as {name}: {status} {leads_to}"
        if name == NOBODY:
            fine = status == 303 and "/sign-in" in leads_to
        elif name not in row.who:
            fine = status in {403, 404}
        elif row.done_with is not None:
            fine = status == 303 and "/sign-in" not in leads_to and bool(world.writes)
        else:
            fine = status < 500 and (status not in {403, 404} or (status == 404 and not row.there))
        if not fine:
            yield told
        elif name not in row.who and world.writes:
            yield f"{told}, and yet it wrote: {world.writes}"
