"""Proofs that must be refused: by the script, and by the page's script in a browser."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from tests.unit.verify.small_log import KEY, NONCE, ORIGIN, OTHER_KEY, PRIVATE, Proof, Signed, b64, jcs, path, root


def spoiled_parts() -> Iterator[tuple[str, str, str]]:
    """Proofs that must be refused, each with its name and the step that must be named."""
    good = Proof()
    steps = [b64(one) for one in path(good.index, good.leaves)]
    text, note = good.written(), good.note
    body = note.partition("\n\n")[0] + "\n"
    yield "another header", text.replace("@v1", "@v2", 1), "The file"
    yield "nothing", "", "The file"
    yield "only the header", "c2sp.org/tlog-proof@v1\n", "The file"
    yield "no entry", text.replace(text.split("\n")[1] + "\n", "", 1), "The file"
    yield "windows line ends", text.replace("\n", "\r\n"), "The file"
    yield "a mark in front", "\ufeff" + text, "The file"
    yield "a zero before the index", good.written(index="03"), "The file"
    yield "a plus before the index", good.written(index="+3"), "The file"
    yield "an index in other digits", good.written(index="３"), "The file"
    yield "an index below nothing", good.written(index="-1"), "The file"
    yield "the next index", good.written(index=4), "The path"
    yield "the index before", good.written(index=2), "The path"
    yield "an index behind the end", good.written(index=7), "The path"
    yield "an index far behind the end", good.written(index=3 + 8), "The path"
    yield "a shorter path", good.written(path=steps[:-1]), "The path"
    yield "no path", good.written(path=[]), "The path"
    yield "a longer path", good.written(path=[*steps, steps[0]]), "The path"
    yield "a path of a hundred steps", good.written(path=steps[:1] * 100), "The path"
    yield "two steps changed round", good.written(path=[steps[1], steps[0], steps[2]]), "The path"
    yield "a step that is too short", good.written(path=[b64(b"short"), *steps[1:]]), "The path"
    yield "base64 with a space", good.written(path=[" " + steps[0], *steps[1:]]), "The path"
    yield "base64 without its end", good.written(path=[steps[0].rstrip("="), *steps[1:]]), "The path"
    yield "base64 with other last bits", good.written(path=[other_last_bits(steps[0]), *steps[1:]]), "The path"
    yield "an empty line more", good.written(path=[*steps, ""]), "The signature"
    yield "something behind the end", text + "more\n", "The signature"
    yield "a line behind the end", text + "\n", "The signature"
    yield "no last line end", text[:-1], "The signature"
    yield "no signature", good.written(note=body + "\n"), "The signature"
    yield "another key of the same name", good.written(note=OTHER_KEY.checkpoint(good.leaves)), "The signature"
    yield "another ledger", Proof(key=Signed(name="other.example/ledger")).written(), "The signature"
    yield "our key under another origin", good.written(note=KEY.checkpoint(good.leaves, "other.example/ledger")), "The signature"
    yield "another size", good.written(note=note.replace("\n7\n", "\n8\n")), "The signature"
    yield "a zero before the size", good.written(note=note.replace("\n7\n", "\n07\n")), "The signature"
    yield "a fourth line that is signed", good.written(note=f"{body}more\n\n{KEY.line(body + 'more' + chr(10))}"), "The signature"
    yield "a tab", good.written(note=note.replace("\n7\n", "\n7\t\n")), "The signature"
    yield "a good signature, and a bad one by the same key", good.written(note=note + KEY.line("other words\n")), "The signature"
    yield "a signature without its name", good.written(note=note.replace(f"— {ORIGIN}", "— ")), "The signature"
    yield "a minus for the dash", good.written(note=note.replace("—", "-")), "The signature"
    yield from spoiled_words(good)


def other_last_bits(encoded: str) -> str:
    """The same 32 bytes, written in base64's other ways."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return encoded[:-2] + letters[letters.index(encoded[-2]) ^ 1] + "="


def spoiled_words(good: Proof) -> Iterator[tuple[str, str, str]]:
    """The same, for what the entry and its private part say."""
    extra = good.extra
    entry = extra["entry"]

    def spoil(**parts: Any) -> str:
        return good.written(extra=jcs({**extra, **parts}))

    yield "the amount", spoil(entry=entry.replace("123450", "123451")), "The path"
    yield "a name twice, as it was", spoil(entry=entry.replace('{"kind"', '{"kind":"gift.charged","kind"')), "The entry"
    yield "a name twice, the other first", spoil(entry=entry.replace('{"kind"', '{"kind":"gift.refunded","kind"')), "The entry"
    yield "an amount twice", spoil(entry=entry.replace('"amount_pence"', '"amount_pence":1,"amount_pence"')), "The entry"
    yield "a space in the entry", spoil(entry=entry.replace(",", ", ", 1)), "The entry"
    yield "a number with a point", spoil(entry=entry.replace("123450", "123450.0")), "The entry"
    yield "a number as a power", spoil(entry=entry.replace("123450", "12345e1")), "The entry"
    yield "an escape where none is needed", spoil(entry=entry.replace("gift.charged", "\\u0067ift.charged")), "The entry"
    yield "a list for the entry", spoil(entry="[]"), "The entry"
    yield "nothing for the entry", spoil(entry=""), "The entry"
    yield "lists without end", spoil(entry="[" * 200_000), "The entry"
    yield "a number without end", spoil(entry='{"number":' + "9" * 5_000 + "}"), "The entry"
    yield "another version", Proof(entry_parts={"version": "ledger/v2"}).written(), "The entry"
    yield "a month that is none", Proof(entry_parts={"month": "2026-13"}).written(), "The entry"
    yield "less than a penny", Proof(entry_parts={"transfers": [{**good.entry["transfers"][0], "amount_pence": 0}]}).written(), "The entry"
    yield (
        "a transfer without a fund",
        Proof(entry_parts={"transfers": [{"amount_pence": 1, "fund": "a"}]}).written(),
        "The entry",
    )
    yield "another nonce", spoil(nonce=bytes(16).hex()), "The private part"
    yield "a shorter nonce", spoil(nonce=NONCE.hex()[:-2]), "The private part"
    yield "a nonce in capitals", spoil(nonce=NONCE.hex().upper()), "The private part"
    yield "a private part with another day", spoil(private=extra["private"].replace("2026-11-03", "2026-11-04")), "The private part"
    yield "somebody else's private part", spoil(private=jcs({**PRIVATE, "subject": "donation:10"})), "The private part"
    yield "a day of another month", Proof(private={**PRIVATE, "happened_on": "2026-10-31"}).written(), "The private part"
    yield "no nonce", good.written(extra=jcs({"entry": entry, "private": extra["private"]})), "The file"
    yield "one thing more", spoil(more="x"), "The file"
    yield "a number for the entry", spoil(entry=7), "The file"
    yield "an extra part with a name twice", good.written(extra=jcs(extra).replace('{"entry"', '{"entry":"{}","entry"')), "The file"
    yield "an extra part with a space", good.written(extra=jcs(extra).replace(",", ", ")), "The file"
    yield "an extra part that is no object", good.written(extra="[]"), "The file"


def flipped(data: bytes, every: int = 1) -> Iterator[bytes]:
    """The same bytes with one bit changed: each bit in its turn, or one in `every`."""
    for bit in range(0, len(data) * 8, every):
        one = bytearray(data)
        one[bit // 8] ^= 1 << bit % 8
        yield bytes(one)


def flipped_inside(good: Proof, every: int = 1) -> Iterator[bytes]:
    """Proofs in which one bit was changed before it was written down: of the entry, the nonce, the private part, a step, the root."""
    extra = good.extra
    for name in extra:
        for one in flipped(extra[name].encode(), every):
            words = one.decode("utf-8", "replace")
            yield good.written(extra=jcs({**extra, name: words})).encode()
    steps = path(good.index, good.leaves)
    for at, step in enumerate(steps):
        for one in flipped(step, every):
            yield good.written(path=[b64(one if at == place else other) for place, other in enumerate(steps)]).encode()
    note, whole = good.note, root(good.leaves)
    for one in flipped(whole, every):
        yield good.written(note=note.replace(b64(whole), b64(one))).encode()
    signature = base64.b64decode(note.rstrip("\n").rpartition(" ")[2])
    for one in flipped(signature, every):
        yield good.written(note=note.replace(b64(signature), b64(one))).encode()
