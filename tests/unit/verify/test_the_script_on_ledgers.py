"""docs/verify/verify.py ledger: it computes the whole ledger's root again, at every size that somebody holds a checkpoint of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.unit.verify.conftest import Answer
from tests.unit.verify.small_log import KEY, OTHER_KEY, Signed, hashes, publish, tile_name

Run = Callable[..., Answer]


@pytest.mark.parametrize("size", [0, 1, 2, 70, 255, 256, 257, 511, 512, 600])
def test_a_true_ledger_holds_at_the_size_that_is_served(run: Run, tmp_path: Path, size: int) -> None:
    status, said = run("ledger", publish(tmp_path, hashes(size)), "--key", KEY.vkey)
    assert (status, said.splitlines()) == (
        0,
        [
            f"held  The served checkpoint: {size:,} entries, root and signature.",
            f"The ledger holds: one ledger of {size:,} entries fits every checkpoint.",
        ],
    )


def test_tiles_beyond_the_thousandth_are_found(verify: Any) -> None:
    asked: list[str] = []

    def read(_where: str, name: str) -> bytes:
        asked.append(name)
        return bytes(8_192) if ".p/" not in name else bytes(32)

    verify_read, verify.read_part = verify.read_part, read
    try:
        assert sum(1 for _ in verify.leaves("", 256 * 1_234 + 1)) == 256 * 1_234 + 1
    finally:
        verify.read_part = verify_read
    assert [asked[0], asked[999], asked[1000], asked[-1]] == ["tile/0/000", "tile/0/999", "tile/0/x001/000", "tile/0/x001/234.p/1"]
    assert tile_name(1_234_067) == "x001/x234/067"


def test_every_earlier_checkpoint_of_one_ledger_is_held(run: Run, tmp_path: Path) -> None:
    ledger = publish(tmp_path / "ledger", hashes(300))
    old = [save(tmp_path / str(size), KEY.checkpoint(hashes(size))) for size in (0, 1, 128, 255, 256, 299, 300)]
    status, said = run("ledger", ledger, "--key", KEY.vkey, *[word for file in old for word in ("--checkpoint", file)])
    assert status == 0
    assert said.count("\nheld  ") == 7
    assert "NOT" not in said


def test_what_does_not_fit_is_named_and_the_rest_is_told_too(run: Run, tmp_path: Path) -> None:
    ledger = publish(tmp_path / "ledger", hashes(300))
    changed = hashes(200)
    changed[7] = hashes(301)[300]
    kept = {
        "true": KEY.checkpoint(hashes(256)),
        "changed": KEY.checkpoint(changed),
        "dropped": KEY.checkpoint(hashes(301)),
        "forged": OTHER_KEY.checkpoint(hashes(256)),
        "junk": "no checkpoint at all\n",
    }
    files = {name: save(tmp_path / name, text) for name, text in kept.items()}
    status, said = run("ledger", ledger, "--key", KEY.vkey, *[word for file in files.values() for word in ("--checkpoint", file)])
    assert status == 1
    lines = said.splitlines()
    assert lines[1] == f"held  The checkpoint {files['true']}: 256 entries, root and signature."
    assert lines[2] == f"NOT HELD  The checkpoint {files['changed']}: the first 200 entries give another root: something was changed."
    assert "it covers 301 entries, but 300 are served" in lines[3]
    assert "none of the signatures is by your key" in lines[4]
    assert "is not a signed note" in lines[5]
    assert lines[6].startswith("NOT OK  The ledger: 4 of 6 checkpoints do not fit what is served.")


def test_a_ledger_that_was_changed_under_its_checkpoint_is_found(run: Run, tmp_path: Path) -> None:
    publish(tmp_path, hashes(300))
    tile = tmp_path / "tile/0/001.p/44"
    whole = tile.read_bytes()
    for spoiled in (whole[:-1], whole + b"\0", b"", whole[32:] + whole[:32], bytes([whole[0] ^ 1]) + whole[1:]):
        tile.write_bytes(spoiled)
        status, said = run("ledger", tmp_path, "--key", KEY.vkey)
        assert (status, "holds" in said) == (1, False)
    tile.unlink()
    status, said = run("ledger", tmp_path, "--key", KEY.vkey)
    assert (status, "tile/0/001 is not there" in said) == (1, True)
    # Once the tile is whole, its first part may be gone (C2SP tlog-tiles).
    (tmp_path / "tile/0/001").write_bytes(b"".join(hashes(512)[256:]))
    assert run("ledger", tmp_path, "--key", KEY.vkey)[0] == 0


def test_without_a_checkpoint_or_with_another_s_nothing_is_read(run: Run, tmp_path: Path) -> None:
    status, said = run("ledger", tmp_path, "--key", KEY.vkey)
    assert (status, "there is no checkpoint" in said) == (1, True)
    publish(tmp_path, hashes(3), key=Signed(name="other.example/ledger"))
    status, said = run("ledger", tmp_path, "--key", KEY.vkey)
    assert (status, "The served checkpoint: it is of “other.example/ledger”" in said) == (1, True)


def test_a_checkpoint_by_a_key_that_was_retired_is_held_with_both_keys_in_a_file(run: Run, tmp_path: Path) -> None:
    ledger = publish(tmp_path / "ledger", hashes(20), key=OTHER_KEY)
    old = save(tmp_path / "old", KEY.checkpoint(hashes(9)))
    keys = save(tmp_path / "keys", f"{OTHER_KEY.vkey}\n{KEY.vkey}\n")
    assert run("ledger", ledger, "--key", keys, "--checkpoint", old)[0] == 0
    assert run("ledger", ledger, "--key", OTHER_KEY.vkey, "--checkpoint", old)[0] == 1


def test_a_ledger_is_read_from_its_address(run: Run, served: tuple[Path, str]) -> None:
    folder, address = served
    publish(folder / "open" / "ledger", hashes(300))
    for written in (f"{address}/open/ledger", f"{address}/open/ledger/"):
        assert run("ledger", written, "--key", KEY.vkey)[0] == 0
    (folder / "open/ledger/tile/0/000").unlink()
    status, said = run("ledger", f"{address}/open/ledger", "--key", KEY.vkey)
    assert (status, "tile/0/000 is not there" in said) == (1, True)
    status, said = run("ledger", f"{address}/elsewhere", "--key", KEY.vkey)
    assert (status, "there is no checkpoint" in said) == (1, True)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing of what was asked for."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address where it is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def save(file: Path, text: str) -> Path:
    file.write_text(text)
    return file
