"""Rules as versioned rows: what they say, since when, and who agreed to it."""
