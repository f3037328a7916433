"""The blueprint of the back office of people; its pages are split by noun, manage.py collects them."""

from flask import Blueprint

bp = Blueprint("people_manage", __name__, url_prefix="/manage", template_folder="templates")
