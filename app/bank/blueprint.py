"""The blueprint of the back office of the bank; its pages are split by noun, manage.py collects them."""

from flask import Blueprint

bp = Blueprint("bank_manage", __name__, url_prefix="/manage/bank", template_folder="templates")
