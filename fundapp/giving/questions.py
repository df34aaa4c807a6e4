"""A short question before a gift, asked only while cards are being tried out: no script, no cookie, nobody else's service.

A sum in words, or a word to copy for whom sums are hard. It stops no determined program; it makes trying cards dearer while limits shrink
and payment pages close (docs/decisions/0013-card-testing.md). A question is signed, belongs to one page, and is good for one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import Keys, random_code, token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.giving.cards.models import QuestionUsed

LIVES = timedelta(minutes=20)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NUMBERS = (
    marked("one"),
    marked("two"),
    marked("three"),
    marked("four"),
    marked("five"),
    marked("six"),
    marked("seven"),
    marked("eight"),
    marked("nine"),
)
_WORDS = (marked("bus"), marked("boots"), marked("phone"), marked("key"), marked("haircut"), marked("bed"), marked("coat"), marked("photo"))
_SUM, _COPY = "s", "c"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the signed text that says which question it was."""

    words: str
    signed: str


def ask(keys: Keys, form: str, *, before: str = "") -> Question:
    """A question for one page. After one of a kind (`before`, as it was signed) comes one of the other kind."""
    kind = _COPY if before.startswith(_SUM) else _SUM
    made = kind + random_code(_LETTERS, 20)
    return Question(_words(keys, made), keys.sign(_purpose(form), made, clock.now() + LIVES))


def is_answered(session: Session, keys: Keys, form: str, *, signed: str, answer: str) -> bool:
    """Whether this answers a question that was asked on this page. Rightly or not, the question is used up."""
    made = keys.unsign(_purpose(form), signed)
    if made is None:
        return False
    values = {"question_hash": token_hash(f"{form} {made}"), "at": clock.now()}
    first = session.scalar(insert(QuestionUsed).values(**values).on_conflict_do_nothing().returning(QuestionUsed.question_hash))
    said = answer.strip().strip(".").casefold()
    return first is not None and bool(said) and said in _answers(keys, made)


def _purpose(form: str) -> str:
    return f"giving-question/{form}"


def _chosen(keys: Keys, made: str) -> tuple[int, int]:
    """Two numbers that a question's name stands for."""
    drawn = keys.mac("giving-question", made)
    return drawn[0], drawn[1]


def _words(keys: Keys, made: str) -> str:
    first, second = _chosen(keys, made)
    if made.startswith(_COPY):
        return _("Copy this word into the box: %(word)s") % {"word": _(_WORDS[first % len(_WORDS)])}
    numbers = {"one": _(_NUMBERS[first % 9]), "other": _(_NUMBERS[second % 9])}
    return _("How much is %(one)s and %(other)s together? Write it in figures.") % numbers


def _answers(keys: Keys, made: str) -> set[str]:
    first, second = _chosen(keys, made)
    if made.startswith(_COPY):
        return {_(_WORDS[first % len(_WORDS)]).casefold()}
    total = first % 9 + second % 9 + 2
    return {str(total), *({_(_NUMBERS[total - 1]).casefold()} if total <= 9 else ())}
