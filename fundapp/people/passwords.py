"""Passwords: argon2id, long rather than contrived, and never one that everybody uses (NCSC; OWASP ASVS 5.0, 6.2)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _

LEAST = 8
ADVISED = 15
MOST = 128

# What guessers try first, among words of eight letters and more, and the words this Fund suggests of itself.
# Compared without case, digits at the ends and the usual swaps of letters: "P4ssw0rd123" is "password".
_WORDS = """
password passwort passw qwerty qwertyuiop qwertyui qwert azerty asdfghjk asdfghjkl asdfgh zxcvbnm zxcvbn iloveyou
letmein letmeinnow welcome welcomeback changeme changemenow changethis sunshine princess football baseball basketball superman batman
spiderman pokemon starwars trustno monkey dragon master shadow michael jordan jennifer charlie computer internet
whatever freedom liverpool arsenal chelsea everton rangers celtic manchester manchesterunited manutd tottenham newcastle
leedsunited barcelona england scotland summer winter autumn spring january february march april june july august
september october november december monday tuesday wednesday thursday friday saturday sunday christmas holiday
chocolate butterfly elephant flower lovely loveme loveyou babygirl secret secretsecret default admin administrator
adminadmin root login guest test tester testing testtest temp temporary example sample office company business
mypassword thepassword passwordpassword newpassword nopassword yourpassword passphrase
abcdef abcdefg abcdefgh abcdefghi abcabc qazwsx qazwsxedc qweasd qweasdzxc zaqxsw
donc doncaster doncasterrovers yorkshire southyorkshire changinglives changinglivesfund changelives thefund fund
keyworker approver finance auditor panel charity donate donation homeless amber correcthorsebatterystaple
"""
_COMMON = frozenset(_WORDS.split())


@cache
def _breached() -> frozenset[str]:
    """The 30,000 passwords most often met in breaches, in small letters, as the package zxcvbn carries them. Read when first needed."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


_SWAPS = str.maketrans("4@31!05$7", "aaeiiosst")
_RUNS = ("0123456789012345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


class Passwords:
    """Hashes and checks passwords, at one price for all."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        # What is checked when there is no such account, so that both answers take as long.
        self._nobody = hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What the database keeps."""
        return self._hasher.hash(_normal(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password. With nothing kept it takes as long, and says no."""
        try:
            right = self._hasher.verify(kept or self._nobody, _normal(password)[: MOST + 1])
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    def is_dated(self, kept: str) -> bool:
        """Whether what is kept was made at another price, and should be made anew now that the password is at hand."""
        return self._hasher.check_needs_rehash(kept)


@cache
def passwords(env: str) -> Passwords:
    """The price for an environment: argon2-cffi's own advice (RFC 9106, low memory), and next to nothing in tests."""
    return Passwords(PasswordHasher.from_parameters(CHEAPEST) if env == "test" else PasswordHasher())


def refuse_weak(password: str, *, email: str, name: str = "") -> None:
    """Raises Refused with what to do, for a password that is too short, too long or too easily guessed."""
    sentence = weakness(password, email=email, name=name)
    if sentence:
        raise Refused(sentence)


def weakness(password: str, *, email: str, name: str = "") -> str | None:
    """What is wrong with a new password, or None. No rule about capitals, digits or signs: they do not help."""
    plain = _normal(password)
    if len(plain) < LEAST:
        return _("Use at least %(number)d characters. Three random words make a good password.") % {"number": LEAST}
    if len(plain) > MOST:
        return _("Use at most %(number)d characters.") % {"number": MOST}
    if plain.lower() in _breached() or _is_common(plain) or len(set(plain)) < 4 or _is_run(plain):
        return _("That password is one of the first that anybody would try. Three random words make a good one.")
    if _is_own(plain, email, name):
        return _("That password is too close to your name or e-mail. Three random words make a good one.")
    return None


def _normal(password: str) -> str:
    # The same password from two keyboards may come in two spellings (NIST SP 800-63B 5.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _core(text: str) -> str:
    letters = text.lower()
    bare = re.sub(r"[^a-z]+$|^[^a-z@$]+", "", letters)
    return re.sub(r"[^a-z]", "", bare.translate(_SWAPS))


def _is_common(password: str) -> bool:
    core = _core(password)
    # Letters that are mostly something else are not the common word: length counts for more than what it begins with.
    return core in _COMMON and len(password) - len(core) <= 6


def _is_run(password: str) -> bool:
    text = password.lower()
    half = text[: (len(text) + 1) // 2]
    repeated = len(half) <= 6 and text in half * 4
    return repeated or any(text in run or text in run[::-1] for run in _RUNS)


def _is_own(password: str, email: str, name: str) -> bool:
    core = re.sub(r"[^a-z]", "", password.lower())
    local, _, domain = email.lower().partition("@")
    parts = [*re.split(r"[^a-z]+", local), *re.split(r"[^a-z]+", domain.rpartition(".")[0]), *re.split(r"[^a-z]+", name.lower())]
    left = core
    for part in sorted((part for part in parts if len(part) >= 3), key=len, reverse=True):
        left = left.replace(part, "")
    return core != left and len(left) < 4
