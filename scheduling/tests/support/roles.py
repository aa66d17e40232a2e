"""Accounts with the roles of a studio."""

from django.contrib.auth.models import Group, User

from scheduling.models import Teacher
from scheduling.services.roles import ensure_roles


def account(role: str = "", name: str = "", teacher: Teacher | None = None) -> User:
    """Create a staff user with the role, a superuser for "superuser", no permissions for ""."""
    name = name or (role or "nobody").lower()
    if role == "superuser":
        user = User.objects.create_superuser(name)
    else:
        user = User.objects.create_user(name, is_staff=True)
        if role:
            # A test that flushes the database deletes the groups.
            if not Group.objects.filter(name=role).exists():
                ensure_roles()
            user.groups.add(Group.objects.get(name=role))
    if teacher is not None:
        teacher.user = user
        teacher.save()
    return user
