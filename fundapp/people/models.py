"""Tables of people: who runs the Fund, who works with it, and how they prove who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.actor import Actor
from fundapp.core.db import Base
from fundapp.core.indexed import BlindIndex, Indexed
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.core.sealed import SealedText

_ROLE_LIST = ", ".join(f"'{role}'" for role in Role)


class FundHolder(Base):
    """The charity that holds the money, as posters, receipts and the foot of each page name it. One row."""

    __tablename__ = "fund_holder"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    charity_name: Mapped[str]
    charity_number: Mapped[str]
    town: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    address: Mapped[str]
    website: Mapped[str]


class Organisation(Base):
    """Whoever employs people who work with the Fund: the fund holder itself, or a partner."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("kind IN ('fund_holder', 'partner')", name="kind"),
        UniqueConstraint("name", info={"sentence": marked("There is already an organisation of that name.")}),
        Index(
            "uq_organisation_fund_holder",
            "kind",
            unique=True,
            postgresql_where=text("kind = 'fund_holder'"),
            info={"sentence": marked("The Fund has its holder already. Any other organisation is a partner.")},
        ),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]

    teams: Mapped[list[Team]] = relationship(back_populates="organisation", order_by="Team.name", lazy="raise")

    @property
    def is_fund_holder(self) -> bool:
        """Whether its people may hold the seats that decide on and pay grants."""
        return self.kind == "fund_holder"


class Team(Base):
    """The people who ask together. Nobody decides on or pays what their own team asked for."""

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name", info={"sentence": marked("This organisation has a team of that name already.")}),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[str]

    organisation: Mapped[Organisation] = relationship(back_populates="teams", lazy="raise")


class User(Indexed, Base):
    """An account. It belongs to one team and, through it, to one organisation."""

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("email_index", info={"sentence": marked("There is an account with that e-mail already.")}),
        Index("ix_user_account_team_id", "team_id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # In small letters. Found by its index: use `queries.user_by_email`.
    email: Mapped[str] = mapped_column(SealedText("user_account.email"))
    email_index: Mapped[Any] = mapped_column(BlindIndex("user_account.email"), deferred=True, nullable=False)
    name: Mapped[str] = mapped_column(SealedText("user_account.name"))
    # argon2id, with its parameters in it.
    password_hash: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    created_at: Mapped[datetime]
    # When an administrator disabled the account; none while it is in use.
    disabled_at: Mapped[datetime | None]

    indexed: ClassVar[dict[str, tuple[str, ...]]] = {"email_index": ("email",)}

    team: Mapped[Team] = relationship(lazy="raise")
    role_rows: Mapped[list[UserRole]] = relationship(lazy="raise", cascade="all, delete-orphan", order_by="UserRole.role")

    @property
    def active(self) -> bool:
        """Whether the account may be used."""
        return self.disabled_at is None

    @property
    def is_forgotten(self) -> bool:
        """Whether name, address and every way to sign in were taken from it (people/forgetting.py)."""
        return not self.password_hash

    @property
    def organisation(self) -> Organisation:
        """The organisation, through the team."""
        return self.team.organisation

    @property
    def organisation_id(self) -> int:
        """The organisation's id, through the team."""
        return self.team.organisation_id

    @property
    def roles(self) -> frozenset[Role]:
        """The seats this person holds."""
        return frozenset(Role(row.role) for row in self.role_rows)

    @property
    def reference(self) -> str:
        """How the ledger and the audit trail name this person."""
        return f"user:{self.id}"

    @property
    def actor(self) -> Actor:
        """This person as the services know them."""
        return Actor(self.reference, self.id, self.roles, self.team.organisation_id, self.team_id)


class UserRole(Base):
    """One seat of one person."""

    __tablename__ = "user_role"
    __table_args__ = (
        CheckConstraint(f"role IN ({_ROLE_LIST})", name="role"),
        {"info": {"app_role": "SELECT, INSERT, DELETE"}},
    )

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class FirstVisit(Base):
    """Somebody has read the note about one of their seats, and put it away."""

    __tablename__ = "first_visit"
    __table_args__ = (
        CheckConstraint(f"role IN ({_ROLE_LIST})", name="role"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class Invitation(Indexed, Base):
    """A way in for one person, once. The link's token is minted by whoever sends it; only its hash is here."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("cardinality(roles) > 0", name="has_roles", info={"sentence": marked("Choose at least one role.")}),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_length"),
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        UniqueConstraint("token_hash"),
        # One open invitation to one address: inviting again is sending the same one again.
        Index(
            "uq_invitation_open_email",
            "email_index",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
            info={"sentence": marked("That e-mail has an invitation already. Send it again from the list of people.")},
        ),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(SealedText("invitation.email"))
    email_index: Mapped[Any] = mapped_column(BlindIndex("invitation.email"), deferred=True, nullable=False)
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String))
    # An actor's reference: "user:2", or "system" for the first administrator.
    invited_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # None until a link was minted. A new link ends the one before it.
    token_hash: Mapped[bytes | None]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    # The account it became.
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))

    indexed: ClassVar[dict[str, tuple[str, ...]]] = {"email_index": ("email",)}

    team: Mapped[Team] = relationship(lazy="raise")

    @property
    def role_set(self) -> frozenset[Role]:
        """The seats the person will hold."""
        return frozenset(Role(role) for role in self.roles)


class UserSession(Base):
    """Somebody signed in on one device. Ended here, it is ended everywhere, at once."""

    __tablename__ = "user_session"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_length"),
        CheckConstraint("proven_by IN ('password', 'passkey', 'app', 'recovery')", name="proven_by"),
        UniqueConstraint("token_hash"),
        Index("ix_user_session_user_id_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    # Written at most every few minutes.
    last_seen_at: Mapped[datetime]
    # Seven days after signing in, whatever happens in between.
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # "Chrome on Android": enough to know one's own device again, not enough to tell one phone from the next.
    device: Mapped[str]
    # The strongest thing that was shown: a password alone, a passkey, an app's code or a recovery code after the password.
    proven_by: Mapped[str] = mapped_column(default="password", server_default="password")
    # Whether the account had a second factor when it signed in here. Some seats need one whatever stands here.
    second_factor_owed: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When a second factor was shown in this session; none when it was not.
    second_factor_at: Mapped[datetime | None]
    # When its owner last proved that it is them, for acts that ask for a fresh proof.
    stepped_up_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class SignInAttempt(Base):
    """One try to sign in, known by keyed hashes alone, so that guessing is slowed in every process at once."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_email_hash_at", "email_hash", "at"),
        Index("ix_sign_in_attempt_network_hash_at", "network_hash", "at"),
        Index("ix_sign_in_attempt_at", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    email_hash: Mapped[bytes]
    network_hash: Mapped[bytes]
    succeeded: Mapped[bool] = mapped_column(default=False)
