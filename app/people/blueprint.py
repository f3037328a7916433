"""The two blueprints of people: what everybody meets, and the back office. Their pages are split by noun;
views.py and manage.py collect them."""

from flask import Blueprint

face = Blueprint("people", __name__, template_folder="templates")
bp = Blueprint("people_manage", __name__, url_prefix="/manage", template_folder="templates")
