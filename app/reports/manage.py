"""Reports in the back office: one blueprint, a file for each noun."""

from app.reports import manage_clause, manage_desk, manage_resting, manage_scores  # noqa: F401
from app.reports.blueprint import bp as bp
