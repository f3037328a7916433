"""The blueprint of the reports; its pages are split by noun, manage.py collects them."""

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/manage", template_folder="templates")
