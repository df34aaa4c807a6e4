"""Recovery codes: ten on paper, each once, for the day when phone and passkey are lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import random_code
from fundapp.people.factor_models import RecoveryCode
from fundapp.people.passwords import Passwords

COUNT = 10
# Crockford's base32: no letter that is taken for another. Five bits each.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# The first letters find a code; the 80 bits after them open.
MARK, HIDDEN = 4, 16
_MEANT = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True)
class Left:
    """How many codes there were made, and how many can still be used."""

    made: int
    left: int


def make_anew(session: Session, *, user_id: int, passwords: Passwords) -> list[str]:
    """Ten new codes, shown this once; those from before are gone."""
    forget(session, user_id)
    now = clock.now()
    codes: list[str] = []
    marks: set[str] = set()
    while len(codes) < COUNT:
        code = random_code(ALPHABET, MARK + HIDDEN)
        if code[:MARK] in marks:
            continue
        marks.add(code[:MARK])
        kept = RecoveryCode(user_id=user_id, mark=code[:MARK], code_hash=passwords.hash(code[MARK:]), created_at=now, used_at=None)
        session.add(kept)
        codes.append(in_fours(code))
    session.flush()
    return codes


def take(session: Session, *, user_id: int, typed: str, passwords: Passwords) -> bool:
    """Use a code up. False for one that never was, was used, or was replaced; it takes as long either way."""
    code = _plain(typed)
    wanted = (RecoveryCode.user_id == user_id, RecoveryCode.mark == code[:MARK], RecoveryCode.used_at.is_(None))
    row = session.scalar(select(RecoveryCode).where(*wanted))
    if not passwords.matches(row.code_hash if row else None, code[MARK:]) or row is None:
        return False
    # Of two that come at once the second waits for the row, and finds it used.
    used = update(RecoveryCode).where(RecoveryCode.id == row.id, RecoveryCode.used_at.is_(None))
    return session.scalar(used.values(used_at=clock.now()).returning(RecoveryCode.id)) is not None


def left(session: Session, user_id: int) -> Left:
    """How many an account has."""
    made, used = session.execute(
        select(func.count(), func.count(RecoveryCode.used_at)).where(RecoveryCode.user_id == user_id),
    ).one()
    return Left(made, made - used)


def forget(session: Session, user_id: int) -> None:
    """Drop an account's codes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def in_fours(code: str) -> str:
    """A code as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _plain(typed: str) -> str:
    return re.sub(r"[^0-9a-z]", "", typed.lower()).translate(_MEANT)[: MARK + HIDDEN + 1]
