"""The root URL configuration."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from classtracker.admin_site import set_language
from scheduling.api.errors import not_found
from scheduling.api.urls import monitoring

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/password/", include("classtracker.passwords")),
    path("admin/", admin.site.urls),
    path("language/", set_language, name="set_language"),
    *monitoring,
    path("calendar/", include("scheduling.feeds.urls")),
    path("family/", include("scheduling.family.urls")),
    path("api/", include("scheduling.api.urls")),
    path("api", not_found),
]

handler400 = "scheduling.api.errors.bad_request"
handler500 = "scheduling.api.errors.server_error"
