"""Checkpoints that somebody else holds: a note, or a receipt's proof, which ends in one."""

from __future__ import annotations

from dataclasses import dataclass

from fundapp.ledger.notes import BadNote, Checkpoint

PROOF = "c2sp.org/tlog-proof@"


@dataclass(frozen=True, slots=True)
class Outside:
    """A checkpoint from outside. `name`: what people call it, such as the file's name."""

    name: str
    note: str
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, name: str, told: str) -> Outside:
        """Read a checkpoint, or the one that a proof ends in. Raises BadNote with a sentence that names it."""
        note = told.replace("\r\n", "\n")
        if note.startswith(PROOF):
            note = note.partition("\n\n")[2]
        try:
            return cls(name, note, Checkpoint.parse(note))
        except BadNote as fault:
            raise BadNote(f"{name} is not a checkpoint: {fault}") from None
