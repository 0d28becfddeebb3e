"""Every package's tables, imported once, so that the mapper and the migrations know them all."""

from .accounts import models as accounts
from .attendance import breakout_models as breakouts
from .attendance import check_in_models as check_ins
from .attendance import models as attendance
from .attendance import report_models as attendance_reports
from .audit import models as audit
from .booking import models as booking
from .bulletin import models as bulletin
from .catalogue import models as catalogue
from .completions import models as completions
from .elearning import models as elearning
from .evaluation import models as evaluation
from .impact import models as impact
from .imports import models as imports
from .mailbox import models as mailbox
from .materials import models as materials
from .notifications import models as notifications
from .partnerships import models as partnerships
from .pool import models as pool
from .records import models as records
from .tallies import models as tallies

__all__ = [
    "accounts",
    "attendance",
    "attendance_reports",
    "audit",
    "booking",
    "breakouts",
    "bulletin",
    "catalogue",
    "check_ins",
    "completions",
    "elearning",
    "evaluation",
    "impact",
    "imports",
    "mailbox",
    "materials",
    "notifications",
    "partnerships",
    "pool",
    "records",
    "tallies",
]
