"""The back office of the bank: one blueprint, a file for each noun."""

from app.bank import manage_making, manage_questions, manage_rules, models  # noqa: F401
from app.bank.blueprint import bp as bp
