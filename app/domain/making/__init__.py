"""Questions made from clauses: right by construction, or not made at all."""
