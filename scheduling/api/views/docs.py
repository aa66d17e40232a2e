"""``/api/schema``: OpenAPI 3.1. ``/api/docs``: Swagger UI, served locally under the site's CSP."""

from typing import Any

from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes, extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAdminUser
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_503_SERVICE_UNAVAILABLE

from scheduling.api.authentication import ApiTokenAuthentication, CookieAuthentication
from scheduling.api.renderers import CamelJSONRenderer

from .base import ApiView


class JSONDocument(OpenApiJsonRenderer2):
    """Renders the schema unchanged, and errors in camelCase."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        if renderer_context and renderer_context["response"].exception:
            return CamelJSONRenderer().render(data, accepted_media_type, renderer_context)
        return super().render(data, accepted_media_type, renderer_context)


class Schema(ApiView):
    """This API as OpenAPI 3.1, in JSON."""

    authentication_classes = (ApiTokenAuthentication, CookieAuthentication)
    permission_classes = (IsAdminUser,)
    renderer_classes = (JSONDocument,)

    @extend_schema(
        operation_id="getSchema",
        summary="This document",
        tags=["Description"],
        responses=OpenApiResponse(OpenApiTypes.OBJECT, "OpenAPI 3.1."),
    )
    def get(self, request: Request) -> Response:
        return Response(SchemaGenerator().get_schema(request=request, public=True))


class SwaggerPage(TemplateHTMLRenderer):
    """Renders HTML, errors included; an error page links to the login."""

    exception_template_names = ("api/refused.html",)

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> Any:
        response = renderer_context["response"]
        if response.exception and response.status_code == HTTP_503_SERVICE_UNAVAILABLE:
            # Without the request, whose context processors would query the unavailable database.
            template = self.get_exception_template(response)
            return template.render(self.get_template_context(data, renderer_context))
        return super().render(data, accepted_media_type, renderer_context)

    def get_template_context(self, data: Any, renderer_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_template_context(data, renderer_context)
        if renderer_context["response"].exception:
            login = reverse("admin:login")
            context["login"] = f"{login}?next={renderer_context['request'].path}"
        return context


class Docs(ApiView, SpectacularSwaggerSplitView):
    """Swagger UI with its script in a separate file, as the CSP forbids inline scripts."""

    authentication_classes = (ApiTokenAuthentication, CookieAuthentication)
    permission_classes = (IsAdminUser,)
    renderer_classes = [SwaggerPage]
    template_name = "api/docs.html"
    url_name = "api-schema"
    title = "Class Tracker API"
