"""Tables of how people prove who they are, besides a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.sealed import SealedText
from fundapp.people.models import User

PASSKEY, APP = "passkey", "app"


class Factor(Base):
    """A passkey, or an app that shows codes (TOTP, RFC 6238), of one account."""

    __tablename__ = "factor"
    __table_args__ = (
        CheckConstraint(
            "CASE kind WHEN 'passkey' THEN credential_id IS NOT NULL AND public_key IS NOT NULL AND secret IS NULL"
            " WHEN 'app' THEN secret IS NOT NULL AND credential_id IS NULL AND public_key IS NULL ELSE false END",
            name="kind",
        ),
        UniqueConstraint("credential_id"),
        Index("ix_factor_user_id_id", "user_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    kind: Mapped[str]
    # What its owner calls it: "My phone".
    name: Mapped[str] = mapped_column(SealedText("factor.name"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    # Of a passkey: its id, its public key (COSE), and how often it has signed; a number that goes back tells of a copy.
    credential_id: Mapped[bytes | None]
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int] = mapped_column(default=0)
    # By what the passkey knows the account: random, the same for all passkeys of one account, and telling nothing.
    user_handle: Mapped[bytes | None]
    # Of an app: the secret in base32, and the step of 30 seconds whose code was taken last. No code is taken twice.
    secret: Mapped[str | None] = mapped_column(SealedText("factor.secret"))
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """A code on paper for the day when everything else is lost. Each works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        UniqueConstraint("user_id", "mark"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    # Its first letters, by which it is found; the 80 bits after them are known by an argon2id hash alone.
    mark: Mapped[str]
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UsedChallenge(Base):
    """A challenge that a passkey has answered, so that no answer is taken twice. Only good answers are written down."""

    __tablename__ = "used_challenge"
    __table_args__ = (
        CheckConstraint("octet_length(challenge_hash) = 32", name="challenge_hash_length"),
        Index("ix_used_challenge_at", "at"),
        {"info": {"app_role": "SELECT, INSERT, DELETE"}},
    )

    challenge_hash: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class PasswordReset(Base):
    """Somebody asked for a link to set a new password. The mail job mints the token; only its hash is here."""

    __tablename__ = "password_reset"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_length"),
        UniqueConstraint("token_hash"),
        Index("ix_password_reset_user_id_id", "user_id", "id"),
        Index("ix_password_reset_asked_at", "asked_at"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # None where no account has the address that was typed: asking is the same work either way.
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    asked_at: Mapped[datetime]
    token_hash: Mapped[bytes | None]
    expires_at: Mapped[datetime | None]
    # When it was used, or ended by a newer one or by another change.
    ended_at: Mapped[datetime | None]
