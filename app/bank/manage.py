"""The back office of the bank: one blueprint, a file for each noun."""

from app.bank import (  # noqa: F401
    manage_exporting,
    manage_imports,
    manage_making,
    manage_quality,
    manage_question,
    manage_questions,
    manage_review,
    manage_rules,
    manage_writing,
    models,
)
from app.bank.blueprint import bp as bp
from app.bank.labels import LEVELS, RECIPES
from app.bank.states import STATES, TONES, state, version_state

bp.add_app_template_filter(state, "question_state")
bp.add_app_template_filter(version_state, "version_state")
bp.add_app_template_filter(lambda one: str(STATES[one]), "state_label")
bp.add_app_template_filter(lambda one: TONES.get(one, ""), "state_tone")
bp.add_app_template_filter(lambda level: str(LEVELS[level]), "level_label")
bp.add_app_template_filter(lambda name: str(RECIPES.get(name, name)), "recipe_label")
