"""Who declares, and where they live: as they write it, and as HMRC's schedule takes it. Pure: no database.

The rules are those that HMRC's own service applies to a schedule (hmrc/charities-claims-validation, GiftAidValidationService), where
they are stricter than its paper: a declaration that its claim would fail is worth nothing to anybody.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace

from fundapp.core.language import gettext as _
from fundapp.core.language import marked

# For whoever lives outside the United Kingdom: the whole address stands in the house's place.
OVERSEAS = "X"
MOST = {"first_name": 35, "last_name": 35, "house": 40}
# More than any declaration needs; what is longer is a slip of the paste.
MOST_TYPED = 120

_TITLE = re.compile(r"[A-Za-z][A-Za-z'-]{1,3}")
_POSTCODE = re.compile(
    r"GIR 0AA|(?:[A-Z][0-9][0-9]?|[A-Z][A-HJ-Y][0-9][0-9]?|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2}",
)
# Where people get post and do not live.
_NOT_HOME = re.compile(r"\bc/o\b|\bcare of\b|\bp\.? ?o\.? box\b", re.IGNORECASE)
# Letters that no accent can be taken from, outside what HMRC keeps.
_AS: dict[int, str | int] = {
    **str.maketrans("ŁłĐđıĦħŦŧŊŋĸſƒ", "LlDdiHhTtNnksf"),
    **{ord(one): other for one, other in {"Œ": "OE", "œ": "oe", "Ĳ": "IJ", "ĳ": "ij", "ŉ": "'n", "ẞ": "SS", "Ə": "E", "ə": "e"}.items()},
    **str.maketrans("‘’‚‛ʼ“”„‐‑‒–—−", "'''''\"\"\"------"),
}

_MISSING = {
    "first_name": marked("Write your first name."),
    "last_name": marked("Write your last name."),
    "house": marked("Write the name or number of your house; from outside the United Kingdom, the whole address."),
}


@dataclass(frozen=True, slots=True)
class Details:
    """A person and their home, as they wrote it."""

    title: str
    first_name: str
    last_name: str
    house: str
    postcode: str

    @property
    def is_overseas(self) -> bool:
        """Whether they live outside the United Kingdom."""
        return self.postcode == OVERSEAS

    @property
    def covered(self) -> str:
        """As much as is shown to whoever holds a link: first letters, and the first half of the postcode."""
        place = _("outside the United Kingdom") if self.is_overseas else self.postcode.partition(" ")[0]
        return f"{self.first_name[:1]}… {self.last_name[:1]}…, {place}"


def tidied(*, title: str, first_name: str, last_name: str, house: str, postcode: str, is_overseas: bool) -> Details:
    """What was typed, with single spaces, a title without its full stop, and the postcode in capitals with its one space."""
    plain = {name: _plain(value) for name, value in {"first_name": first_name, "last_name": last_name, "house": house}.items()}
    bare = _plain(postcode).upper().replace(" ", "")
    spaced = f"{bare[:-3]} {bare[-3:]}" if len(bare) > 3 else bare
    # Only whoever says that they live abroad has no postcode.
    here = "" if bare == OVERSEAS else spaced
    return Details(title=_plain(title).rstrip("."), postcode=OVERSEAS if is_overseas else here, **plain)


def for_schedule(details: Details) -> Details:
    """The same as HMRC's schedule takes it: Latin letters, one first name, a double-barrelled name with a space."""
    first = latin(details.first_name).split(" ")[0]
    last = " ".join(latin(details.last_name).replace("-", " ").split())
    return replace(details, title=latin(details.title), first_name=first, last_name=last, house=latin(details.house))


def faults(details: Details) -> dict[str, str]:
    """What HMRC would not take, by field, each with what to do about it."""
    there = for_schedule(details)
    found = {}
    for name, sentence in _MISSING.items():
        value = getattr(details, name)
        if not value:
            found[name] = _(sentence)
        elif len(getattr(there, name)) > MOST[name] or len(value) > MOST_TYPED:
            found[name] = _("HM Revenue and Customs takes at most %(most)d letters here.") % {"most": MOST[name]}
        elif unwritable(value) or not any(one.isalnum() for one in getattr(there, name)):
            found[name] = _("HM Revenue and Customs takes Latin letters alone. Write it as it stands in your tax papers.")
    if details.title and not _TITLE.fullmatch(there.title):
        found["title"] = _("A title has two to four letters, like Mrs, or leave it out. You wrote “%(words)s”.") % {
            "words": details.title[:20]
        }
    if "house" not in found and _NOT_HOME.search(details.house):
        found["house"] = _("Write where you live. HM Revenue and Customs takes no “care of” and no box.")
    if not details.is_overseas and not _POSTCODE.fullmatch(details.postcode):
        found["postcode"] = (
            _("Write a postcode of the United Kingdom, like DN1 2AB. You wrote “%(words)s”.") % {"words": details.postcode[:12]}
            if details.postcode
            else _("Write your postcode, like DN1 2AB.")
        )
    return found


def changed_for_schedule(details: Details) -> dict[str, str]:
    """What HMRC will read otherwise than it was written, by field: to be shown before it is declared."""
    there = for_schedule(details)
    return {name: value for name, value in asdict(there).items() if value != getattr(details, name)}


def latin(text: str) -> str:
    """A text in the letters that HMRC keeps (U+0020-7E and U+00A1-FF), others as near as they go. What cannot be said is left out."""
    kept = []
    for one in unicodedata.normalize("NFC", text).translate(_AS):
        if _is_kept(one):
            kept.append(one)
        else:
            kept.append("".join(part for part in unicodedata.normalize("NFKD", one) if _is_kept(part)))
    return " ".join("".join(kept).split())


def unwritable(text: str) -> bool:
    """Whether a text has letters that HMRC's list would lose silently, and nothing stands for: Cyrillic, Arabic, Chinese."""
    return any(one.isalnum() and not latin(one) for one in unicodedata.normalize("NFC", text))


def sealed(details: Details) -> dict[str, str]:
    """The details as they are kept, with a salt that makes their hash tell nothing."""
    return {**asdict(details), "salt": secrets.token_hex(16)}


def opened(kept: dict[str, str]) -> Details | None:
    """The details of a declaration; None once they were forgotten."""
    return Details(**{name: kept[name] for name in Details.__slots__}) if kept else None


def hash_of(kept: dict[str, str]) -> bytes:
    """What a declaration keeps beside its sealed details, so that other ones are noticed."""
    plain = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(b"fundapp/gift-aid/details/" + plain).digest()


def _is_kept(one: str) -> bool:
    return " " <= one <= "~" or "\u00a1" <= one <= "\u00ff"


def _plain(text: str) -> str:
    return " ".join(text.split())
