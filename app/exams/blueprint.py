"""The Flask blueprint of the learner's face of exams; views.py collects its pages."""

from flask import Blueprint

bp = Blueprint("exams", __name__, template_folder="templates")
