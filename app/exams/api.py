from flask import Blueprint

bp = Blueprint("exams_api", __name__, template_folder="templates")
