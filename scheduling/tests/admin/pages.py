"""Every page of the admin and the roles that may open it. A page missing here fails the tests.

Access to a model's pages follows from its line in ``MODELS``. Every other page has a line in
``PAGES``.
"""

from dataclasses import dataclass, field

from django.contrib import admin
from django.urls import URLResolver

from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER

SUPERUSER, NOBODY, ANONYMOUS = "superuser", "nobody", "anonymous"
EVERY_ROLE = (SUPERUSER, OWNER, SCHEDULER, VIEWER, TEACHER, NOBODY, ANONYMOUS)

OWNERS = {SUPERUSER, OWNER}
SCHEDULERS = OWNERS | {SCHEDULER}
VIEWERS = SCHEDULERS | {VIEWER}
STAFF = VIEWERS | {TEACHER, NOBODY}
EVERYONE = STAFF | {ANONYMOUS}
NONE: set[str] = set()

# Roles that may view, add, change and delete rows of each model in the admin.
MODELS: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {
    "auditlog_logentry": (OWNERS, NONE, NONE, NONE),
    "auth_group": (OWNERS, OWNERS, OWNERS, OWNERS),
    "auth_user": (OWNERS, OWNERS, OWNERS, OWNERS),
    "knox_authtoken": (OWNERS, OWNERS, NONE, OWNERS),
    # A feed never changes its person; it is revoked by an action of the list.
    "scheduling_calendarfeed": (SCHEDULERS, SCHEDULERS, NONE, NONE),
    "scheduling_closure": (VIEWERS, SCHEDULERS, SCHEDULERS, SCHEDULERS),
    "scheduling_fixedschedule": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
    "scheduling_guardian": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
    "scheduling_jobrun": (VIEWERS, NONE, NONE, NONE),
    "scheduling_jobrunitem": (VIEWERS, NONE, NONE, NONE),
    "scheduling_lessonsettings": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
    # “Send again” is a page of its own, below.
    "scheduling_message": (VIEWERS, NONE, NONE, NONE),
    "scheduling_recurringslot": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
    "scheduling_room": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
    # The row is a one-off class of the teacher whose account has the role Teacher.
    "scheduling_scheduledclass": (
        VIEWERS | {TEACHER},
        SCHEDULERS,
        SCHEDULERS | {TEACHER},
        SCHEDULERS,
    ),
    "scheduling_student": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
    "scheduling_studio": (VIEWERS, NONE, OWNERS, NONE),
    "scheduling_teacher": (VIEWERS, SCHEDULERS, SCHEDULERS, OWNERS),
}

# Pages that belong to no model: roles that may GET and roles that may POST. A page without the
# method (405) counts as refusing it.
PAGES: dict[str, tuple[set[str], set[str]]] = {
    "index": (STAFF, STAFF),
    "login": (EVERYONE, EVERYONE),
    # An anonymous visitor is redirected to the index, and from there to the login.
    "logout": ({ANONYMOUS}, EVERYONE),
    "password_change": (STAFF, STAFF),
    "password_change_done": (STAFF, NONE),
    "jsi18n": (STAFF, NONE),
    "autocomplete": (VIEWERS, NONE),
    # 404 for a role without a page of the application.
    "app_list": (STAFF, STAFF),
    "auth_user_password_change": (OWNERS, OWNERS),
    "auth_user_send_link": (NONE, OWNERS),
    "scheduling_teacher_invite": (OWNERS, OWNERS),
    "mark_today": (NONE, SCHEDULERS | {TEACHER}),
    "cancel_today": (NONE, SCHEDULERS),
    "settings": (VIEWERS, NONE),
    "calendar": (VIEWERS | {TEACHER}, NONE),
    "calendar_events": (VIEWERS | {TEACHER}, NONE),
    "calendar_days": (VIEWERS | {TEACHER}, NONE),
    "calendar_planned": (VIEWERS | {TEACHER}, NONE),
    "calendar_free": (VIEWERS | {TEACHER}, NONE),
    "calendar_students": (VIEWERS | {TEACHER}, NONE),
    "calendar_class": (VIEWERS | {TEACHER}, SCHEDULERS | {TEACHER}),
    "calendar_occurrence": (VIEWERS | {TEACHER}, SCHEDULERS),
    "find_time": (VIEWERS, VIEWERS),
    "search": (VIEWERS | {TEACHER}, NONE),
    "search_suggestions": (VIEWERS | {TEACHER}, NONE),
    "own_hours": ({TEACHER}, NONE),
    "explain": (VIEWERS, VIEWERS),
    "statement": (VIEWERS, NONE),
    "sheets": (VIEWERS | {TEACHER}, NONE),
    "check_schedules": (SCHEDULERS, SCHEDULERS),
    "conflicts": (VIEWERS, NONE),
    "conflict": (VIEWERS, SCHEDULERS),
    "rule_conflict": (VIEWERS, NONE),
    "background_jobs": (VIEWERS, NONE),
    "background_jobs_run": (VIEWERS, NONE),
    "background_jobs_progress": (VIEWERS, NONE),
    "background_jobs_preview": (SCHEDULERS, SCHEDULERS),
    "background_jobs_start": (NONE, SCHEDULERS),
    "background_jobs_cancel": (NONE, SCHEDULERS),
    "background_jobs_undo": (SCHEDULERS, SCHEDULERS),
    # The address of an object without a page: 404 for every role.
    "view_on_site": (STAFF, STAFF),
    # A teacher may mark classes but not hand them over.
    "scheduling_scheduledclass_substitute": (SCHEDULERS, SCHEDULERS),
    "scheduling_message_send_again": (NONE, SCHEDULERS),
    "import_timetable": (OWNERS, OWNERS),
    "import_timetable_preview": (OWNERS, OWNERS),
    "import_timetable_template": (OWNERS, NONE),
    "export_timetable": (OWNERS, NONE),
}
QUERIES = {
    "autocomplete": "app_label=scheduling&model_name=fixedschedule&field_name=student",
    "search": "q=a",
    "search_suggestions": "q=a",
}
# Values of URL parameters.
VALUES = {
    "job": "weekly",
    "app_label": "scheduling",
    "content_type_id": "1",
    "url": "nothing/",
    "kind": "csv",
    "upload_id": "00000000-0000-0000-0000-000000000000",
}

_VIEW, _ADD, _CHANGE, _DELETE, _NEVER, _OWNER = range(6)
# The permissions required by each kind of page of a model: for GET and for POST.
_KINDS = {
    "changelist": (_VIEW, _VIEW),
    "add": (_ADD, _ADD),
    "change": (_VIEW, _CHANGE),
    "delete": (_DELETE, _DELETE),
    "history": (_VIEW, _VIEW),
    # Needs the permissions of calendar feeds, which the same roles have.
    "family_page": (_NEVER, _CHANGE),
    "export": (_VIEW, _NEVER),
    "from": (_CHANGE, _CHANGE),
    "pause": (_CHANGE, _CHANGE),
    "resume": (_CHANGE, _CHANGE),
    "end": (_CHANGE, _CHANGE),
    "zone": (_CHANGE, _CHANGE),
    "ill": (_CHANGE, _CHANGE),
    "deactivate": (_CHANGE, _CHANGE),
    "reopen": (_DELETE, _DELETE),
    "holidays": (_ADD, _ADD),
    "erase": (_OWNER, _OWNER),
    "data": (_OWNER, _NEVER),
}


@dataclass(frozen=True)
class Page:
    """One address of the admin."""

    name: str
    route: str
    parameters: tuple[str, ...] = field(default=())

    @property
    def model(self) -> str:
        """Return ``app_model`` of a page of a model, "" for any other page."""
        return next((model for model in MODELS if self.name.startswith(f"{model}_")), "")

    def allowed(self) -> tuple[set[str], set[str]]:
        """Return the roles that may GET and those that may POST; KeyError for an unlisted page."""
        if self.name in PAGES:
            return PAGES[self.name]
        roles = (*MODELS[self.model], NONE, OWNERS)
        get, post = _KINDS[self.name.removeprefix(f"{self.model}_")]
        return roles[get], roles[post]


def every_page() -> list[Page]:
    """Return all named addresses of the admin site."""
    return [page for page in _iterate(admin.site.get_urls(), "") if page.name]


def _iterate(patterns, prefix):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _iterate(pattern.url_patterns, route)
        else:
            parameters = tuple(pattern.pattern.regex.groupindex)
            yield Page(pattern.name or "", route, parameters)
