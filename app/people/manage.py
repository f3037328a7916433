"""The back office of people: one blueprint, a file for each noun."""

from app.people import manage_people, manage_roles, manage_roster, manage_settings, manage_slips, manage_units  # noqa: F401
from app.people.blueprint import bp as bp
