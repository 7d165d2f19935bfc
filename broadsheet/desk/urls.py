"""The addresses of the desk."""

from django.urls import path, register_converter

from broadsheet.desk import views
from broadsheet.pagecache.models import Snapshot


class QueueConverter:
    """A state that has a list of its own."""

    regex = "|".join(state.value for state in views.QUEUES)

    def to_python(self, value: str) -> str:
        """Return the state as it is stored."""
        return value

    def to_url(self, value: str) -> str:
        """Return the state as it is stored."""
        return value


class SnapshotConverter:
    """A snapshot of the purge log."""

    regex = r"[0-9]{1,19}:[0-9]{1,19}:[0-9,]*"

    def to_python(self, value: str) -> Snapshot:
        """Return the snapshot; raise ValueError, which means 404, for another text."""
        return Snapshot.parse(value)

    def to_url(self, value: Snapshot) -> str:
        """Return the text of the snapshot."""
        return str(value)


register_converter(QueueConverter, "queue")
register_converter(SnapshotConverter, "snapshot")

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("page/<further:number>/", views.queue, name="queue_page"),
    path("<queue:state>/", views.queue, name="state"),
    path("<queue:state>/page/<further:number>/", views.queue, name="state_page"),
    path("comments/<number:pk>/", views.comment, name="comment"),
    path("comments/<number:pk>/decide/", views.decide, name="decide"),
    path("removals/<number:pk>/<snapshot:upto>/", views.removal, name="removal"),
]
