"""The former place of the tasks: what was queued before 1.0 names it."""

from .workers.tasks import deliver_mail, join_run, perform_run

__all__ = ["deliver_mail", "join_run", "perform_run"]
