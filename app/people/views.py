"""What everybody meets of people: the way in, and what is one's own. One blueprint, a file for each noun."""

from app.people import view_password, view_second_factor, view_sessions, view_sign_in  # noqa: F401
from app.people.blueprint import face as bp

__all__ = ["bp"]
