"""The addresses of the readers' comments; the converter `article` is the newsroom's, for the address of an article."""

from django.urls import path

from broadsheet.discussion import views

app_name = "discussion"
urlpatterns = [
    path("<article:address>/comments/write/", views.write, name="write"),
    path("<article:address>/comments/write/<int:parent_id>/", views.write, name="reply"),
    path("<article:address>/comments/page/<int:number>/", views.column, name="column_page"),
    path("<article:address>/comments/newest/", views.column, {"order": "newest"}, name="newest"),
    path("<article:address>/comments/newest/page/<int:number>/", views.column, {"order": "newest"}, name="newest_page"),
    path("comments/<int:pk>/", views.permalink, name="permalink"),
    path("comments/waiting/<str:token>/", views.waiting, name="waiting"),
    path("comments/confirm/<str:token>/", views.confirm, name="confirm"),
    path("receipts/<str:token>/", views.receipt, name="receipt"),
    path("receipts/<str:token>/withdraw/", views.withdraw, name="withdraw"),
]
