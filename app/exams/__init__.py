"""From blueprint to published score."""
