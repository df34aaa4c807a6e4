"""Whether two codes may be one person, told without knowing who it is."""
