"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_staff_by_contract = partial(held, whose=Whose.STAFF, basis=Basis.CONTRACT)
_staff_of_interest = partial(held, whose=Whose.STAFF, basis=Basis.LEGITIMATE_INTEREST)

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
    *_staff_by_contract("user_account", "email", why=_SIGN_IN, kept=Kept.ACCOUNT),
    *_staff_by_contract("user_account", "email_index", why=_SIGN_IN, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("user_account", "name", why=marked("So that everybody sees who asked, decided and paid."), kept=Kept.ACCOUNT),
    *_staff_by_contract("user_account", "password_hash", why=_SIGN_IN, kept=Kept.ACCOUNT, plain_because=_HASHED),
    *_staff_by_contract("user_account", "team_id", why=_SEATS, kept=Kept.ACCOUNT, plain_because=_COMPARED),
    *_staff_by_contract("user_role", "user_id", why=_SEATS, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("user_role", "role", why=_SEATS, kept=Kept.ACCOUNT, plain_because=_COMPARED),
    *_staff_by_contract("first_visit", "user_id", why=_SEATS, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("invitation", "email", why=_SIGN_IN, kept=Kept.ACCESS),
    *_staff_by_contract("invitation", "email_index invited_by user_id", why=_SIGN_IN, kept=Kept.ACCESS, pseudonym=True),
    *_staff_by_contract("invitation", "roles team_id", why=_SEATS, kept=Kept.ACCESS, plain_because=_COMPARED),
)
_ACCESS = (
    *_staff_of_interest("user_session", "user_id", why=_ALARM, kept=Kept.ACCESS, pseudonym=True),
    *_staff_of_interest("user_session", "device", why=_ALARM, kept=Kept.ACCESS, plain_because=_COARSE),
    *_staff_of_interest("user_session", "created_at last_seen_at ended_at", why=_ALARM, kept=Kept.ACCESS, plain_because=_NO_WORDS),
    *_staff_of_interest("sign_in_attempt", "email_hash network_hash", why=_ALARM, kept=Kept.ACCESS, pseudonym=True),
)
_FACTORS = (
    *_staff_by_contract("factor", "user_id credential_id public_key user_handle", why=_SIGN_IN, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("factor", "name secret", why=_SIGN_IN, kept=Kept.ACCOUNT),
    *_staff_by_contract("factor", "last_used_at", why=_SIGN_IN, kept=Kept.ACCOUNT, plain_because=_NO_WORDS),
    *_staff_by_contract("recovery_code", "user_id", why=_SIGN_IN, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("recovery_code", "code_hash", why=_SIGN_IN, kept=Kept.ACCOUNT, plain_because=_HASHED),
    *_staff_by_contract("password_reset", "user_id", why=_SIGN_IN, kept=Kept.ACCESS, pseudonym=True),
)
_COVERING = (
    *_staff_by_contract("on_call", "user_id made_by", why=_COVER, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("absence", "user_id deputy_id made_by", why=_COVER, kept=Kept.ACCOUNT, pseudonym=True),
    *_staff_by_contract("absence", "starts_on ends_on", why=_COVER, kept=Kept.ACCOUNT, plain_because=_NO_WORDS),
    *_staff_by_contract("office_hours", "made_by", why=_COVER, kept=Kept.LEDGER, pseudonym=True),
    *_staff_of_interest(
        "mail_refusal",
        "user_id",
        why=marked("So that somebody whose mail does not arrive is told in another way."),
        kept=Kept.ACCESS,
        pseudonym=True,
    ),
    *_staff_of_interest("access_review", "begun_by finished_by", why=_PROVED, kept=Kept.LEDGER, pseudonym=True),
    *_staff_of_interest("access_review_line", "user_id decided_by", why=_PROVED, kept=Kept.LEDGER, pseudonym=True),
    *_staff_of_interest(
        "access_review_line",
        "roles team_id last_signed_in_at has_second_factor decision",
        why=_PROVED,
        kept=Kept.LEDGER,
        plain_because=_NO_WORDS,
    ),
    *_staff_by_contract("procedure_version", "published_by", why=_PROVED, kept=Kept.LEDGER, pseudonym=True),
    *_staff_by_contract("procedure_acceptance", "user_id", why=_PROVED, kept=Kept.LEDGER, pseudonym=True),
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
