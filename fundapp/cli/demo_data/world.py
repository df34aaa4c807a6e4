"""The demonstration's town: the charity, its partners and people, the funds, the catalogue, the collection points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.roles import Role
from fundapp.finance.contributions import receive_contribution
from fundapp.grants import catalogue
from fundapp.grants.catalogue import ItemWords
from fundapp.ledger import service as ledger
from fundapp.people import app_codes, cover, covering, factors, procedures, reviewing
from fundapp.people import service as people
from fundapp.people.models import Team, User
from fundapp.people.procedures_text import TEXT
from fundapp.people.seats import needs_second_factor

PASSWORD = "a small thing unlocks a life"  # noqa: S105 - printed at every start of the demo
GRANT_PENCE = 1_500_000
HOLDER = "Changing Lives"
# Two key workers in two partner organisations and an Amber worker, who is Changing Lives staff on the front line.
TEAMS = (
    (HOLDER, "fund_holder", ("Fund office", "Amber team", "Panel", "Audit")),
    ("Riverside Outreach", "partner", ("Street team",)),
    ("Northgate Housing", "partner", ("Move-on team",)),
)
PEOPLE = (
    ("rosa@riverside.example", "Rosa Whitaker", "Street team", (Role.KEY_WORKER,)),
    ("imran@northgate.example", "Imran Sadiq", "Move-on team", (Role.KEY_WORKER,)),
    ("amber@changing-lives.example", "Beth Ogden", "Amber team", (Role.KEY_WORKER,)),
    ("approver1@changing-lives.example", "Joan Threlfall", "Fund office", (Role.APPROVER,)),
    ("approver2@changing-lives.example", "Kwame Mensah", "Fund office", (Role.APPROVER,)),
    ("approver3@changing-lives.example", "Łucja Żak", "Fund office", (Role.APPROVER,)),
    ("finance1@changing-lives.example", "Priya Nair", "Fund office", (Role.FINANCE,)),
    ("finance2@changing-lives.example", "Tom Askew", "Fund office", (Role.FINANCE,)),
    ("finance3@changing-lives.example", "Marta Silva", "Fund office", (Role.FINANCE,)),
    ("panel1@changing-lives.example", "Dave Holroyd", "Panel", (Role.PANEL,)),
    ("panel2@changing-lives.example", "Sheila Crowe", "Panel", (Role.PANEL,)),
    ("auditor@changing-lives.example", "Owen Pritchard", "Audit", (Role.AUDITOR,)),
    ("admin@changing-lives.example", "Gill Barraclough", "Fund office", (Role.ADMIN,)),
)
# What the charity fills in of the procedures that are offered to it.
FILLED_IN = {
    "data protection lead": "the data protection lead",
    "data protection lead, telephone": "the data protection lead, 01632 960 002,",
    "date": "the first day of the Fund",
    "five": "five",
    "name or post": "named by the board",
    "name or post outside the fund office": "the chair of trustees",
    "trustees' treasurer": "the trustees’ treasurer",
    "where, and which two people can reach them": "in the safe at the office; the administrator and the chair can reach them",
}
CATALOGUE = (
    ("phone", ItemWords("Phone, with a SIM card", 3500, 4500, "A simple smartphone and a SIM with data for a month.")),
    ("id", ItemWords("ID or certificate", 1000, 3400, "A birth certificate, a proof-of-age card, a provisional licence.")),
    ("haircut", ItemWords("Haircut", 1000, 1800, "Before an interview, a viewing, or a family visit.")),
    ("furniture", ItemWords("Furniture pack", 15000, 18000, "Bed, table and two chairs from the furniture reuse charity.")),
    ("other", ItemWords("Something else", 500, 10000, "Boots, travel, a key safe: say what it is.", asks_what=True)),
    ("community", ItemWords("A community group’s costs", 2000, 40000, "A room, tea, pans, tools.", asks_what=True, for_groups=True)),
)


@dataclass(frozen=True)
class World:
    """Who lives in it."""

    begins: datetime
    workers: tuple[Actor, ...]
    approvers: tuple[Actor, ...]
    finance: tuple[Actor, ...]
    admin: Actor
    items: dict[str, int]


def build(session: Session) -> World:
    """Found the town the day before its history begins."""
    begins_on = first_day()
    years = grant_years(begins_on, clock.today())
    begins = clock.start_of(begins_on)
    with clock.at(begins - timedelta(days=1)):
        _fund_holder(session)
        actors = _people(session)
        admin = actors["admin@changing-lives.example"]
        _funds(session, years)
        items = {code: catalogue.add_item(session, actor=admin, code=code, words=words).id for code, words in CATALOGUE}
    by_role = {role: tuple(actor for actor in actors.values() if actor.has(role)) for role in Role}
    world = World(begins, by_role[Role.KEY_WORKER], by_role[Role.APPROVER], by_role[Role.FINANCE], admin, items)
    _receive_grants(session, world, years)
    return world


def first_day() -> date:
    """The first day of the second whole quarter before this one."""
    start = clock.quarter_start(clock.today())
    for _ in range(2):
        start = clock.quarter_start(start - timedelta(days=1))
    return start


def everybody(session: Session) -> list[User]:
    """Every account, in the order in which they were made."""
    names = (joinedload(User.team).joinedload(Team.organisation), selectinload(User.role_rows))
    return list(session.scalars(select(User).order_by(User.id).options(*names)))


def _fund_holder(session: Session) -> None:
    people.describe_fund_holder(
        session,
        actor=SYSTEM,
        charity_name=HOLDER,
        charity_number="0000000",
        town="Doncaster",
        phone="01632 960 001",
        email="fund@changing-lives.example",
        address="1 Example Row\nDoncaster\nDN1 0AA",
        website="https://changing-lives.example",
    )


def _people(session: Session) -> dict[str, Actor]:
    teams = {}
    for name, kind, names in TEAMS:
        organisation = people.add_organisation(session, actor=SYSTEM, name=name, kind=kind)  # type: ignore[arg-type]
        for team in names:
            teams[team] = people.add_team(session, actor=SYSTEM, organisation_id=organisation.id, name=team)
    # The password is printed at every start, so a costly hash would only cost time.
    hasher = people.passwords("test")
    actors = {}
    for email, name, team, roles in PEOPLE:
        link = people.invite_by_link(session, actor=SYSTEM, email=email, roles=roles, team_id=teams[team].id)
        user = people.accept_invitation(session, token=link, name=name, password=PASSWORD, passwords=hasher)
        actors[email] = Actor(f"user:{user.id}", user.id, frozenset(roles), teams[team].organisation_id, teams[team].id)
    give_apps(session)
    _procedures(session, actors)
    return actors


def _procedures(session: Session, actors: dict[str, Actor]) -> None:
    """The text that is offered, published by the administrator and accepted by everybody."""
    admin = next(actor for actor in actors.values() if actor.has(Role.ADMIN))
    body = TEXT
    for blank, words in FILLED_IN.items():
        body = body.replace(f"[{blank}]", words)
    version = procedures.publish(session, actor=admin, body=body, note="The first version.", after=0)
    for actor in actors.values():
        procedures.accept(session, actor=actor, number=version.number)


def begin_review(session: Session) -> None:
    """This quarter's access review has begun, and nobody was decided on yet."""
    reviewing.begin(session, actor=next(user.actor for user in everybody(session) if Role.ADMIN in user.roles))


def put_on_call(session: Session) -> None:
    """The approvers take turns out of hours, a week each from the coming four on. It is a demonstration: nobody is rung at night."""
    approvers = [user for user in everybody(session) if Role.APPROVER in user.roles]
    admin = next(user.actor for user in everybody(session) if Role.ADMIN in user.roles)
    monday = clock.today() - timedelta(days=clock.today().weekday())
    for week in range(4):
        who = approvers[week % len(approvers)]
        begins, ends = (cover.at(monday + timedelta(weeks=number), time(9)) for number in (week, week + 1))
        covering.put_on_call(session, actor=admin, user_id=who.id, starts_at=begins, ends_at=ends)


def give_apps(session: Session) -> None:
    """Everybody whose seats need more than a password has an app, whose secret is printed at every start. Asked twice, it is done once."""
    for user in everybody(session):
        if needs_second_factor(user.roles) and not factors.count(session, user.id):
            app_codes.keep(session, user_id=user.id, name="The demonstration’s app", secret=app_codes.new_secret())


def grant_years(begins_on: date, today: date) -> list[tuple[str, str, date]]:
    """Code, name and first day of the yearly grant for each financial year that the history touches."""
    this_year = clock.financial_year_start(today)
    years = [("rough-sleepers", "Rough sleepers grant", this_year)]
    if begins_on < this_year:
        last = this_year.replace(year=this_year.year - 1)
        years.insert(0, (f"rough-sleepers-{last.year}", f"Rough sleepers grant {last.year} to {this_year.year}", last))
    return years


def _funds(session: Session, years: list[tuple[str, str, date]]) -> None:
    ledger.open_standard_accounts(session, actor="system")
    for code, name, year in years:
        ledger.open_fund(
            session,
            code=code,
            name=name,
            restriction="restricted",
            purpose="Removing practical barriers for people sleeping rough, or at risk of it, in Doncaster.",
            starts_on=year,
            ends_on=date(year.year + 1, 3, 31),
            grantor="Rough Sleepers Grant",
            actor="system",
        )
    for code, name, restriction, purpose in (
        ("public-giving", "Public giving", "restricted", "What people gave in shops and online, for small things that unblock a life."),
        ("general", "General", "unrestricted", "Whatever else the Fund needs; gifts at points that have closed."),
    ):
        ledger.open_fund(session, code=code, name=name, restriction=restriction, purpose=purpose, actor="system")


def _receive_grants(session: Session, world: World, years: list[tuple[str, str, date]]) -> None:
    for code, _, year in years:
        received = max(year, clock.day_of(world.begins))
        with clock.at(datetime.combine(received, time(9, 20), tzinfo=clock.LONDON)):
            receive_contribution(
                session,
                actor=world.finance[0],
                once_key=f"demonstration-{code}",
                received_from="Rough Sleepers Grant",
                fund_code=code,
                amount_pence=GRANT_PENCE,
                received_on=received,
                bank_reference=f"RSG {year.year}",
            )
