"""Letters to donors: receipts they asked for, the way back to a lost link, and news they agreed to."""
