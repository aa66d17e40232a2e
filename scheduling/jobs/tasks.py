"""The former path of the tasks, which tasks queued before 1.0 refer to."""

from .workers.tasks import deliver_mail, join_run, perform_run

__all__ = ["deliver_mail", "join_run", "perform_run"]
