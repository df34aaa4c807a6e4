"""Where a thing is brought to, kept apart from everything else of its request; and photos of what is asked for."""
