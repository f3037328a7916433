"""What the worker does for the bank: import questions, look at the whole of it."""

from app.bank import checking, pictures
from app.bank.importing import work
from app.web.jobs import Job

JOBS = (
    Job("forget old question imports", 3600, work.QUEUE.forget),
    Job("forget unused pictures", 3600, pictures.forget),
    Job("read question imports", 1, work.QUEUE.read_waiting, slow=True),
    Job("save question imports", 1, work.QUEUE.save_stretch, slow=True),
    Job("check the bank", 2, checking.run, slow=True),
)
