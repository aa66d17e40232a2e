"""URLs of families' pages, with and without a trailing slash."""

from django.urls import re_path

from .views import calendar, cancel, make_up, page

TOKEN = r"^(?P<token>[A-Za-z0-9_.-]{1,200})"

urlpatterns = [
    re_path(rf"{TOKEN}/?$", page, name="family-page"),
    re_path(rf"{TOKEN}/calendar/?$", calendar, name="family-calendar"),
    re_path(rf"{TOKEN}/cancel/(?P<ref>[a-z0-9-]{{1,60}})/?$", cancel, name="family-cancel"),
    re_path(rf"{TOKEN}/make-up/(?P<pk>[0-9]{{1,15}})/?$", make_up, name="family-make-up"),
]
