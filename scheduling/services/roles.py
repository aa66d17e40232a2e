"""The four roles of a studio, as groups: what each may do.

A teacher's one permission is none of Django's own. Whatever asks for "view class" or "view
student", as the API does, is closed to them: only pages that know of own classes let them in.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

OWNER, SCHEDULER, TEACHER, VIEWER = "Owner", "Scheduler", "Teacher", "Viewer"
ROLES = (OWNER, SCHEDULER, TEACHER, VIEWER)

_TIMETABLE = (
    "closure",
    "fixedschedule",
    "lessonduration",
    "lessonsettings",
    "recurringslot",
    "scheduledclass",
    "student",
    "teacher",
)
_LOG = ("jobrun", "jobrunitem", "message")
# Applications whose permissions the roles are made of.
_LABELS = ("scheduling", "auth", "knox", "auditlog")


def _each(verbs: Iterable[str], models: Iterable[str], label: str = "scheduling") -> set[str]:
    return {f"{label}.{verb}_{model}" for model in models for verb in verbs}


_VIEW = _each(["view"], (*_TIMETABLE, *_LOG, "studio"))
_SCHEDULE = (
    _VIEW
    | _each(["add", "change"], _TIMETABLE)
    # A closure that goes restores its classes; a generated class is cancelled, never deleted.
    | _each(["delete"], ["closure", "lessonduration", "scheduledclass"])
    | _each(["add", "change", "view"], ["calendarfeed"])
    | {"scheduling.change_message", "scheduling.run_jobs"}
)
PERMISSIONS: dict[str, set[str]] = {
    VIEWER: _VIEW,
    TEACHER: {"scheduling.mark_own_classes"},
    SCHEDULER: _SCHEDULE,
    OWNER: _SCHEDULE
    | _each(["delete"], _TIMETABLE)
    | _each(["add", "change", "delete", "view"], ["user", "group"], "auth")
    | _each(["add", "delete", "view"], ["authtoken"], "knox")
    | {"auditlog.view_logentry", "scheduling.change_studio", "scheduling.import_timetable"},
}


def ensure_roles(apps: Any = installed, using: str = "default") -> None:
    """Make the groups that are missing, and give each the permissions that it lacks.

    What a studio has given a group besides stays. For a migration: ``apps`` is its state, and the
    permissions, which Django makes only after the last migration, are made here.
    """
    for config in apps.get_app_configs():
        if config.label in _LABELS:
            _make_permissions(config, apps, using)
    everything = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth", "Permission")
        .objects.using(using)
        .filter(content_type__app_label__in=_LABELS)
        .select_related("content_type")
    }
    groups = apps.get_model("auth", "Group").objects.using(using)
    for role in ROLES:
        group, _made = groups.get_or_create(name=role)
        # A permission of a model that a later migration makes is for that one to give.
        wanted = PERMISSIONS[role] & everything.keys()
        group.permissions.add(*(everything[name] for name in sorted(wanted)))


def _make_permissions(config: Any, apps: Any, using: str) -> None:
    module = getattr(config, "models_module", None)
    # The configuration of a migration's state has no module, and would be passed over.
    config.models_module = module or True
    try:
        create_permissions(config, verbosity=0, using=using, apps=apps)
    finally:
        config.models_module = module
