"""Addresses. The admin is the product's face; everything else hangs beside it."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    re_path(r"^api(?:/|$)", include("scheduling.api.urls")),
]

handler500 = "scheduling.api.errors.server_error"
