"""Read-only views across all floors."""
