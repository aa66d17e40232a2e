"""Permission classes of the API."""

from typing import Any

from rest_framework.permissions import BasePermission, DjangoModelPermissions
from rest_framework.request import Request

from .authentication import CronService

RUN_JOBS = "scheduling.run_jobs"


def is_administrator(user: Any) -> bool:
    """Return whether the user is active staff with the permission to run jobs."""
    return bool(user.is_active and user.is_staff and user.has_perm(RUN_JOBS))


class IsAdministrator(BasePermission):
    """Administrators only."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return is_administrator(request.user)


class IsAdministratorOrCron(BasePermission):
    """Administrators and the cron service."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, CronService) or is_administrator(request.user)


class IsCron(BasePermission):
    """The cron service only."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, CronService)


class StaffModelPermissions(DjangoModelPermissions):
    """Active staff with Django's model permission for the method; reading needs ``view``."""

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
