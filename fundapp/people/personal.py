"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_SIGN_IN = marked("So that they can sign in, and nobody else as them.")
_ALARM = marked("So that somebody who signs in sees where else they are signed in, and guessing is slowed down.")
_SEATS = marked("Which seats somebody holds decides what they may do.")
_COVER = marked("So that a request is answered also when somebody is away, and out of hours.")
_PROVED = marked("So that it can be shown who was allowed what, and who undertook to follow the procedures.")
_COMPARED = marked("The database itself must compare it to decide what somebody may do.")
_HASHED = marked("It is a hash that cannot be turned back.")
_COARSE = marked("It is too coarse to tell one device from the next.")
_NO_WORDS = marked("It says when or how, and tells nobody’s name.")

_ACCOUNTS = (
    *held("user_account", "email", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT),
    *held("user_account", "email_index", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, pseudonym=True),
    *held(
        "user_account",
        "name",
        whose=Whose.STAFF,
        why=marked("So that everybody sees who asked, decided and paid."),
        basis=Basis.CONTRACT,
        kept=Kept.ACCOUNT,
    ),
    *held("user_account", "password_hash", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, plain_because=_HASHED),
    *held("user_account", "team_id", whose=Whose.STAFF, why=_SEATS, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, plain_because=_COMPARED),
    *held("user_role", "user_id", whose=Whose.STAFF, why=_SEATS, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, pseudonym=True),
    *held("user_role", "role", whose=Whose.STAFF, why=_SEATS, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, plain_because=_COMPARED),
    *held("first_visit", "user_id", whose=Whose.STAFF, why=_SEATS, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, pseudonym=True),
    *held("invitation", "email", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCESS),
    *held(
        "invitation",
        "email_index invited_by user_id",
        whose=Whose.STAFF,
        why=_SIGN_IN,
        basis=Basis.CONTRACT,
        kept=Kept.ACCESS,
        pseudonym=True,
    ),
    *held("invitation", "roles team_id", whose=Whose.STAFF, why=_SEATS, basis=Basis.CONTRACT, kept=Kept.ACCESS, plain_because=_COMPARED),
)
_ACCESS = (
    *held("user_session", "user_id", whose=Whose.STAFF, why=_ALARM, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.ACCESS, pseudonym=True),
    *held(
        "user_session", "device", whose=Whose.STAFF, why=_ALARM, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.ACCESS, plain_because=_COARSE
    ),
    *held(
        "user_session",
        "created_at last_seen_at ended_at",
        whose=Whose.STAFF,
        why=_ALARM,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.ACCESS,
        plain_because=_NO_WORDS,
    ),
    *held(
        "sign_in_attempt",
        "email_hash network_hash",
        whose=Whose.STAFF,
        why=_ALARM,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.ACCESS,
        pseudonym=True,
    ),
)
_FACTORS = (
    *held(
        "factor",
        "user_id credential_id public_key user_handle",
        whose=Whose.STAFF,
        why=_SIGN_IN,
        basis=Basis.CONTRACT,
        kept=Kept.ACCOUNT,
        pseudonym=True,
    ),
    *held("factor", "name secret", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT),
    *held("factor", "last_used_at", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, plain_because=_NO_WORDS),
    *held("recovery_code", "user_id", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, pseudonym=True),
    *held("recovery_code", "code_hash", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, plain_because=_HASHED),
    *held("password_reset", "user_id", whose=Whose.STAFF, why=_SIGN_IN, basis=Basis.CONTRACT, kept=Kept.ACCESS, pseudonym=True),
)
_COVERING = (
    *held("on_call", "user_id made_by", whose=Whose.STAFF, why=_COVER, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, pseudonym=True),
    *held("absence", "user_id deputy_id made_by", whose=Whose.STAFF, why=_COVER, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, pseudonym=True),
    *held("absence", "starts_on ends_on", whose=Whose.STAFF, why=_COVER, basis=Basis.CONTRACT, kept=Kept.ACCOUNT, plain_because=_NO_WORDS),
    *held("office_hours", "made_by", whose=Whose.STAFF, why=_COVER, basis=Basis.CONTRACT, kept=Kept.LEDGER, pseudonym=True),
    *held(
        "mail_refusal",
        "user_id",
        whose=Whose.STAFF,
        why=marked("So that somebody whose mail does not arrive is told in another way."),
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.ACCESS,
        pseudonym=True,
    ),
    *held(
        "access_review",
        "begun_by finished_by",
        whose=Whose.STAFF,
        why=_PROVED,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.LEDGER,
        pseudonym=True,
    ),
    *held(
        "access_review_line",
        "user_id decided_by",
        whose=Whose.STAFF,
        why=_PROVED,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.LEDGER,
        pseudonym=True,
    ),
    *held(
        "access_review_line",
        "roles team_id last_signed_in_at has_second_factor decision",
        whose=Whose.STAFF,
        why=_PROVED,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.LEDGER,
        plain_because=_NO_WORDS,
    ),
    *held("procedure_version", "published_by", whose=Whose.STAFF, why=_PROVED, basis=Basis.CONTRACT, kept=Kept.LEDGER, pseudonym=True),
    *held("procedure_acceptance", "user_id", whose=Whose.STAFF, why=_PROVED, basis=Basis.CONTRACT, kept=Kept.LEDGER, pseudonym=True),
)

INVENTORY = Inventory(
    holdings=(*_ACCOUNTS, *_ACCESS, *_FACTORS, *_COVERING),
    impersonal={
        # The charity's own facts, which stand on every page.
        "fund_holder": columns("id charity_name charity_number town phone email address website"),
        "organisation": columns("id name kind"),
        "team": columns("id organisation_id name"),
        "user_account": columns("id created_at disabled_at"),
        "first_visit": columns("role seen_at"),
        "invitation": columns("id created_at expires_at token_hash accepted_at withdrawn_at"),
        "user_session": columns("id token_hash expires_at proven_by second_factor_owed second_factor_at stepped_up_at"),
        "sign_in_attempt": columns("id at succeeded"),
        "factor": columns("id kind created_at sign_count last_step"),
        "recovery_code": columns("id mark created_at used_at"),
        "used_challenge": columns("challenge_hash at"),
        "password_reset": columns("id asked_at token_hash expires_at ended_at"),
        "office_hours": columns("id opens_at closes_at made_at"),
        "closed_day": columns("day name"),
        "on_call": columns("id starts_at ends_at made_at withdrawn_at"),
        "absence": columns("id made_at ended_at"),
        "mail_refusal": columns("refused_on code"),
        "access_review": columns("id quarter_on begun_at finished_at"),
        "access_review_line": columns("review_id decided_at audit_id"),
        "procedure_version": columns("number body note published_at"),
        "procedure_acceptance": columns("number accepted_at"),
    },
)
