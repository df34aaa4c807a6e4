#!/usr/bin/env python3
# It speaks to a person at a terminal, and reads the address it is given.
# ruff: noqa: T201, S310
"""Check a gift's proof, or the whole public ledger, without believing the Fund. README.md beside this file says more.

    verify.py proof GIFT.tlog-proof --key KEY [--checkpoint FILE]
    verify.py ledger ADDRESS_OR_FOLDER --key KEY [--checkpoint FILE] [--checkpoint FILE]

KEY is a line like name+0123abcd+AQ…, or a file of such lines. Python 3.9 and “cryptography” are all that this needs; it has no code in
common with the Fund's. Exit status 0: all that was asked holds. 1: something does not, and the last line names the step.
"""

from __future__ import annotations

import argparse
import base64
import calendar
import hashlib
import http.client
import json
import re
import sys
import urllib.request
from collections import namedtuple
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("This script needs the Python package “cryptography”: python3 -m pip install cryptography")

Checkpoint = namedtuple("Checkpoint", "origin size root signer")
LONGEST = 1_000_000  # bytes of a proof, a checkpoint, a file of keys: no true one comes near


class Refused(Exception):
    """Something does not hold. Its words are one sentence that begins with the step."""


def must(holds, words):
    if not holds:
        raise Refused(words)


def shown(text):
    """What may safely stand on a terminal."""
    return "".join(one if one.isprintable() else "?" for one in str(text))


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    """How two hashes become the one above them (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right)


def unbase64(text, step, length=None):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    must(base64.b64encode(data).decode() == text, f"{step}: something in it should be base64, in its one right form, and is not.")
    must(length in (None, len(data)), f"{step}: something in it has {len(data)} bytes where {length} belong.")
    return data


def whole(text, step):
    must(re.fullmatch("0|[1-9][0-9]{0,14}", text), f"{step}: a number in it is not written in digits without leading zeroes.")
    return int(text)


def canonical(text, step):
    """A JSON object in its one right form: names sorted, none twice, no spaces (RFC 8785)."""
    try:
        value = json.loads(text, parse_float=int, parse_constant=int)  # which refuses both
        same = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) == text
    except (ValueError, RecursionError):
        same = False
    must(same and isinstance(value, dict), f"{step}: it is not JSON in its one right form (a name twice, a space, another order).")
    return value


def read_file(name, step):
    try:
        with Path(name).open("rb") as stream:
            text = stream.read(LONGEST + 1).decode("utf-8")
    except (OSError, ValueError):
        raise Refused(f"{step}: “{shown(name)}” is not a file of text that can be read.") from None
    must(len(text) <= LONGEST, f"{step}: “{shown(name)}” is longer than any there can be.")
    return text


def read_keys(given):
    """The keys of a line, or of a file of lines, as {(name, key id): public key} (C2SP signed-note)."""
    keys = {}
    for line in (given if given.count("+") > 1 else read_file(given, "The key")).split():
        found = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", line)
        must(found, f"The key: “{shown(line[:80])}” is not written like name+0123abcd+AQ….")
        data, number = unbase64(found[3], "The key", 33), bytes.fromhex(found[2])
        must(data[:1] == b"\x01", "The key: it is not for Ed25519, the only kind known here.")
        must(sha256(found[1].encode() + b"\n" + data)[:4] == number, "The key: its number does not fit its name and its bytes.")
        keys[found[1], number] = data[1:]
    must(keys, "The key: there is none in what you gave.")
    return keys


def read_checkpoint(note, keys, step):
    """A checkpoint that one of the keys signed (C2SP tlog-checkpoint). Signatures by others do not count."""
    text, gap, rest = note.rpartition("\n\n")
    lines, signer = text.split("\n"), None
    must(gap and rest.endswith("\n") and not re.search("[\0-\x09\x0b-\x1f]", note), f"{step}: it is not a signed note.")
    must(len(lines) == 3, f"{step}: it should say three things: whose ledger, how many entries, the root.")
    size, root = whole(lines[1], step), unbase64(lines[2], step, 32)
    names = " or ".join(sorted({name for name, _ in keys}))
    must(any(name == lines[0] for name, _ in keys), f"{step}: it is of “{shown(lines[0])}”, and your key is for “{names}”.")
    for line in rest[:-1].split("\n"):
        found = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        must(found, f"{step}: something stands under it that is not a signature.")
        data = unbase64(found[2], step)
        public = keys.get((lines[0], data[:4])) if found[1] == lines[0] else None
        if public:
            signer = f"{found[1]}+{data[:4].hex()}"
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(data[4:], (text + "\n").encode())
            except (InvalidSignature, ValueError):
                raise Refused(f"{step}: what stands for the signature of your key was not made by it for these words.") from None
    must(signer, f"{step}: none of the signatures is by your key.")
    return Checkpoint(lines[0], size, root, signer)


def checkpoint_file(name, keys):
    """One that was printed, mailed or saved: what an editor did to the ends of its lines does not matter."""
    text = read_file(name, f"The checkpoint {shown(name)}").replace("\r\n", "\n").strip("\n ")
    return read_checkpoint(text + "\n", keys, f"The checkpoint {shown(name)}")


def tell(entry):
    """Say what the public part of an entry says; its form is `ledger/v1` (docs/decisions/0003-canonical-bytes.md)."""
    must(entry.get("version") == "ledger/v1", "The entry: it is not of the form ledger/v1, the only one known here.")
    try:
        year, month = re.fullmatch("([0-9]{4})-(0[1-9]|1[0-2])", entry["month"]).groups()
        said = [f"ok  The entry says: “{entry['kind']}”, {calendar.month_name[int(month)]} {year}, entry number {entry['number']:,}."]
        for line in entry["transfers"]:
            must(line["amount_pence"] > 0, "The entry: it moves less than a penny.")
            pounds = f"£{line['amount_pence'] // 100:,}.{line['amount_pence'] % 100:02}"
            said.append(f"      {pounds} in the fund {line['fund']}: to {line['debit']}, from {line['credit']}.")
        said += [f"      It takes back entry number {entry['reverses']:,}."] if "reverses" in entry else []
        said += [f"      {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in entry.get("particulars", {}).items()]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("The entry: something that every entry says is missing in it, or is of another kind.") from None
    print("\n".join(map(shown, said)))


def tell_private(extra, entry):
    """Check that the private part is the one that the entry holds the fingerprint of."""
    if "private" not in extra:
        return print("--  The private part is not in this file. The entry holds its fingerprint alone.")
    must(re.fullmatch("[0-9a-f]{32}", extra["nonce"]), "The private part: its nonce is not 32 hexadecimal digits.")
    made = sha256(bytes.fromhex(extra["nonce"]) + extra["private"].encode()).hex()
    must(made == entry.get("private"), "The private part: it is not the one that this entry was made with.")
    private = canonical(extra["private"], "The private part")
    day = re.fullmatch("([0-9]{4}-[0-9]{2})-([0-9]{2})", str(private.get("happened_on")))
    must(day and day[1] == entry["month"], "The private part: its day is not in the entry's month.")
    words = f"{int(day[2])} {calendar.month_name[int(day[1][5:])]} {day[1][:4]}"
    return print(shown(f"ok  The private part belongs to it: “{private.get('event_key')}” happened on {words}."))


def read_proof(name):
    """A .tlog-proof's entry with its private part, its index, its path and its checkpoint (C2SP tlog-proof)."""
    head, _, note = read_file(name, "The file").partition("\n\n")
    lines = head.split("\n")
    must(lines[0] == "c2sp.org/tlog-proof@v1", "The file: it is not a proof (c2sp.org/tlog-proof@v1).")
    must([line[:6] for line in lines[1:3]] == ["extra ", "index "], "The file: it lacks the entry, or its index.")
    must(len(lines) < 100, "The path: it has more steps than any ledger needs.")
    extra = canonical(unbase64(lines[1][6:], "The file").decode("utf-8", "replace"), "The file")
    must(set(extra) in ({"entry"}, {"entry", "nonce", "private"}), "The file: its entry comes with too little or too much.")
    must(all(isinstance(one, str) for one in extra.values()), "The file: its entry does not come as text.")
    return extra, whole(lines[2][6:], "The file"), [unbase64(line, "The path", 32) for line in lines[3:]], note


def root_above(leaf, index, size, path):
    """Climb from a leaf to the root. The path has exactly the steps that this place in a ledger of this size needs."""
    shared = (index ^ (size - 1)).bit_length()
    steps = shared + bin(index >> shared).count("1")
    must(index < size, f"The path: there is no place {index + 1:,} in a ledger of {size:,}.")
    must(len(path) == steps, f"The path: it has {len(path)} steps; place {index + 1:,} of {size:,} needs {steps}.")
    for level, other in enumerate(path):
        leaf = node(other, leaf) if level >= shared or index >> level & 1 else node(leaf, other)
    return leaf


def check_proof(args):
    keys = read_keys(args.key)
    extra, index, path, note = read_proof(args.file)
    entry = canonical(extra["entry"], "The entry")
    tell(entry)
    tell_private(extra, entry)
    leaf = sha256(b"\x00" + extra["entry"].encode())
    print(f"ok  The fingerprint of exactly these words is {leaf.hex()}.")
    signed = read_checkpoint(note, keys, "The signature")
    must(root_above(leaf, index, signed.size, path) == signed.root, "The path: it does not lead from this entry to the root.")
    print(f"ok  The path leads from it to the root of a ledger of {signed.size:,} entries: place {index + 1:,} of {signed.size:,}.")
    print(shown(f"ok  That root is signed by the key {signed.signer}."))
    for name in args.checkpoint:
        other, step = checkpoint_file(name, keys), f"The checkpoint {shown(name)}"
        size = f"the proof itself holds; but this is of {other.size:,} entries, and the proof of {signed.size:,}"
        must(other.size == signed.size, f"{step}: {size}. To compare them: verify.py ledger ADDRESS --key KEY --checkpoint {shown(name)}")
        must(other.root == signed.root, f"{step}: two signed roots for one size. Two ledgers are being shown; keep both files.")
        print(f"ok  {shown(name)} says the same root for the same size.")
    print(shown(f"The proof holds: this entry stands in the ledger of {signed.origin}."))


def read_part(where, name):
    """One published file, from an address or a folder; nothing if it is not there."""
    try:
        if re.match("https?://", where):
            with urllib.request.urlopen(f"{where.rstrip('/')}/{name}", timeout=30) as answer:
                return answer.read(LONGEST)
        return Path(where, name).read_bytes()
    except (OSError, ValueError, http.client.HTTPException):
        return b""


def leaves(where, size):
    """The hash of every entry, from the tiles of level 0 (C2SP tlog-tiles)."""
    for number in range((size + 255) // 256):
        width, rest, name = min(256, size - number * 256), number // 1000, f"{number % 1000:03}"
        while rest:
            rest, name = rest // 1000, f"x{rest % 1000:03}/{name}"
        # Part of a tile may be gone once the whole of it is there.
        data = (read_part(where, f"tile/0/{name}.p/{width}") if width < 256 else b"") or read_part(where, f"tile/0/{name}")
        must(len(data) in (width * 32, 256 * 32), f"The ledger: tile/0/{name} is not there, or not as long as it must be.")
        yield from (data[at : at + 32] for at in range(0, width * 32, 32))


def roots(hashes, sizes):
    """The root over the first n leaves, for each n asked for, with one hash kept for each full subtree."""
    found, stack = {0: sha256(b"")}, []
    for count, leaf in enumerate(hashes, 1):
        stack.append(leaf)
        for _ in range((count & -count).bit_length() - 1):
            right = stack.pop()
            stack[-1] = node(stack[-1], right)
        if count in sizes:
            root = stack[-1]
            for left in stack[-2::-1]:
                root = node(left, root)
            found[count] = root
    return found


def check_ledger(args):
    keys = read_keys(args.key)
    note = read_part(args.source, "checkpoint")
    must(note, f"The ledger: there is no checkpoint at {shown(args.source)}.")
    served = read_checkpoint(note.decode("utf-8", "replace"), keys, "The served checkpoint")
    told = {"The served checkpoint": served}
    for name in args.checkpoint:
        step = f"The checkpoint {shown(name)}"
        try:
            told[step] = checkpoint_file(name, keys)
        except Refused as refused:
            told[step] = str(refused)[len(step) + 2 :]
    found = roots(leaves(args.source, served.size), {one.size for one in told.values() if isinstance(one, Checkpoint)})
    faults = 0
    for step, one in told.items():
        if isinstance(one, str):
            fault = one
        elif one.size > served.size:
            fault = f"it covers {one.size:,} entries, but {served.size:,} are served: some were taken out, or what is served is old."
        else:
            fault = "" if found[one.size] == one.root else f"the first {one.size:,} entries give another root: something was changed."
        faults += bool(fault)
        print(f"NOT HELD  {step}: {fault}" if fault else f"held  {step}: {one.size:,} entries, root and signature.")
    must(not faults, f"The ledger: {faults} of {len(told)} checkpoints do not fit what is served. Keep your copies.")
    print(f"The ledger holds: one ledger of {served.size:,} entries fits every checkpoint.")


def main():
    parser = argparse.ArgumentParser(description="Check the Fund's ledger without believing the Fund.")
    commands = parser.add_subparsers(required=True, dest="command")
    proof = commands.add_parser("proof", help="check that one entry stands in the ledger")
    proof.add_argument("file", help="the .tlog-proof file")
    ledger = commands.add_parser("ledger", help="compute the root of the whole ledger again")
    ledger.add_argument("source", help="its address, like https://…/open/ledger, or a folder with a copy")
    for command, run in ((proof, check_proof), (ledger, check_ledger)):
        command.add_argument("--key", required=True, help="the key's line, or a file of such lines")
        command.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="one from elsewhere, to compare with")
        command.set_defaults(run=run)
    args = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        args.run(args)
    except Refused as refused:
        sys.stdout.flush()
        sys.exit(f"NOT OK  {refused}")


if __name__ == "__main__":
    main()
