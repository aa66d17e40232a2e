"""Who may do what."""

from typing import Any

from rest_framework.permissions import BasePermission, DjangoModelPermissions
from rest_framework.request import Request

from .authentication import CronService

RUN_JOBS = "scheduling.run_jobs"


def is_administrator(user: Any) -> bool:
    """Active staff with the permission to run jobs."""
    return bool(user.is_active and user.is_staff and user.has_perm(RUN_JOBS))


class IsAdministrator(BasePermission):
    """Administrators alone."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return is_administrator(request.user)


class IsAdministratorOrCron(BasePermission):
    """Administrators, and the holder of the cron secret."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, CronService) or is_administrator(request.user)


class IsCron(BasePermission):
    """The holder of the cron secret alone."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, CronService)


class StaffModelPermissions(DjangoModelPermissions):
    """Active staff, each act by Django's permission on the model; reading needs ``view``."""

    perms_map = DjangoModelPermissions.perms_map | {
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
        "OPTIONS": [],
    }

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not (user.is_authenticated and user.is_active and user.is_staff):
            return False
        return super().has_permission(request, view)
