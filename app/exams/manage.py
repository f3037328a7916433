"""The back office of exams: one blueprint, a file for each noun."""

from app.exams import (  # noqa: F401
    manage_announcements,
    manage_appeals,
    manage_assignments,
    manage_blueprints,
    manage_board,
    manage_candidates,
    manage_entries,
    manage_exams,
    manage_forms,
    manage_graders,
    manage_invigilators,
    manage_late,
    manage_makeups,
    manage_marking,
    manage_marks,
    manage_on_paper,
    manage_paper,
    manage_release,
    manage_replay,
    manage_room,
    manage_sittings,
    manage_terms,
    result_models,
)
from app.exams.back_office import bp as bp
