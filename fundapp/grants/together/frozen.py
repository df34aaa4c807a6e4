"""What was agreed, as one number: entering and releasing a payment make it again, and refuse where it came out differently.

Nothing that anybody wrote is in it: kinds, pence, funds, whom it is for by a number, and the policy it was agreed under.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from fundapp.grants.together.allocating import Share

VERSION = "award/v1"


def digest(
    *, request_id: int, recipient: str, policy_number: int | None, signers: str, kinds: Sequence[tuple[int, str]], shares: Sequence[Share]
) -> str:
    """The SHA-256 of an award's canonical form: JSON with sorted keys, whole numbers and codes alone.

    `recipient` is a reference ("person:7", "group:3"); `kinds` are the request's things in their order, each with its kind's code.
    """
    said = {
        "version": VERSION,
        "request": request_id,
        "recipient": recipient,
        "policy": policy_number or 0,
        "signers": signers,
        "things": [list(one) for one in kinds],
        "shares": [list(one) for one in shares],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
