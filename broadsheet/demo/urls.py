"""The demo's own addresses; a real paper has none of them."""

from django.urls import path

from broadsheet.demo import views

app_name = "demo"
urlpatterns = [
    path("outbox/", views.outbox_page, name="outbox"),
    path("outbox/<slug:name>/", views.email_page, name="email"),
]
