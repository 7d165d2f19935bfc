"""The paper's addresses with the demo's, as they are where the demo is switched on."""

from django.urls import include, path

from broadsheet.config.urls import urlpatterns as of_every_paper

urlpatterns = [path("demo/", include("broadsheet.demo.urls")), *of_every_paper]
