"""Signed notes and checkpoints, against published keys and notes, and against what is no note at all."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.ledger.notes import LONGEST_NOTE, BadNote, Checkpoint, Signer, Verifier, split_note

# Facts published with Go's golang.org/x/mod/sumdb/note (package documentation and its tests): two keys, a text, and its signatures.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
# The example of C2SP signed-note, "Verifier keys".
EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The examples of C2SP signed-note ("Note") and tlog-checkpoint: their keys are not given, their form is.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
ROOT = hashlib.sha256(b"").digest()
ROOT_LINE = base64.b64encode(ROOT).decode()


def test_the_published_key_signs_the_published_note() -> None:
    signer = Signer.parse(PETER_PRIVATE)
    assert signer.sign(TEXT) == f"{TEXT}\n{BY_PETER}"
    assert signer.verifier.vkey == PETER
    assert signer.skey == PETER_PRIVATE


@pytest.mark.parametrize(
    ("vkey", "note"),
    [
        (PETER, f"{TEXT}\n{BY_PETER}"),
        (PETER, f"{TEXT}\n{BY_ENOCH}{BY_PETER}"),
        (ENOCH, f"{TEXT}\n{BY_PETER}{BY_ENOCH}"),
        (PETER, f"{TEXT}\n{BY_PETER}{BY_PETER}"),
        (PETER, f"{TEXT}\n{BY_PETER}" + BY_ENOCH * 99),
        (EXAMPLE, EXAMPLE_NOTE),
    ],
)
def test_published_notes_verify_with_published_keys(vkey: str, note: str) -> None:
    verifier = Verifier.parse(vkey)
    assert verifier.vkey == vkey
    assert verifier.verifies(note)


@pytest.mark.parametrize(
    ("vkey", "note"),
    [
        # Nobody we know signed it.
        (EXAMPLE, f"{TEXT}\n{BY_PETER}"),
        (ENOCH, f"{TEXT}\n{BY_PETER}"),
        # Another text.
        (PETER, f"{TEXT.replace('answer', 'Answer')}\n{BY_PETER}"),
        (PETER, f"\n{TEXT}\n{BY_PETER}"),
        (PETER, f"{TEXT}\n\n{BY_PETER}"),
        # One good signature by the key and one that is not.
        (PETER, f"{TEXT}\n{BY_PETER}{BY_PETER.replace('x08go/ZJ', 'x08go/ZK')}"),
        # Another's signature under the key's name and number.
        (PETER, f"{TEXT}\n— PeterNeumann " + base64.b64encode(bytes.fromhex("c74f20a3") + bytes(64)).decode() + "\n"),
        (PETER, f"{TEXT}\n— PeterNeumann " + base64.b64encode(bytes.fromhex("c74f20a3") + bytes(3)).decode() + "\n"),
        # The key's number under another's name.
        (PETER, f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'PeterNeuman')}"),
    ],
)
def test_a_note_that_the_key_did_not_sign_does_not_verify(vkey: str, note: str) -> None:
    assert not Verifier.parse(vkey).verifies(note)


def test_published_forms_are_read() -> None:
    text, signatures = split_note(POEM)
    assert text.endswith("\n\ned è subito sera.\n")
    assert [(name, len(signature)) for name, _, signature in signatures] == [("quasimodo.example/salvatore", 64)]
    checkpoint = Checkpoint.parse(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text == SOFA.partition("\n\n")[0] + "\n"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{BY_PETER[:-1]}",
        f"{TEXT}\n{BY_PETER}\n",
        f"{TEXT}\n{BY_PETER}Unexpected line.\n",
        f"{TEXT}{BY_PETER}",
        f"\x01{TEXT}\n{BY_PETER}",
        f"{TEXT}\n{BY_PETER}".replace("\n", "\r\n"),
        f"{TEXT}\t\n\n{BY_PETER}",
        f"{TEXT}\n— Bad Name x08go/ZJkuBS\n",
        f"{TEXT}\n— bad+name x08go/ZJkuBS\n",
        f"{TEXT}\n—  x08go/ZJkuBS\n",
        f"{TEXT}\n- PeterNeumann x08go/ZJkuBS\n",
        f"{TEXT}\n— PeterNeumann\n",
        f"{TEXT}\n— PeterNeumann \n",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n— PeterNeumann x08g\n",
        f"{TEXT}\n— PeterNeumann x08go/ZJkuB\n",
        f"{TEXT}\n— PeterNeumann x08go_ZJkuBS\n",
        f"{TEXT}\n— PeterNeumann x08go/ZJkuB=\n",
        f"{TEXT}\n—\N{NO-BREAK SPACE}PeterNeumann x08go/ZJkuBS\n",
        f"{TEXT}\n— Peter\N{NO-BREAK SPACE}Neumann x08go/ZJkuBS\n",
        f"{TEXT}\n— Peterx08go x08go/ZJkuBS é\n",
        f"{TEXT}\n{BY_PETER}" + BY_PETER * (LONGEST_NOTE // len(BY_PETER)),
    ],
)
def test_what_is_no_note_is_refused_in_a_sentence(note: str) -> None:
    with pytest.raises(BadNote, match=r"\.$"):
        Verifier.parse(PETER).verifies(note)


@pytest.mark.parametrize(
    "body",
    [
        f"example.org/log\n1\n{ROOT_LINE[:-4]}\n",
        f"example.org/log\n1\n{ROOT_LINE[:-2]}V=\n",
        f"example.org/log\n1\n {ROOT_LINE}\n",
        f"example.org/log\n01\n{ROOT_LINE}\n",
        f"example.org/log\n+1\n{ROOT_LINE}\n",
        f"example.org/log\n-1\n{ROOT_LINE}\n",
        f"example.org/log\n1.0\n{ROOT_LINE}\n",
        f"example.org/log\n1_0\n{ROOT_LINE}\n",
        f"example.org/log\n\N{ARABIC-INDIC DIGIT ONE}\n{ROOT_LINE}\n",
        f"example.org/log\n{10**19}\n{ROOT_LINE}\n",
        f"\n1\n{ROOT_LINE}\n",
        f"example.org/log\n{ROOT_LINE}\n",
        "example.org/log\n1\n",
        f"example.org/log\n1\n{ROOT_LINE}\n\nan extension after nothing\n",
        f"example.org/log\n1\n{ROOT_LINE}\n\n",
    ],
)
def test_a_note_that_is_no_checkpoint_is_refused_however_well_signed(body: str) -> None:
    note = Signer.generate("example.org/log").sign(body)
    with pytest.raises(BadNote, match=r"\.$"):
        Checkpoint.parse(note)


def test_a_checkpoint_with_extension_lines_is_read_without_them() -> None:
    note = Signer.generate("example.org/log").sign(f"example.org/log\n0\n{ROOT_LINE}\nsomething of another's\n")
    assert Checkpoint.parse(note) == Checkpoint("example.org/log", 0, ROOT)


def test_no_piece_of_a_key_is_a_key_and_no_changed_one() -> None:
    for key, parse in ((PETER, Verifier.parse), (PETER_PRIVATE, Signer.parse)):
        pieces = [key[first:last] for first in range(len(key)) for last in range(first, len(key) + 1) if (first, last) != (0, len(key))]
        changed = [key[:at] + chr(ord(one) + 1) + key[at + 1 :] for at, one in enumerate(key)]
        for wrong in [*pieces, *changed, key.upper(), f"{key}=", f"{key}AA=="]:
            with pytest.raises(BadNote) as refusal:
                parse(wrong)
            assert wrong[-20:] not in str(refusal.value) or len(wrong) < 20


@pytest.mark.parametrize(
    "vkey",
    [
        # From Go's tests: a key of the wrong length, and one of a kind nobody knows, each with a number that fits.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_PRIVATE,
        "",
    ],
)
def test_a_key_of_another_kind_is_refused(vkey: str) -> None:
    with pytest.raises(BadNote) as refusal:
        Verifier.parse(vkey)
    assert "AYEKFALVFG" not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\N{NO-BREAK SPACE}b", "a\x00b"])
def test_a_key_has_a_name_that_can_stand_in_a_note(name: str) -> None:
    with pytest.raises(BadNote, match="no spaces"):
        Signer.generate(name)


def test_a_private_key_shows_itself_nowhere() -> None:
    signer = Signer.generate("example.org/log")
    secret = signer.skey.split("+", 4)[4]
    for told in (repr(signer), str(signer), f"{signer}", repr([signer]), repr(signer.verifier), signer.sign("x\n")):
        assert secret not in told
        assert repr(base64.b64decode(secret)[1:])[2:-1] not in told
    with pytest.raises(BadNote) as refusal:
        Signer.parse(signer.skey.replace("+example.org/log+", "+example.org/lag+"))
    assert secret not in str(refusal.value)
    with pytest.raises(FrozenInstanceError):
        signer.name = "another"  # type: ignore[misc]


def test_two_keys_of_one_name_are_two() -> None:
    first, second = Signer.generate("example.org/log"), Signer.generate("example.org/log")
    note = first.sign("text\n")
    assert first.verifier.verifies(note)
    assert not second.verifier.verifies(note)
    assert Signer.parse(f"  {first.skey}\n").verifier == first.verifier


@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("example.org/log", size, root)
    assert Checkpoint.parse(Signer.parse(PETER_PRIVATE).sign(checkpoint.text)) == checkpoint


@given(st.text(max_size=200))
def test_nothing_that_is_handed_in_breaks_the_reader(words: str) -> None:
    for read in (split_note, Checkpoint.parse, Verifier.parse, Signer.parse):
        for one in (words, f"{words}\n\n{words}\n", f"{words}+0123abcd+{words}", f"text\n\n— name {words}\n"):
            try:
                read(one)
            except BadNote:
                continue
