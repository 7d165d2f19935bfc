"""The addresses of the desk."""

from django.urls import path, register_converter

from broadsheet.desk import views


class QueueConverter:
    """A state that has a list of its own."""

    regex = "|".join(state.value for state in views.QUEUES)

    def to_python(self, value: str) -> str:
        """Return the state as it is stored."""
        return value

    def to_url(self, value: str) -> str:
        """Return the state as it is stored."""
        return value


register_converter(QueueConverter, "queue")

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("page/<int:number>/", views.queue, name="queue_page"),
    path("<queue:state>/", views.queue, name="state"),
    path("<queue:state>/page/<int:number>/", views.queue, name="state_page"),
    path("comments/<int:pk>/", views.comment, name="comment"),
    path("comments/<int:pk>/decide/", views.decide, name="decide"),
]
