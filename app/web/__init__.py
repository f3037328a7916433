"""What every page stands on. Knows no feature."""
