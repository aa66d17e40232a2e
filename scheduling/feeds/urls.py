"""URLs of the feeds, with and without a trailing slash."""

from django.urls import re_path

from .views import feed

urlpatterns = [
    re_path(r"^(?P<token>[A-Za-z0-9_.-]{1,200})\.ics/?$", feed, name="calendar-feed"),
]
