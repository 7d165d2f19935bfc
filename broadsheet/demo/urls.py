"""The addresses of the demo, which a real paper does not have."""

from django.urls import path

from broadsheet.demo import views

app_name = "demo"
urlpatterns = [
    path("outbox/", views.outbox_page, name="outbox"),
    path("outbox/<slug:name>/", views.email_page, name="email"),
]
