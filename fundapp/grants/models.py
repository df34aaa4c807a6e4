"""The catalogue, persons by code, grant requests, and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Identity, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.sealed import SealedBytes, SealedJson, SealedText
from fundapp.grants.clocks.timed import Timed
from fundapp.grants.groups.models import CommunityGroup
from fundapp.grants.lifecycle import Status
from fundapp.grants.thing_models import RequestThing

# As many as a small grant can help.
MOST_HELPED = 10_000
_STATUSES = ", ".join(f"'{status}'" for status in Status)
_STATUS = Enum(Status, native_enum=False, create_constraint=False, length=16, values_callable=lambda kinds: [kind.value for kind in kinds])
# What is paid and given back (`gone`) fits the status: nothing, some, or all of it.
_GONE = "paid_pence + released_pence"
_PAID_AS_IT_STANDS = (
    f"WHEN status = 'being_paid' THEN {_GONE} < agreed_pence WHEN status = 'part_paid' THEN paid_pence > 0 AND {_GONE} < agreed_pence"
    f" WHEN status IN ('paid', 'in_hands', 'closed') THEN paid_pence > 0 AND {_GONE} = agreed_pence"
)


class CatalogueItem(Base):
    """A kind of help that can be asked for. Each has an expense account of its own in the ledger."""

    __tablename__ = "catalogue_item"
    __table_args__ = (
        CheckConstraint(
            "code ~ '^[a-z][a-z0-9-]{1,23}$'", name="code_plain", info={"sentence": marked("A short name is made of small letters.")}
        ),
        CheckConstraint(
            "0 < guide_low_pence AND guide_low_pence <= guide_high_pence",
            name="guide_in_order",
            info={"sentence": marked("The lower guide price is more than nothing, and not above the upper one.")},
        ),
        CheckConstraint(
            "cap_pence > 0", name="cap_above_nothing", info={"sentence": marked("The most for one person is more than nothing.")}
        ),
        UniqueConstraint("code", info={"sentence": marked("There is already a kind of help with that short name.")}),
        UniqueConstraint("account_code"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    # The ledger's expense account, help-CODE. Never changed: what was spent under it stays under it.
    account_code: Mapped[str]
    guide_low_pence: Mapped[int]
    guide_high_pence: Mapped[int]
    help_text: Mapped[str]
    # Whether the worker must say what it is, since the kind alone does not ("other").
    asks_what: Mapped[bool]
    active: Mapped[bool]
    # The most of this kind that one person is helped with in twelve rolling months. None: only the cap on everything holds.
    cap_pence: Mapped[int | None]
    # Whether having had it says something about somebody that nobody else need know: the kind is then never named to another agency.
    is_sensitive: Mapped[bool] = mapped_column(server_default=false(), default=False)
    # Whether it has to be brought somewhere, so that an address is asked for, kept apart.
    needs_delivery: Mapped[bool] = mapped_column(server_default=false(), default=False)
    # Whether community groups ask for it, and people do not.
    for_groups: Mapped[bool] = mapped_column(server_default=false(), default=False)


class Person(Base):
    """Somebody who is helped, known to the Fund by a random code and nothing else."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("code"), {"info": {"app_role": "SELECT, INSERT"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    # Who holds the key from code to name, in their own case notes. Only this team may use the code.
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    issued_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime]


class GrantRequest(Timed, Base):
    """What is asked for one person, all together. `status` is written by grants/steps.py alone."""

    __tablename__ = "grant_request"
    __table_args__ = (
        CheckConstraint(f"status IN ({_STATUSES})", name="status_known"),
        CheckConstraint(
            "status IN ('draft', 'withdrawn') OR (num_nonnulls(person_id, group_id) = 1 AND consent_at IS NOT NULL AND sent_at IS NOT NULL"
            " AND asked_pence > 0)",
            name="sent_whole",
            info={"sentence": marked("The request is not complete yet. Check each answer, then send it.")},
        ),
        # A person, or a community group with how many people it helps.
        CheckConstraint(
            "num_nonnulls(person_id, group_id) <= 1 AND num_nonnulls(group_id, helps_many) <> 1 AND coalesce(helps_many, 1) BETWEEN 1 AND"
            f" {MOST_HELPED}",
            name="one_recipient",
            info={"sentence": marked("A request is for one person, or for one group that says how many people it helps.")},
        ),
        CheckConstraint(
            "status NOT IN ('agreed', 'being_paid', 'part_paid', 'paid', 'in_hands', 'closed') OR"
            " (agreed_pence > 0 AND agreed_pence <= asked_pence AND agreed_at IS NOT NULL)",
            name="agreed_whole",
            info={"sentence": marked("What is agreed is more than nothing and not more than was asked.")},
        ),
        CheckConstraint(
            "paid_pence >= 0 AND released_pence >= 0 AND paid_pence + released_pence <= coalesce(agreed_pence, 0)",
            name="paid_within",
            info={"sentence": marked("What is paid and what is given back is together never more than was agreed.")},
        ),
        CheckConstraint(f"CASE {_PAID_AS_IT_STANDS} ELSE paid_pence = 0 END", name="paid_as_it_stands"),
        UniqueConstraint("form_key"),
        Index("ix_grant_request_team_id_id", "team_id", "id"),
        Index("ix_grant_request_status_sent_at_id", "status", "sent_at", "id"),
        Index("ix_grant_request_person_id_agreed_at", "person_id", "agreed_at"),
        # A trigger lets nothing be deleted but drafts.
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Made with the first page and sent back by it, so that a double click starts one request.
    form_key: Mapped[UUID]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # A community group instead of a person: the recipient is then an organisation.
    group_id: Mapped[int | None] = mapped_column(ForeignKey(CommunityGroup.id), index=True)
    helps_many: Mapped[int | None]
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    # The team that asked, as it was then: people move, requests stay.
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # The person's own words. Erasable, like every text of this table.
    goal_words: Mapped[str] = mapped_column(SealedText("grant_request.goal_words"))
    unblocks_words: Mapped[str] = mapped_column(SealedText("grant_request.unblocks_words"))
    # When the worker ticked that the person agrees, and how they agreed.
    consent_at: Mapped[datetime | None]
    consent_how: Mapped[str] = mapped_column(SealedText("grant_request.consent_how"))
    # What was typed and does not pass yet ("about 40"), by field, so that a draft loses nothing. Set anew, never changed inside.
    typed: Mapped[dict[str, str]] = mapped_column(SealedJson("grant_request.typed"))
    # What may be said besides, in codes (grants/circumstances.py). Nothing of it is needed to send.
    person_group: Mapped[str | None]
    locality: Mapped[str | None]
    needed_by: Mapped[date | None]
    needed_for: Mapped[str | None]
    paid_how: Mapped[str | None]
    asked_pence: Mapped[int | None]
    agreed_pence: Mapped[int | None]
    # What is out of the bank, all payments together, and what went back to the fund unspent.
    paid_pence: Mapped[int] = mapped_column(default=0)
    released_pence: Mapped[int]
    status: Mapped[Status] = mapped_column(_STATUS)
    # Counts the steps. A form carries the one it was shown for, so that a stale page is told instead of obeyed.
    version: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # The first answer: agreed or declined.
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    agreed_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    in_hands_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # The person stopped it with their slip: nothing goes forward until their key worker takes it up again (grants/slips).
    paused_at: Mapped[datetime | None]

    # With their kinds, wherever a request is read: nothing can be said of a request without them.
    things: Mapped[list[RequestThing]] = relationship(lazy="selectin", order_by=RequestThing.position, cascade="all, delete-orphan")
    person: Mapped[Person | None] = relationship(lazy="raise")
    # Asked for where there is one, and not at all where there is none.
    group: Mapped[CommunityGroup | None] = relationship(lazy="selectin")

    @property
    def whom(self) -> str:
        """Whom it is for: somebody by their code, or a group by its name; empty where it is for nobody yet."""
        if self.group is not None:
            return self.group.name
        return _("Person %(code)s") % {"code": self.person.code} if self.person is not None else ""

    @property
    def subject(self) -> str:
        """How the ledger and the audit trail name it."""
        return f"grant:{self.id}"

    @property
    def what(self) -> str:
        """What is asked for, in words: the first thing, and how many besides."""
        first, more = self.things[0].what, len(self.things) - 1
        return _("%(what)s and %(more)d more") % {"what": first, "more": more} if more else first

    @property
    def shops(self) -> str:
        """Where the things are sold, each place once."""
        return ", ".join(dict.fromkeys(thing.supplier for thing in self.things if thing.supplier))

    @property
    def priced_pence(self) -> int | None:
        """What the things cost together. None while a price is missing."""
        prices = [thing.price_pence for thing in self.things]
        return None if None in prices else sum(price for price in prices if price)

    @property
    def set_aside_pence(self) -> int:
        """What is agreed and neither paid nor given back: it waits for a payment."""
        return (self.agreed_pence or 0) - self.paid_pence - self.released_pence

    @property
    def pence(self) -> int | None:
        """The figure that stands for it now: what is agreed less what went back, else what is asked."""
        if self.agreed_pence is not None:
            return self.agreed_pence - self.released_pence if self.status != Status.WITHDRAWN else self.agreed_pence
        return self.asked_pence if self.asked_pence is not None else self.priced_pence


class RequestEvent(Base):
    """One step of a request: who, what, from where to where, when. Its reason's words lie with the audit line, erasable."""

    __tablename__ = "request_event"
    __table_args__ = (Index("ix_request_event_request_id_id", "request_id", "id"), {"info": {"app_role": "SELECT, INSERT"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    # None where no account acted: the standing policy, or the person themselves.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # Who acted, as the ledger and the audit trail name them.
    actor: Mapped[str]
    action: Mapped[str]
    from_status: Mapped[str]
    to_status: Mapped[str]
    at: Mapped[datetime]
    # The line of the audit trail that tells the same and keeps the words. No foreign key: the trail knows nobody's tables.
    audit_id: Mapped[int]


class Conflict(Base):
    """Somebody knows the person, or has another reason not to decide: they stepped aside from one request."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("request_id", "user_id"), {"info": {"app_role": "SELECT, INSERT"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    declared_at: Mapped[datetime]


class Evidence(Base):
    """The bill: a picture made anew without its metadata, or a PDF.

    In the database, not in a folder: it is written in the same transaction as the step it proves, every app machine sees it, one
    backup holds it, and no path can be guessed or traversed. A town's few bills a day at some 300 kB are nothing to PostgreSQL.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name="media_type_known"),
        CheckConstraint("octet_length(content) BETWEEN 34 AND 10485793", name="size_within"),
        # Its content is sealed anew under another key.
        {"info": {"app_role": "SELECT, INSERT, DELETE, UPDATE (content)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"), index=True)
    media_type: Mapped[str]
    # 10 MiB, and the 33 bytes that sealing adds.
    content: Mapped[bytes] = mapped_column(SealedBytes("evidence.content"), deferred=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]


class Outcome(Base):
    """What came of it. Optional words lie with the audit line of the step, erasable."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("request_id"), {"info": {"app_role": "SELECT, INSERT"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    kind: Mapped[str]
    told_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    told_at: Mapped[datetime]
