"""The four roles of a studio, as groups with their permissions.

The role Teacher has no model permissions, so that the API and the lists are closed to teachers.
Its only permission, ``mark_own_classes``, opens the pages about their own classes.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OWNER, SCHEDULER, TEACHER, VIEWER = "Owner", "Scheduler", "Teacher", "Viewer"
ROLES = (OWNER, SCHEDULER, TEACHER, VIEWER)
# The name of each role for people, and what it may do.
ROLE_TEXTS: dict[str, tuple[str | Promise, str | Promise]] = {
    OWNER: (_("Owner"), _("Everything: also accounts, imports and the settings of the studio.")),
    SCHEDULER: (
        _("Scheduler"),
        _("Plans: students, teachers, weekly lessons, closures, classes and the jobs."),
    ),
    TEACHER: (_("Teacher"), _("Sees and marks their own classes, and nothing else.")),
    VIEWER: (_("Viewer"), _("Sees students, teachers and classes, and changes nothing.")),
}

_TIMETABLE = (
    "closure",
    "fixedschedule",
    "guardian",
    "lessonduration",
    "lessonsettings",
    "recurringslot",
    "room",
    "scheduledclass",
    "student",
    "studentguardian",
    "teacher",
    "workinghours",
)
_LOG = ("jobrun", "jobrunitem", "message")
# The applications whose permissions the roles use.
_LABELS = ("scheduling", "auth", "knox", "auditlog")


def _codes(verbs: Iterable[str], models: Iterable[str], label: str = "scheduling") -> set[str]:
    return {f"{label}.{verb}_{model}" for model in models for verb in verbs}


_VIEW = _codes(["view"], (*_TIMETABLE, *_LOG, "studio"))
_SCHEDULE = (
    _VIEW
    | _codes(["add", "change"], _TIMETABLE)
    # Deleting a closure restores its classes; a generated class is cancelled, never deleted.
    | _codes(
        ["delete"],
        ["closure", "lessonduration", "scheduledclass", "studentguardian", "workinghours"],
    )
    | _codes(["add", "change", "view"], ["calendarfeed"])
    | {"scheduling.change_message", "scheduling.run_jobs"}
)
PERMISSIONS: dict[str, set[str]] = {
    VIEWER: _VIEW,
    TEACHER: {"scheduling.mark_own_classes"},
    SCHEDULER: _SCHEDULE,
    OWNER: _SCHEDULE
    | _codes(["delete"], _TIMETABLE)
    | _codes(["add", "change", "delete", "view"], ["user", "group"], "auth")
    | _codes(["add", "delete", "view"], ["authtoken"], "knox")
    | {
        "auditlog.view_logentry",
        "scheduling.change_studio",
        "scheduling.import_timetable",
        "scheduling.manage_personal_data",
    },
}


def ensure_roles(apps: Any = installed, using: str = "default") -> None:
    """Create missing groups and add missing permissions. Additional permissions stay.

    In a migration, ``apps`` is its state. The permissions are created here, because Django creates
    them only after the last migration.
    """
    for config in apps.get_app_configs():
        if config.label in _LABELS:
            _create_permissions(config, apps, using)
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth", "Permission")
        .objects.using(using)
        .filter(content_type__app_label__in=_LABELS)
        .select_related("content_type")
    }
    groups = apps.get_model("auth", "Group").objects.using(using)
    for role in ROLES:
        group, _created = groups.get_or_create(name=role)
        # A migration that adds a model adds its permissions to the groups.
        names = PERMISSIONS[role] & permissions.keys()
        group.permissions.add(*(permissions[name] for name in sorted(names)))


def _create_permissions(config: Any, apps: Any, using: str) -> None:
    module = getattr(config, "models_module", None)
    # Django skips configurations without a module, such as those of a migration's state.
    config.models_module = module or True
    try:
        create_permissions(config, verbosity=0, using=using, apps=apps)
    finally:
        config.models_module = module
