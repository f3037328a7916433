"""Rule sets and their clauses, questions and their versions."""
