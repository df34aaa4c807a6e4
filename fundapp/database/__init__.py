"""PostgreSQL as the Fund keeps it: the embedded server, the migrations, the two roles' rights, its health in plain words."""
