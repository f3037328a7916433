"""Questions from files and pasted text: read by the worker, looked over by a person, then saved as drafts."""
