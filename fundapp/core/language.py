"""Words in the reader's language: one catalogue (gettext), English as it stands in the code, others in `locale/`.

`from fundapp.core.language import gettext as _`. What is said in a class body, before anybody reads, takes `lazy`.
`python -m fundapp.web.catalogue` gathers the words and compiles what was translated (docs/voice.md).
"""

from __future__ import annotations

import gettext as standard
from collections import UserString
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

ENGLISH = "en"
# Every language there is, by its own name.
LANGUAGES = {ENGLISH: "English", "pl": "Polski"}
# As HTML and HTTP name them (BCP 47).
TAGS = {ENGLISH: "en-GB", "pl": "pl"}
FOLDER = Path(__file__).resolve().parent.parent.parent / "locale"
DOMAIN = "fund"

_speaking: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The language that is spoken here and now."""
    return _speaking.get()


def choose(code: str) -> None:
    """Speak a language from now on, in this request or job. What is not known is English."""
    _speaking.set(code if code in LANGUAGES else ENGLISH)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for as long as the block lasts: for a letter, a receipt."""
    token = _speaking.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _speaking.reset(token)


def gettext(message: str) -> str:
    """A sentence in the reader's language; what nobody has translated stays English."""
    # The catalogue's entry for nothing is its own header.
    return _catalogue(language()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """A sentence that depends on a number, by the language's own rules for numbers."""
    return _catalogue(language()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """A sentence whose English stands for several things: `context` says which."""
    return _catalogue(language()).pgettext(context, message)


class Lazy(UserString):
    """A sentence that is looked up each time it is read."""

    def __init__(self, say: Callable[[], str] | str) -> None:
        # Not the parent's: what it would keep is made anew each time. It makes another of what it has cut or joined: plain text.
        self._say = say if callable(say) else lambda: str(say)

    @property
    def data(self) -> str:  # type: ignore[override]
        """The sentence now."""
        return self._say()

    def __mod__(self, facts: object) -> str:  # type: ignore[override]
        """The sentence with its facts, said once and for all: rules of forms put them in while somebody reads."""
        return self.data % facts

    def __html__(self) -> str:
        """The sentence, escaped, for templates."""
        from html import escape

        return escape(self.data)


def lazy(message: str, **facts: object) -> str:
    """A sentence for a class body: a field's label, a rule's sentence. It reads like text, in the reader's language."""
    return Lazy(lambda: gettext(message) % facts if facts else gettext(message))  # type: ignore[return-value]


def marked(message: str) -> str:
    """The same sentence: it is put into the catalogue here, and looked up where it is said."""
    return message


@cache
def _catalogue(code: str) -> standard.NullTranslations:
    if code == ENGLISH:
        return standard.NullTranslations()
    return standard.translation(DOMAIN, localedir=FOLDER, languages=[code])
