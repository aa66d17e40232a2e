"""How tests hash passwords: as Django does by default, and once, not a million times.

A server in another process, which knows nothing of this, can tell such a password from a wrong one.
"""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class Once(PBKDF2PasswordHasher):
    iterations = 1
