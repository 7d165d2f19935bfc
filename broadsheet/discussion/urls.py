"""The addresses of the readers' comments."""

from django.urls import path

from broadsheet.discussion import feeds, views

app_name = "discussion"
urlpatterns = [
    path("<article:address>/comments/write/", views.write, name="write"),
    path("<article:address>/comments/write/<number:parent_id>/", views.write, name="reply"),
    path("<article:address>/comments/page/<further:number>/", views.column, name="column_page"),
    path("<article:address>/comments/newest/", views.column, {"order": "newest"}, name="newest"),
    path(
        "<article:address>/comments/newest/page/<further:number>/",
        views.column,
        {"order": "newest"},
        name="newest_page",
    ),
    path("<article:address>/comments/feed/", feeds.rss, name="feed"),
    path("<article:address>/comments/feed/atom/", feeds.atom, name="atom"),
    path("comments/<number:pk>/", views.permalink, name="permalink"),
    path("comments/waiting/<str:token>/", views.waiting, name="waiting"),
    path("comments/waiting/<str:token>/send-again/", views.send_again, name="send_again"),
    path("comments/waiting/<str:token>/challenge/", views.solve_challenge, name="solve_challenge"),
    path("comments/waiting/<str:token>/write-again/", views.write_again, name="write_again"),
    path("comments/confirm/<str:token>/", views.confirm, name="confirm"),
    path("receipts/<str:token>/", views.receipt, name="receipt"),
    path("receipts/<str:token>/withdraw/", views.withdraw, name="withdraw"),
]
