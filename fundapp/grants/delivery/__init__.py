"""Where a thing is delivered to: kept apart, shown to whoever pays, deleted when it arrived."""
