"""The parts of `fundapp.ledger.verify`: none of them writes, and none believes what another part of the ledger has worked out."""
