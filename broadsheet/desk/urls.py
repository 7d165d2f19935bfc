"""The addresses of the desk."""

from django.urls import path, register_converter

from broadsheet.desk import views


class QueueName:
    """The states that have a list of their own."""

    regex = "|".join(state.value for state in views.QUEUES)

    def to_python(self, value: str) -> str:
        """The state as it stands in the table."""
        return value

    def to_url(self, value: str) -> str:
        """The same."""
        return value


register_converter(QueueName, "queue")

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("page/<int:number>/", views.queue, name="queue_page"),
    path("<queue:state>/", views.queue, name="state"),
    path("<queue:state>/page/<int:number>/", views.queue, name="state_page"),
    path("comments/<int:number>/", views.comment, name="comment"),
    path("comments/<int:number>/decide/", views.decide, name="decide"),
]
