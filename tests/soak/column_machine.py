"""A reader, commenters, two reviewers and a clock do whatever they like; an anonymous reader watches every surface.

The machine keeps a model of its own of what must be visible, simpler than the product and knowing none of its code,
and compares after each step. Canary addresses are looked for in everything that leaves the paper.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from broadsheet.accounts.states import Role
from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.discussion import tokens
from broadsheet.discussion.models import Comment, Revision
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.states import CommentPolicy
from tests.campaigns import Machine
from tests.factories import accounts, discussion, newsroom
from tools.ports import addresses

ALL_EVERY = 25  # steps after which every public page is looked at
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARK = re.compile(r"Mark[A-Z]{6}")
PEOPLE = ("cana.ry-one@post.example", "canary+two@post.example", "CANARY.three@Post.Example")


@dataclass
class Written:
    """What the machine remembers of one comment."""

    number: int
    mark: str
    address: str
    article: int
    parent: Written | None
    wants_email: bool
    at: datetime
    state: str = "unverified"
    marks: list[str] = field(default_factory=list)


def disguises(address: str) -> set[str]:
    """The ways in which an address could leak."""
    plain = {address, address.lower(), address.lower().replace("@", " at ")}
    coded = {quote(address), quote(address.lower()), address.replace("@", "&#64;"), address.replace("@", "&commat;")}
    raw = address.strip().lower().encode()
    sums = {hashlib.new(kind, raw).hexdigest() for kind in ("md5", "sha1", "sha256", "sha512")}
    return plain | coded | sums | {base64.b64encode(raw).decode().rstrip("="), raw.hex()}


LEAKS = {form for person in PEOPLE for form in disguises(person)}


class ColumnMachine(Machine):
    """The thin column, driven through its front door."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = connection.savepoint()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.comments: list[Written] = []
        self.codes: Counter[str] = Counter()  # that were typed, by mailbox
        self.networks = addresses()
        self.approved: set[str] = set()
        self.turn = 0
        self.touched = {0, 1}  # the articles whose comments the last step was about

    def teardown(self) -> None:
        """Leaves the database as it was."""
        self.clock.stop()
        connection.savepoint_rollback(self.savepoint or "")
        connection.run_on_commit.clear()
        mail.outbox.clear()
        cache.clear()

    @initialize()
    def open_the_paper(self) -> None:
        """One section, two articles, a reviewer and a chief reviewer."""
        newsroom.paper()
        self.terms = discussion.terms()
        section = newsroom.section("Harbour")
        days_ago = START - timedelta(days=1)
        self.articles: list[ArticlePage] = [newsroom.article(section, published_at=days_ago) for _ in range(2)]
        self.closed: set[int] = set()
        self.reader = Client(raise_request_exception=True)
        self.desks = [accounts.signed_in(Role.REVIEWER), accounts.signed_in(Role.CHIEF_REVIEWER)]

    # What people do

    @rule(
        who=st.sampled_from(PEOPLE),
        where=st.integers(0, 1),
        ending=st.text("ABCDEFGHJK", min_size=6, max_size=6),
        tick=st.booleans(),
        to=st.integers(0, 50),
    )
    def write(self, who: str, where: int, ending: str, tick: bool, to: int) -> None:
        """Sends the form, as a comment or as an answer to anything that ever was, published or not."""
        self.touched.add(where)
        article, mark = self.articles[where], f"Mark{ending}"
        parent = self.comments[to] if to < len(self.comments) else None
        route = (
            ("discussion:reply", [article.address, parent.number])
            if parent
            else ("discussion:write", [article.address])
        )
        sent = {
            "terms": self.terms.pk,
            "name": f"Reader {mark}",
            "email": who,
            "text": f"Hear this: {mark}",
            "website": "",
        }
        answer = self.reader.post(reverse(route[0], args=route[1]), {**sent, **({"wants_email": "on"} if tick else {})})
        self._after_commit()
        answerable = parent is None or (parent.state == "published" and parent.article == where)
        equal = self._equal(who, where, mark, parent, tick=tick)
        if where in self.closed or not answerable:
            assert answer.status_code in {404, 422}, answer.status_code
            return
        assert answer.status_code == 302, answer.status_code
        comment = tokens.comment_of_waiting(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])
        if equal is not None:
            assert comment.pk == equal.number
            return
        assert comment.pk not in {c.number for c in self.comments}
        self.comments.append(Written(comment.pk, mark, who, where, parent, tick, self._now()))

    @precondition(lambda self: self.comments)
    @rule(which=st.integers(0, 50))
    def repeat(self, which: int) -> None:
        """Sends the words of a comment again, with its address, as its author or anybody else who knows both might."""
        one = self._pick(which)
        to = self.comments.index(one.parent) if one.parent else len(self.comments)
        self.write(one.address, one.article, one.mark.removeprefix("Mark"), tick=one.wants_email, to=to)

    @precondition(lambda self: self.comments)
    @rule(which=st.integers(0, 50), post=st.booleans())
    def open_link(self, which: int, post: bool) -> None:
        """Follows the email's link: a scanner only looks, a person presses the button."""
        one = self._pick(which)
        with self.traveller_at(one.at):
            token = discussion.confirmation_token(self._row(one))
        address = reverse("discussion:confirm", args=[token])
        answer = self.reader.post(address) if post else self.reader.get(address)
        self._after_commit()
        age, day = self._now() - one.at, timedelta(hours=24)
        good = age < (day if one.state == "unverified" else 2 * day) and one.state != "expired" and not self._gone(one)
        if not post and not good and self._unconfirmed_of(one):  # the page may have the others
            assert answer.status_code in {200, 410}, answer.status_code
            return
        assert answer.status_code == ((302 if post else 200) if good else 410), answer.status_code
        if post and good:
            self._confirm(one, answer.headers["Location"])

    @precondition(lambda self: self.comments)
    @rule(which=st.integers(0, 50), wrong_before=st.sampled_from([0, 0, 1, 5]), right=st.booleans())
    def type_codes(self, which: int, wrong_before: int, right: bool) -> None:
        """Types six digits, the email's or others, after having been wrong some times."""
        for _ in range(wrong_before):
            self._type_code(self._pick(which), right=False)
        self._type_code(self._pick(which), right=right)

    def _type_code(self, one: Written, *, right: bool) -> None:
        row = self._row(one)
        open_tries = row.code_attempts < tokens.MAX_CODE_ATTEMPTS
        code = int(tokens.code_of(row)) if right else int(tokens.code_of(row)) + 1
        address = reverse("discussion:waiting", args=[tokens.waiting_token(row)])
        self.codes[one.address.lower()] += 1
        answer = self.reader.post(address, {"code": f"{code % 1_000_000:06d}"}, REMOTE_ADDR=next(self.networks))
        self._after_commit()
        if self._now() - one.at >= timedelta(hours=24):
            assert answer.status_code == 410
        elif not right or not open_tries:
            assert answer.status_code == 422
        elif answer.status_code == 422:
            assert self.codes[one.address.lower()] > 20  # all codes of the mailbox are locked, and the links are not
        elif self._gone(one):
            assert answer.status_code == 410
        else:
            assert answer.status_code == 302
            self._confirm(one, answer.headers["Location"])

    @precondition(lambda self: self.comments)
    @rule(which=st.integers(0, 50), forged=st.booleans())
    def withdraw(self, which: int, forged: bool) -> None:
        """Takes a comment back, or tries to with somebody else's token."""
        one = self._pick(which)
        token = tokens.waiting_token(self._row(one)) if forged else tokens.receipt_token(self._row(one))
        answer = self.reader.post(reverse("discussion:withdraw", args=[token]))
        self._after_commit()
        if forged:
            assert answer.status_code == 410
        elif one.state == "expired":
            assert answer.status_code == 409
        else:
            assert answer.status_code == 302
            one.state = "withdrawn"

    @precondition(lambda self: self.comments)
    @rule(
        which=st.integers(0, 50),
        outcome=st.sampled_from(["approve", "decline", "hold", "remove", "reinstate"]),
        reason=st.sampled_from(["", "1", "4"]),
        chief=st.booleans(),
        stale=st.booleans(),
    )
    def decide(self, which: int, outcome: str, reason: str, chief: bool, stale: bool) -> None:
        """A reviewer decides, with or without a reason, about the text that stands or one that has changed."""
        one = self._pick(which)
        revision = self._row(one).latest_id
        if stale:
            self._rewrite(one)
        sent = {"revision": revision, "outcome": outcome, "reason": reason}
        answer = self.desks[chief].post(reverse("desk:decide", args=[one.number]), sent)
        self._after_commit()
        needs = outcome in {"decline", "remove"}
        if needs and not reason:
            assert answer.status_code == 422
            return
        if outcome == "reinstate" and not chief:
            assert answer.status_code == 403
            return
        move = {
            ("pending", "approve"): "published",
            ("pending", "decline"): "declined",
            ("pending", "hold"): "held",
            ("held", "approve"): "published",
            ("held", "decline"): "declined",
            ("published", "hold"): "held",
            ("published", "remove"): "removed",
            ("declined", "reinstate"): "published",
            ("removed", "reinstate"): "published",
        }.get((one.state, outcome))
        if stale or move is None:
            assert answer.status_code == 409, (one.state, outcome, answer.status_code)
            return
        assert answer.status_code == 302, (one.state, outcome, answer.status_code)
        one.state = move

    @precondition(lambda self: self.comments)
    @rule(which=st.integers(0, 50))
    def decide_as_a_stranger(self, which: int) -> None:
        """Tries to approve without being anybody."""
        one = self._pick(which)
        sent = {"revision": self._row(one).latest_id, "outcome": "approve"}
        assert self.reader.post(reverse("desk:decide", args=[one.number]), sent).status_code == 302

    @rule(hours=st.sampled_from([1, 7, 25]))
    def time_passes(self, hours: int) -> None:
        """The clock moves and the schedule runs."""
        self.traveller.shift(timedelta(hours=hours))
        from django.core.management import call_command  # noqa: PLC0415 - a test's own clockwork

        call_command("expire_unverified", verbosity=0)
        self._after_commit()
        for one in self._with("unverified"):
            if self._now() - one.at > timedelta(hours=24):
                one.state = "expired"

    @rule(where=st.integers(0, 1), shut=st.booleans())
    def close(self, where: int, shut: bool) -> None:
        """An editor closes or opens the comments of an article."""
        self.touched.add(where)
        policy = CommentPolicy.CLOSED if shut else CommentPolicy.OPEN
        ArticlePage.objects.filter(pk=self.articles[where].pk).update(comment_policy=policy)
        (self.closed.add if shut else self.closed.discard)(where)

    @rule(who=st.sampled_from(PEOPLE), yes=st.booleans())
    def approve_person(self, who: str, yes: bool) -> None:
        """A commenter may post without review from now on, or no longer."""
        from broadsheet.commenters.models import address_digest  # noqa: PLC0415

        found = Commenter.objects.filter(digest=address_digest(who))
        if found.update(standing=Standing.APPROVED if yes else Standing.NEW):
            (self.approved.add if yes else self.approved.discard)(who.lower())

    # What must hold

    @invariant()
    def the_column_shows_exactly_what_is_published(self) -> None:
        """Each article's own page has the words of its published comments, once, and no others."""
        type(self).steps += 1
        if not hasattr(self, "articles"):
            return
        looked_at, self.touched = self.touched if self.turn % ALL_EVERY else {0, 1}, set()
        for where in looked_at or {self._any_of(2)}:
            text = self._read(f"/{self.articles[where].address}/")
            shown = sorted(re.findall(r"Hear this: (Mark[A-Z]{6})", text))
            assert shown == sorted(c.mark for c in self._with("published") if c.article == where)
            assert set(MARK.findall(text)) == set(shown), "a name is shown without its comment"

    @invariant()
    def no_other_surface_shows_more(self) -> None:
        """Any other public address after a step, and all of them from time to time: nothing that is not published."""
        if not hasattr(self, "articles"):
            return
        self.turn += 1
        surfaces = self._surfaces()
        for surface in surfaces if self.turn % ALL_EVERY == 0 else [surfaces[self._any_of(len(surfaces))]]:
            assert set(MARK.findall(self._read(surface))) <= {c.mark for c in self._with("published")}

    @invariant()
    def a_private_page_tells_no_address_and_a_permalink_only_the_published(self) -> None:
        """Receipt pages and desk pages carry no address; a permalink leads to published comments and to stubs only."""
        if not self.comments or not hasattr(self, "articles"):
            return
        one = self.comments[self.turn % len(self.comments)]
        row = self._row(one)
        awaits_news = one.state in {"pending", "held"} and one.wants_email and row.published_at is None
        to_be_kept = one.state == "unverified" or awaits_news
        assert (row.address is not None) == to_be_kept
        permalink = self.reader.get(reverse("discussion:permalink", args=[one.number]))
        if row.published_at is None:
            assert permalink.status_code == 404
        else:
            has_stub = any(reply.parent is one and reply.state == "published" for reply in self.comments)
            assert permalink.status_code == (302 if one.state == "published" or has_stub else 410)
        if self.turn % 3 == 0:  # the private pages take their turn with the steps
            receipt = reverse("discussion:receipt", args=[tokens.receipt_token(row)])
            self._check_leaks(self.reader.get(receipt).content.decode())
            self._check_leaks(self.desks[0].get(reverse("desk:comment", args=[one.number])).content.decode())
            self._check_leaks(self.desks[1].get("/desk/").content.decode())

    # How it is done

    def traveller_at(self, moment: datetime) -> time_machine.travel:
        """A moment in the past, for what was made then."""
        return time_machine.travel(moment, tick=False)

    def _surfaces(self) -> list[str]:
        _article, other = self.articles
        column = [f"/{a.address}/comments/newest/" for a in self.articles]
        dated = [f"/{other.edition_date:%Y/%m/%d}/", "/archive/", f"/{other.edition_date:%Y/%m}/"]
        found = [
            "/",
            "/harbour/",
            "/feed/",
            "/feed/atom/",
            "/harbour/feed/",
            "/sitemap.xml",
            "/search/?q=Hear",
            "/search/?q=Mark",
        ]
        return column + dated + found

    def _read(self, address: str) -> str:
        answer = self.reader.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        assert not answer.cookies, address
        text: str = answer.content.decode() if not answer.streaming else b"".join(answer).decode()
        self._check_leaks(text + repr(answer.headers))
        return text

    def _check_leaks(self, text: str) -> None:
        lowered = text.lower()
        for form in LEAKS:
            assert form.lower() not in lowered, f"an address leaked as {form}"

    def _after_commit(self) -> None:
        """Lets happen what waits for a commit that the test never makes; then reads the emails that left."""
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for entry in waiting:
            entry[1]()
        for email in mail.outbox:
            assert len(email.to) == 1
            self._check_leaks(f"{email.subject} {email.body}")
        mail.outbox.clear()

    def _rewrite(self, one: Written) -> None:
        row = self._row(one)
        number = row.revisions.count() + 1
        text, name = (row.latest.text, row.latest.name) if row.latest else ("", "")
        newer = Revision.objects.create(comment=row, number=number, name=name, text=text)
        Comment.objects.filter(pk=row.pk).update(latest=newer)

    def _confirm(self, one: Written, location: str) -> None:
        """The receipt is that of the comment, or of the first with the same words that was confirmed."""
        page, token = location.partition("?")[0].rstrip("/").rsplit("/", 1)
        if page == "/comments/confirm":
            assert self._unconfirmed_of(one)
            found = tokens.address_proof(token).comment.pk
        else:
            found = tokens.comment_of_receipt(token).pk
        if one.state != "unverified":
            assert found == one.number
            return
        day_before = one.at - timedelta(hours=24)
        others = [c for c in self.comments if c.state not in {"unverified", "expired", "withdrawn"}]
        firsts = [c.number for c in others if self._words(c) == self._words(one) and c.at >= day_before]
        if firsts:
            # The page with the other comments of the address keeps the link that led to it.
            assert found in firsts or (page == "/comments/confirm" and found == one.number)
            return
        assert found == one.number
        one.state = "published" if one.address.lower() in self.approved else "pending"

    def _words(self, one: Written) -> tuple[str, int, str, int | None]:
        return (one.address.lower(), one.article, one.mark, one.parent.number if one.parent else None)

    def _equal(self, who: str, where: int, mark: str, parent: Written | None, *, tick: bool) -> Written | None:
        words = (who.lower(), where, mark, parent.number if parent else None)
        return next((c for c in self._with("unverified") if self._words(c) == words and c.wants_email == tick), None)

    def _unconfirmed_of(self, one: Written) -> bool:
        others = (c for c in self._with("unverified") if c is not one)
        return any(c.address.lower() == one.address.lower() for c in others)

    def _gone(self, one: Written) -> bool:
        return one.state == "withdrawn"

    def _with(self, state: str) -> list[Written]:
        return [one for one in self.comments if one.state == state]

    def _any_of(self, number: int) -> int:
        """A number below another: by chance, but the same when Hypothesis tells the story again."""
        return zlib.crc32(repr((self.turn, [one.mark for one in self.comments])).encode()) % number

    def _pick(self, which: int) -> Written:
        one = self.comments[which % len(self.comments)]
        self.touched.add(one.article)
        return one

    def _row(self, one: Written) -> Comment:
        return Comment.objects.select_related("latest").get(pk=one.number)

    def _now(self) -> datetime:
        return datetime.now(UTC)
