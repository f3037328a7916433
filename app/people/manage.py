"""The back office of people: one blueprint, a file for each noun."""

from app.people import (  # noqa: F401
    manage_corrections,
    manage_history,
    manage_people,
    manage_person,
    manage_powers,
    manage_roles,
    manage_roster,
    manage_sessions,
    manage_settings,
    manage_slips,
    manage_units,
)
from app.people.blueprint import bp as bp
