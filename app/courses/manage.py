"""The back office of courses: one blueprint, a file for each noun."""

from app.courses import manage_courses, manage_learners, manage_lessons  # noqa: F401
from app.courses.blueprint import bp as bp
