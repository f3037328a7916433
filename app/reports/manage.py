"""Reports in the back office: one blueprint, a file for each noun."""

from app.reports import (  # noqa: F401
    manage_clause,
    manage_desk,
    manage_regrade,
    manage_resting,
    manage_scores,
)
from app.reports.blueprint import bp as bp
