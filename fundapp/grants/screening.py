"""Free words are looked through before they are sent: the Fund knows people by a code, and must not learn more by accident.

What plainly leads to somebody (a telephone number, an address, a date of birth) is refused. What lets others guess at somebody's
health, offences, faith or love is pointed out, because now and then a request makes no sense without it. No list finds everything:
what is found is what is typed most often (operating procedures, "What not to write").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal_patterns import ACCOUNT, EMAIL, TELEPHONE

# Somebody this many years old or less has no date of birth worth hiding, and days of this and the last years are meetings and bills.
RECENT_YEARS = 5

_POSTCODE = re.compile(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?[ \t]*\d[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}\b")
_INSURANCE = re.compile(r"\b[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]\b")
_DAY = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-](\d{4})\b|\b\d{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]{2,8},?\s+(\d{4})\b")

_SAYS_WHO = (
    (EMAIL, marked("“%(words)s” looks like an e-mail address. Leave it out: the Fund knows people by their code alone.")),
    (_INSURANCE, marked("“%(words)s” looks like a National Insurance number. Leave it out: the Fund knows people by their code alone.")),
    (ACCOUNT, marked("“%(words)s” looks like a bank account. Leave it out: we pay the shop, not the person.")),
    (TELEPHONE, marked("“%(words)s” looks like a telephone number. Leave it out: the Fund knows people by their code alone.")),
    (_POSTCODE, marked("“%(words)s” looks like a postcode. Leave it out: nobody should be found by what stands here.")),
)
_BORN = marked("“%(words)s” looks like a date of birth. Leave it out: the Fund knows people by their code alone.")

_NAMED = marked("“%(words)s” looks like somebody’s name. Leave it out: the Fund knows people by their code alone.")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Mx)\.? [A-Z][\w’'-]+")
# The beginnings of words that tell of health, offences, where somebody comes from, faith, or whom they love; and whole words, where
# a beginning would find too much ("a cracked screen").
_BEGINNINGS = (
    "methadone subutex buprenorphine heroin cocaine cannabis amphetamine overdos addict alcoholi detox rehab relaps hepatitis epilep"
    " diabet pregnan miscarr schizo bipolar depress psycho autis suicid self-harm diagnos medicat antidepress psychiatr disab"
    " offence offend convict prison probation parole burglar shoplift asylum refugee deport immigra"
    " muslim islam christian catholic jewish hindu sikh lesbian bisexual transgender transsex prostitut sex-work"
)
_WHOLE = r"hiv crack cancer adhd ptsd sectioned arrested assault sentenced visa gay sex\swork(?:er)?"
_TELLS = re.compile(rf"(?<![\w-])(?:(?:{'|'.join(_BEGINNINGS.split())})[\w-]*|(?:{'|'.join(_WHOLE.split())})s?(?![\w-]))", re.IGNORECASE)


def says_who(words: str) -> str | None:
    """What is wrong with words that plainly lead to somebody, as a sentence that repeats them; or None."""
    for pattern, sentence in _SAYS_WHO:
        found = pattern.search(words)
        if found:
            return _(sentence) % {"words": found.group().strip()}
    # A day of long ago is when somebody was born.
    for day in _DAY.finditer(words):
        year = int(day.group(1) or day.group(2))
        if 1900 <= year < clock.today().year - RECENT_YEARS:
            return _(_BORN) % {"words": day.group()}
    return None


def for_phones() -> list[dict[str, str | bool]]:
    """The same patterns for a phone without a signal, which keeps nothing that leads to somebody: names among it.

    Each with what it says of what it found. `year` marks the days, of which only those of long ago are somebody's.
    """
    rows = [*_SAYS_WHO, (_TITLE, _NAMED), (_DAY, _BORN)]
    return [{"pattern": pattern.pattern, "flags": "u", "sentence": _(sentence), "year": pattern is _DAY} for pattern, sentence in rows]


def tells_more(texts: Iterable[str]) -> list[str]:
    """The words in these texts that may tell more of somebody than the Fund should know, each once, as they were typed."""
    return list(dict.fromkeys(found for words in texts for found in _found(words)))


def _found(words: str) -> Iterator[str]:
    for pattern in (_TITLE, _TELLS):
        yield from (found.group() for found in pattern.finditer(words))
