"""The URL configuration. The paper's own URLs come before the page tree, which matches any path.

A new first segment needs a row in url_prefixes.py.
"""

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

handler500 = "broadsheet.core.error_pages.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "sign-in/",
        LoginView.as_view(template_name="accounts/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(next_page="/"), name="sign-out"),
    path("cms/", include(wagtailadmin_urls)),
    path("desk/", include("broadsheet.desk.urls")),
    # Renditions only: originals, which may contain metadata such as a place, are never served (ADR 10).
    path("media/images/<path:path>", serve, {"document_root": settings.MEDIA_ROOT / "images"}),
    *([path("demo/", include("broadsheet.demo.urls"))] if settings.DEMO else []),
    path("", include("broadsheet.newsroom.urls")),
    path("", include("broadsheet.discussion.urls")),
    path("", include(wagtail_urls)),
]
