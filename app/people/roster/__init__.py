"""The import of a roster: read by the worker, checked, looked at by a person, saved."""
