"""Users, organisations, teams, sign-in: who may ask, decide and pay."""
