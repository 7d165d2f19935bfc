"""An editor at /cms/ who publishes one article after the other in a section."""

import json

from bench.browsing import Visitor

PARAGRAPH = {
    "key": "a",
    "type": "unstyled",
    "text": "A ferry came.",
    "depth": 0,
    "inlineStyleRanges": [],
    "entityRanges": [],
}
BODY = {
    "body-count": "1",
    "body-0-deleted": "",
    "body-0-order": "0",
    "body-0-type": "paragraph",
    "body-0-id": "",
    "body-0-value": json.dumps({"blocks": [PARAGRAPH], "entityMap": {}}),
}


class Publishing:
    """The editor's form for new articles of one section, opened once and sent many times."""

    def __init__(self, staff: Visitor, section: int) -> None:
        self.staff = staff
        self.address = f"/cms/pages/add/newsroom/articlepage/{section}/"
        self.form = staff.form(self.address, "title") | BODY | {"action-publish": "action-publish"}

    def publish(self, number: int, reader: Visitor) -> float:
        """Publishes one more, and looks whether it is on the front page; what is told is what the editor waited."""
        title = f"Ferry number {number}"
        fields = {**self.form, "title": title, "slug": f"ferry-{number}", "deck": title}
        sent = self.staff.post(self.address, fields)
        assert sent.status == 302, sent.body[:300]
        assert title in reader.get("/").body, "it is not on the front page"
        return sent.took
