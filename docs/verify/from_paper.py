#!/usr/bin/env python3
# It speaks to a person at a terminal.
# ruff: noqa: T201
"""Make a gift's .tlog-proof out of the second page of its printed receipt.

    from_paper.py TYPED.txt GIFT.tlog-proof

TYPED.txt holds the lines of the box “The proof, in letters”, typed or copied; a line too long for the page goes on in the next one, and
spaces at the ends of lines do not matter. It checks nothing: verify.py does. Python 3.9 is all that this needs.
"""

import base64
import json
import re
import sys
from pathlib import Path

NAMES = ("entry", "nonce", "private", "index", "path", "origin", "size", "root", "signature", "key")


def rows(text):
    """What stands behind each name, in order, with long lines put together again."""
    found = []
    for line in text.splitlines():
        words = line.strip()
        name = re.match(r"(" + "|".join(NAMES) + r")(?: ([0-9]+))? +(.+)", words)
        if words == "end":
            return found
        if name:
            found.append([name[1], name[3].strip()])
        elif found and words:
            found[-1][1] += words
    return found


def proof(text):
    """The file (C2SP tlog-proof), from the words on paper."""
    said = rows(text)
    one = dict(said)
    missing = [name for name in NAMES if name not in one and name not in ("path", "key")]
    if missing:
        sys.exit(f"These are missing: {', '.join(missing)}.")
    parts = {name: one[name] for name in ("entry", "nonce", "private")}
    extra = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    lines = ["c2sp.org/tlog-proof@v1", "extra " + base64.b64encode(extra.encode()).decode(), "index " + one["index"]]
    lines += [value for name, value in said if name == "path"]
    lines += ["", one["origin"], one["size"], one["root"], ""]
    lines += ["\N{EM DASH} " + value for name, value in said if name == "signature"]
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    typed, made = map(Path, sys.argv[1:])
    made.write_bytes(proof(typed.read_text("utf-8")).encode())
    print(f"{made} is made. To check it: python3 verify.py proof {made} --key KEY")


if __name__ == "__main__":
    main()
