"""Who did what, when and why. Append-only; the words apart, because words can be erased and facts cannot."""
