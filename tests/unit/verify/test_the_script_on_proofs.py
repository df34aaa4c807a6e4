"""docs/verify/verify.py proof: what it says of a true proof, and that it refuses every other."""

from __future__ import annotations

import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from pymerkle import InmemoryTree

from tests.unit.verify import spoiled
from tests.unit.verify.conftest import SCRIPT, Answer
from tests.unit.verify.small_log import KEY, OTHER_KEY, Proof, hashes, path, root

Run = Callable[..., Answer]


def test_a_true_proof_is_told_step_by_step(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, Proof().written())
    status, said = run("proof", file, "--key", KEY.vkey)
    assert status == 0
    steps = said.splitlines()
    assert steps[:2] == [
        "ok  The entry says: “gift.charged”, November 2026, entry number 4,714.",
        "      £1,234.50 in the fund public-giving: to stripe-clearing, from donations.",
    ]
    assert steps[2] == "ok  The private part belongs to it: “charge:ch_1” happened on 3 November 2026."
    assert re.fullmatch(r"ok  The fingerprint of exactly these words is [0-9a-f]{64}\.", steps[3])
    assert steps[4] == "ok  The path leads from it to the root of a ledger of 7 entries: place 4 of 7."
    assert steps[5] == f"ok  That root is signed by the key fund.example/ledger+{KEY.number.hex()}."
    assert steps[6:] == ["The proof holds: this entry stands in the ledger of fund.example/ledger."]


def test_a_record_without_money_says_its_particulars_and_what_it_takes_back(run: Run, tmp_path: Path) -> None:
    proof = Proof(entry_parts={"transfers": [], "reverses": 4700, "particulars": {"kinds": ["phones"], "received_pence": 5}})
    status, said = run("proof", write(tmp_path, proof.written()), "--key", KEY.vkey)
    assert status == 0
    assert "It takes back entry number 4,700.\n" in said
    assert 'kinds: ["phones"]\n' in said
    assert "received_pence: 5\n" in said


def test_a_proof_without_its_private_part_holds_and_says_so(run: Run, tmp_path: Path) -> None:
    extra = f'{{"entry":{spoiled.jcs(Proof().extra["entry"])}}}'
    status, said = run("proof", write(tmp_path, Proof().written(extra=extra)), "--key", KEY.vkey)
    assert status == 0
    assert "--  The private part is not in this file." in said


def test_other_people_s_signatures_do_not_matter(run: Run, tmp_path: Path) -> None:
    good = Proof()
    text = good.note.partition("\n\n")[0] + "\n"
    for note in (good.note + OTHER_KEY.line(text), f"{text}\n{OTHER_KEY.line('other words')}{KEY.line(text)}"):
        assert run("proof", write(tmp_path, good.written(note=note)), "--key", KEY.vkey)[0] == 0


def test_each_key_of_a_file_will_do(run: Run, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"{OTHER_KEY.vkey}\n{KEY.vkey}\n")
    assert run("proof", write(tmp_path, Proof().written()), "--key", keys)[0] == 0


@pytest.mark.parametrize(
    "key",
    [
        OTHER_KEY.vkey,
        KEY.vkey.replace("fund.example", "fond.example"),
        KEY.vkey[:-4] + "AAA=",
        KEY.vkey + "AAAA",
        "fund.example/ledger+0123abcd+" + KEY.vkey.rpartition("+")[2],
        "no-such-file",
        KEY.vkey.replace("+" + KEY.number.hex(), ""),
    ],
)
def test_a_wrong_key_is_refused(run: Run, tmp_path: Path, key: str) -> None:
    status, said = run("proof", write(tmp_path, Proof().written()), "--key", key)
    assert status == 1
    assert re.search(r"^NOT OK  The (key|signature):? ", said, re.M)
    assert "holds" not in said


@pytest.mark.parametrize(("text", "step"), [pytest.param(text, step, id=name) for name, text, step in spoiled.spoiled_parts()])
def test_a_spoiled_proof_is_refused_in_one_sentence_that_names_the_step(run: Run, tmp_path: Path, text: str, step: str) -> None:
    status, said = run("proof", write(tmp_path, text), "--key", KEY.vkey)
    assert status == 1
    assert said.splitlines()[-1].startswith(f"NOT OK  {step}:"), said
    assert said.count("NOT OK") == 1
    assert "The proof holds" not in said


def test_no_bit_can_be_changed(verify: ModuleType, tmp_path: Path) -> None:
    """Each bit of each part before it was written down, and every third of the file that they make."""
    good, file, taken = Proof(), tmp_path / "proof", []
    asked = Namespace(file=file, key=KEY.vkey, checkpoint=[])
    for changed in [*spoiled.flipped_inside(good), *spoiled.flipped(good.written().encode(), every=3)]:
        file.write_bytes(changed)
        try:
            verify.check_proof(asked)
        except verify.Refused:
            continue
        taken.append(changed)
    assert not taken


def test_nothing_that_is_no_text_or_has_no_end_is_read(run: Run, tmp_path: Path) -> None:
    for data in (b"\xff\xfe", b"\0" * 2_000_000, Proof().written().encode() + b"\n" * 1_000_000):
        file = tmp_path / "proof"
        file.write_bytes(data)
        assert run("proof", file, "--key", KEY.vkey)[0] == 1
    assert run("proof", tmp_path, "--key", KEY.vkey)[0] == 1


def test_an_entry_cannot_write_on_the_terminal(run: Run, tmp_path: Path) -> None:
    proof = Proof(entry_parts={"kind": "\x1b]0;owned\x07\x1b[2J\u202e"})
    status, said = run("proof", write(tmp_path, proof.written()), "--key", KEY.vkey)
    assert status == 0
    assert all(one.isprintable() or one == "\n" for one in said)


@pytest.mark.parametrize("size", [*range(1, 71), 255, 256, 257])
def test_every_place_of_a_ledger_of_any_size_leads_to_its_root_and_to_no_other(verify: ModuleType, size: int) -> None:
    leaves = hashes(size)
    whole = root(leaves)
    for index in range(size) if size < 100 else (0, 1, 127, 128, 254, size - 1):
        steps = path(index, leaves)
        assert verify.root_above(leaves[index], index, size, steps) == whole
        for other in {index - 1, index + 1, index ^ 2} & set(range(size)):
            assert leads_elsewhere(verify, leaves[index], other, size, steps, whole)


def leads_elsewhere(verify: ModuleType, leaf: bytes, index: int, size: int, steps: list[bytes], whole: bytes) -> bool:
    try:
        return bool(verify.root_above(leaf, index, size, steps) != whole)
    except verify.Refused:
        return True


def test_a_ledger_one_over_a_power_of_two_has_short_and_long_paths(verify: ModuleType) -> None:
    leaves = hashes(65_537)
    whole = root(leaves)
    assert verify.roots(leaves, {65_536, 65_537})[65_537] == whole
    for index, length in ((0, 17), (40_000, 17), (65_535, 17), (65_536, 1)):
        steps = path(index, leaves)
        assert len(steps) == length
        assert verify.root_above(leaves[index], index, 65_537, steps) == whole


def test_another_library_s_roots_are_the_same(verify: ModuleType) -> None:
    tree, leaves = InmemoryTree(algorithm="sha256"), []
    for number in range(1, 131):
        tree.append_entry(f"entry {number - 1}".encode())
        leaves = hashes(number)
        if number < 20 or number in (63, 64, 65, 127, 128, 129, 130):
            assert verify.roots(leaves, {number})[number] == tree.get_root(number) == root(leaves)


def test_the_same_size_must_have_the_same_root(run: Run, tmp_path: Path) -> None:
    good, file = Proof(), write(tmp_path, Proof().written())
    poster, forged, later = tmp_path / "poster", tmp_path / "forged", tmp_path / "later"
    # As an editor on Windows keeps it, and without its last line's end.
    poster.write_bytes(good.note.rstrip("\n").replace("\n", "\r\n").encode())
    forged.write_text(KEY.checkpoint(hashes(7)))
    later.write_text(KEY.checkpoint([*good.leaves, *hashes(2)]))
    status, said = run("proof", file, "--key", KEY.vkey, "--checkpoint", poster)
    assert (status, "says the same root for the same size." in said) == (0, True)
    status, said = run("proof", file, "--key", KEY.vkey, "--checkpoint", poster, "--checkpoint", forged)
    assert status == 1
    assert "two signed roots for one size" in said
    assert "The proof holds" not in said
    status, said = run("proof", file, "--key", KEY.vkey, "--checkpoint", later)
    assert status == 1
    assert "the proof itself holds; but this is of 9 entries, and the proof of 7" in said
    assert f"verify.py ledger ADDRESS --key KEY --checkpoint {later}" in said
    later.write_text(OTHER_KEY.checkpoint(good.leaves))
    assert run("proof", file, "--key", KEY.vkey, "--checkpoint", later)[0] == 1


def test_it_runs_by_itself_shut_off_from_everything_around_it(tmp_path: Path) -> None:
    file = write(tmp_path, Proof().written())
    good = command("proof", str(file), "--key", KEY.vkey)
    assert (good.returncode, good.stderr) == (0, "")
    bad = command("proof", str(file), "--key", OTHER_KEY.vkey)
    assert bad.returncode == 1
    assert bad.stderr.startswith("NOT OK  The signature:")
    assert bad.stderr.count("\n") == 1


def test_it_says_what_it_lacks_where_its_one_package_is_missing(tmp_path: Path) -> None:
    bare = [sys.executable, "-I", "-S", str(SCRIPT), "proof", "x", "--key", "x"]
    done = subprocess.run(bare, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == "This script needs the Python package “cryptography”: python3 -m pip install cryptography\n"


def test_it_has_nothing_of_ours_in_it() -> None:
    assert "fundapp" not in SCRIPT.read_text()


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", str(SCRIPT), *words], capture_output=True, text=True, timeout=60, check=False)


def write(folder: Path, text: str) -> Path:
    file = folder / "gift.tlog-proof"
    file.write_bytes(text.encode())
    return file
