"""The URL configuration. The paper's own URLs come before the page tree, which matches any path.

A new first segment needs a row in url_prefixes.py.
"""

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from broadsheet.accounts.views import PasswordView, SignInView
from broadsheet.newsroom.views import no_privacy, rendition

handler400 = "broadsheet.core.error_pages.bad_request"
handler500 = "broadsheet.core.error_pages.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-in/password/", PasswordView.as_view(), name="password"),
    path("sign-out/", LogoutView.as_view(next_page="/"), name="sign-out"),
    path("cms/pages/<int:pk>/privacy/", no_privacy),
    path("cms/collections/<int:pk>/privacy/", no_privacy),
    path("cms/", include(wagtailadmin_urls)),
    path("desk/", include("broadsheet.desk.urls")),
    path("media/images/<path:path>", rendition),
    *([path("demo/", include("broadsheet.demo.urls"))] if settings.DEMO else []),
    path("", include("broadsheet.newsroom.urls")),
    path("", include("broadsheet.discussion.urls")),
    path("", include(wagtail_urls)),
]
