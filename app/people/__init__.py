"""Units, persons, roles, sign-in."""
