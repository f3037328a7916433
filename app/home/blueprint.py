"""The first page and one's own data: one blueprint, a file for each noun."""

from flask import Blueprint

bp = Blueprint("home", __name__, template_folder="templates")
