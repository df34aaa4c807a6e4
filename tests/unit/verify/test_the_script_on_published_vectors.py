"""docs/verify/verify.py on what others published: it shares the standards with them, and no code.

Texts, keys and signatures are facts of their sources, which are named beside them.
"""

from __future__ import annotations

import base64
from types import ModuleType

import pytest

# golang.org/x/mod/sumdb/note, note_test.go.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
ENOCHS = "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
# c2sp.org/tlog-checkpoint: the root and the signature of its example are those of the Go checksum database at that size, whose key
# stands in Go's own source (cmd/go/internal/modfetch/key.go). The database's origin line is not its key's name.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_BODY = "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SUMDBS = "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
# The eight leaves of Certificate Transparency's own Merkle tests, and the root over the first one, two, … of them.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def signature(verify: ModuleType, vkey: str, line: str, text: str) -> bool:
    """Whether a published signature is by the published key, as the script would have it."""
    ((_, number), public) = next(iter(verify.read_keys(vkey).items()))
    data = base64.b64decode(line)
    assert data[:4] == number
    try:
        verify.Ed25519PublicKey.from_public_bytes(public).verify(data[4:], text.encode())
    except verify.InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("vkey", "line", "text"), [(PETER, PETERS, TEXT), (ENOCH, ENOCHS, TEXT), (SUMDB, SUMDBS, SUMDB_BODY)])
def test_published_keys_and_signatures_fit_as_they_do_elsewhere(verify: ModuleType, vkey: str, line: str, text: str) -> None:
    assert signature(verify, vkey, line, text)
    assert not signature(verify, vkey, line, text + " ")


@pytest.mark.parametrize("vkey", [PETER, ENOCH, SUMDB])
def test_a_published_key_with_any_letter_changed_is_no_key(verify: ModuleType, vkey: str) -> None:
    for at in range(len(vkey)):
        changed = vkey[:at] + chr(ord(vkey[at]) + 1) + vkey[at + 1 :]
        with pytest.raises(verify.Refused):
            verify.read_keys(changed)


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_keys_that_are_published_as_bad_are_refused(verify: ModuleType, vkey: str) -> None:
    """One is too long, one of an unknown kind; the numbers of both fit. From the same note_test.go."""
    with pytest.raises(verify.Refused):
        verify.read_keys(vkey)


def test_a_checkpoint_whose_origin_is_not_its_key_s_name_is_none_of_ours(verify: ModuleType) -> None:
    note = f"{SUMDB_BODY}\n— sum.golang.org {SUMDBS}\n"
    with pytest.raises(verify.Refused, match=r"it is of “go\.sum database tree”, and your key is for “sum\.golang\.org”"):
        verify.read_checkpoint(note, verify.read_keys(SUMDB), "The signature")


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        TEXT + "\n",
        f"{TEXT}\n— PeterNeumann {PETERS}",
        f"\x01{TEXT}\n— PeterNeumann {PETERS}\n",
        f"{TEXT}\n— Bad Name {PETERS}\n",
        f"{TEXT}\n— PeterNeumann {PETERS}\nUnexpected line.\n",
    ],
)
def test_notes_that_are_published_as_malformed_are_refused(verify: ModuleType, note: str) -> None:
    with pytest.raises(verify.Refused):
        verify.read_checkpoint(note, verify.read_keys(PETER), "The signature")


def test_certificate_transparency_s_roots_come_out(verify: ModuleType) -> None:
    leaves = [verify.sha256(b"\x00" + bytes.fromhex(leaf)) for leaf in LEAVES]
    found = verify.roots(leaves, set(range(1, 9)))
    assert [found[size].hex() for size in range(1, 9)] == ROOTS
    assert found[0].hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_certificate_transparency_s_paths_lead_to_the_roots(verify: ModuleType) -> None:
    """Paths of the same tests: (place from 1, size, steps)."""
    paths = [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ]
    for place, size, steps in paths:
        leaf = verify.sha256(b"\x00" + bytes.fromhex(LEAVES[place - 1]))
        whole = verify.root_above(leaf, place - 1, size, [bytes.fromhex(step) for step in steps])
        assert whole.hex() == ROOTS[size - 1]
