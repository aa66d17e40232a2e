"""Accounts in the roles of a studio, for tests."""

from django.contrib.auth.models import Group, User

from scheduling.models import Teacher
from scheduling.services.roles import ensure_roles


def account(role: str = "", name: str = "", teacher: Teacher | None = None) -> User:
    """Staff in the group ``role``; "superuser" for one; no role: staff without any permission."""
    name = name or (role or "nobody").lower()
    if role == "superuser":
        user = User.objects.create_superuser(name)
    else:
        user = User.objects.create_user(name, is_staff=True)
        if role:
            # Groups are rows: a test that flushes the database takes them along.
            if not Group.objects.filter(name=role).exists():
                ensure_roles()
            user.groups.add(Group.objects.get(name=role))
    if teacher is not None:
        teacher.user = user
        teacher.save()
    return user
