"""Whether two codes may be one person, by a keyed hash of initials and a date of birth that are never kept. Advice, never a refusal."""
