"""The bytes that everything else rests on. A failure here means that the code is wrong, never the vectors."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.ledger import canonical
from fundapp.ledger.draft import Draft, Line, Record

FILE = Path(__file__).with_name("vectors.json")
DOCUMENT = json.loads(FILE.read_text())
VECTORS = DOCUMENT["vectors"]

# Add vectors for another encoding to another file. This one is closed.
FROZEN = "8b95c2e2c50c834814c86f9453001e3b69626e9891ffface08bb9c260fb09861"


def record_of(vector: dict[str, Any]) -> Record:
    said = vector["record"]
    draft = Draft(
        event_key=said["event_key"],
        kind=said["kind"],
        happened_on=date.fromisoformat(said["happened_on"]),
        lines=tuple(Line(*line) for line in said["lines"]),
        actor=said["actor"],
        subject=said["subject"],
        reason=said.get("reason", ""),
        note=said.get("note", ""),
        reverses=said.get("reverses"),
        public=said.get("public", {}),
        private=said.get("private", {}),
    )
    recorded_at = datetime.fromisoformat(said["recorded_at"])
    return Record(draft, said["number"], recorded_at, bytes.fromhex(said["nonce"]), said.get("forced", False))


GIFT = record_of(VECTORS[0])


def test_the_file_of_vectors_is_the_one_that_was_frozen() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == FROZEN


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_record_has_the_bytes_and_the_hash_it_was_frozen_with(vector: dict[str, Any]) -> None:
    record = record_of(vector)
    assert canonical.encode(canonical.private_part(record)).decode() == vector["private_bytes"]
    assert canonical.canonical_bytes(record).decode() == vector["canonical_bytes"]
    assert canonical.leaf_hash(record).hex() == vector["leaf_hash"]


def test_a_gift_is_hashed_as_a_stranger_would_write_it_down_by_hand() -> None:
    private = (
        '{"actor":"stripe","event_key":"charge:ch_3Qx7LmFund0001","happened_on":"2026-11-14","recorded_at_us":1794666728123456,'
        '"subject":"donation:0b8f6d0e-6a1f-4c1e-9f0a-2f6f3a1f9b11","version":"ledger/v1"}'
    )
    fingerprint = hashlib.sha256(GIFT.nonce + private.encode()).hexdigest()
    public = (
        f'{{"kind":"gift.charged","month":"2026-11","number":4711,"private":"{fingerprint}","transfers":'
        '[{"amount_pence":1000,"credit":"donations","debit":"stripe-clearing","fund":"public-giving"}],"version":"ledger/v1"}'
    )
    assert canonical.leaf_hash(GIFT) == hashlib.sha256(b"\x00" + public.encode()).digest()


def test_the_public_part_says_no_more_than_it_may() -> None:
    full = replace(
        GIFT, forced=True, draft=replace(GIFT.draft, reason="a", note="words:1", reverses=3, public={"k": 5}, private={"x": "y"})
    )
    assert set(canonical.public_part(full)) == {
        "kind",
        "month",
        "number",
        "particulars",
        "private",
        "reverses",
        "transfers",
        "version",
    }
    shown = canonical.canonical_bytes(full).decode()
    for hidden in ("charge:ch_", "2026-11-14", "1794666728", "donation:", 'stripe"', "words:1", "forced"):
        assert hidden not in shown


def test_the_same_moment_in_another_zone_is_the_same_record() -> None:
    elsewhere = GIFT.recorded_at.astimezone(datetime.fromisoformat("2026-01-01T00:00:00+05:30").tzinfo)
    assert canonical.leaf_hash(replace(GIFT, recorded_at=elsewhere)) == canonical.leaf_hash(GIFT)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 4712},
        {"recorded_at": GIFT.recorded_at + timedelta(microseconds=1)},
        {"nonce": bytes(16)},
        {"forced": True},
        *({"draft": replace(GIFT.draft, **{name: value})} for name, value in {
            "event_key": "charge:ch_other",
            "kind": "gift.refunded",
            "happened_on": date(2026, 11, 15),
            "lines": (Line("stripe-clearing", "donations", "public-giving", 1001),),
            "actor": "system",
            "subject": "donation:other",
            "reason": "x",
            "note": "x",
            "reverses": 1,
            "public": {"a": 1},
            "private": {"a": 1},
        }.items()),
        *({"draft": replace(GIFT.draft, lines=(replace(GIFT.draft.lines[0], **{name: "bank"}),))} for name in ("debit", "credit", "fund")),
    ],
    ids=str,
)  # fmt: skip
def test_whatever_changes_the_leaf_changes(change: dict[str, Any]) -> None:
    assert canonical.leaf_hash(replace(GIFT, **change)) != canonical.leaf_hash(GIFT)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.0},
        {"a": True},
        {"a": None},
        {"a": 2**53},
        {"a": -(2**53)},
        {"a": "\ud800"},
        {"a": "\0"},
        {"A": 1},
        {"": 1},
        {"é": 1},
        {1: 1},
        {"a": [{"b": 0.5}]},
        {"a": (1, 2)},
        {"a": date(2026, 11, 14)},
    ],
    ids=str,
)
def test_what_two_programs_might_write_in_two_ways_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not|only|cannot|number"):
        canonical.encode(value)


def test_a_moment_without_a_zone_and_a_short_nonce_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical.microseconds(datetime(2026, 11, 14))  # noqa: DTZ001
    with pytest.raises(ValueError, match="16 bytes"):
        canonical.leaf_hash(replace(GIFT, nonce=b"short"))


KEYS = st.from_regex(r"[a-z0-9][a-z0-9_.:-]{0,8}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SCALARS = TEXT | st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.dictionaries(KEYS, st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12))


def by_hand(value: Any) -> str:
    """RFC 8785 for the values we allow, written a second time."""
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{by_hand(key)}:{by_hand(value[key])}" for key in sorted(value, key=lambda key: key.encode("utf-16-be"))) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(by_hand(inner) for inner in value) + "]"
    if isinstance(value, int):
        return str(value)
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(short.get(letter) or (f"\\u{ord(letter):04x}" if ord(letter) < 32 else letter) for letter in value) + '"'


@given(VALUES)
def test_the_encoding_is_rfc_8785_and_can_be_read_back(value: dict[str, Any]) -> None:
    encoded = canonical.encode(value)
    assert encoded.decode() == by_hand(value)
    assert json.loads(encoded) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_are_counted_in_whole_microseconds(moment: datetime) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=canonical.microseconds(moment)) == moment


# Nearly always what an entry holds, and sometimes what none should: the short way must not be taken for those.
WORDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,12}", fullmatch=True) | TEXT
COUNTED = st.integers(0, 10**9) | st.sampled_from([-1, 2**53 - 1, 2**53, True])
LINES = st.lists(st.builds(Line, WORDS, WORDS, WORDS, COUNTED), max_size=4).map(tuple)
PARTICULARS = st.just({}) | st.dictionaries(KEYS, SCALARS, max_size=2)
DRAFTS = st.builds(
    Draft,
    event_key=WORDS,
    kind=WORDS,
    happened_on=st.dates(),
    lines=LINES,
    actor=WORDS,
    subject=WORDS,
    reason=st.just("") | WORDS,
    note=st.just("") | WORDS,
    reverses=st.none() | st.integers(1, 10**6),
    public=PARTICULARS,
    private=PARTICULARS,
)
RECORDS = st.builds(
    Record,
    DRAFTS,
    COUNTED,
    st.datetimes(timezones=st.just(UTC)),
    st.binary(min_size=16, max_size=16) | st.just(b"short"),
    st.booleans(),
)


@given(RECORDS)
def test_the_short_way_of_a_plain_entry_gives_the_bytes_of_the_long_one(record: Record) -> None:
    try:
        long = canonical.encode(canonical.public_part(record))
    except ValueError:
        with pytest.raises(ValueError, match=r"not|only|cannot|number|bytes"):
            canonical.canonical_bytes(record)
    else:
        assert canonical.canonical_bytes(record) == long


@given(st.builds(replace, st.just(GIFT), draft=st.builds(
    replace, st.just(GIFT.draft), event_key=WORDS, lines=st.lists(st.builds(Line, WORDS, WORDS, WORDS, COUNTED), max_size=4).map(tuple)
)))  # fmt: skip
def test_so_it_does_when_all_but_key_and_lines_is_plain(record: Record) -> None:
    test_the_short_way_of_a_plain_entry_gives_the_bytes_of_the_long_one.hypothesis.inner_test(record)  # type: ignore[attr-defined]
