"""A copy of everything that must not be lost, in one file, and the way back from it."""
