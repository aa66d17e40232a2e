"""The one application of the project."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SchedulingConfig(AppConfig):
    name = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Class Tracker"

    def ready(self) -> None:
        from scheduling.db.class_constraints import reinstall_after_migrate
        from scheduling.db.connection import disable_jit
        from scheduling.models import audit

        from . import checks  # noqa: F401  (registers itself)

        audit.register_audit()
        post_migrate.connect(disable_jit, sender=self)
        post_migrate.connect(reinstall_after_migrate, sender=self)
