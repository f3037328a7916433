"""What the worker does for the bank: import questions."""

from app.bank.importing import work
from app.web.jobs import Job

JOBS = (
    Job("forget old question imports", 3600, work.forget),
    Job("read question imports", 1, work.read_waiting, slow=True),
    Job("save question imports", 1, work.save_stretch, slow=True),
)
