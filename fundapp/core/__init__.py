"""Ground floor: what every room may stand on. Imports nothing else of fundapp."""
