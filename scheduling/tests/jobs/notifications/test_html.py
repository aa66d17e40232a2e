"""Every e-mail has its text as HTML, too, as a mail server receives it."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.outbox import queue_address, queue_alert
from scheduling.jobs.notifications.reminders import remind
from scheduling.models import CalendarFeed, CancelledBy, StudentGuardian
from scheduling.selectors.feeds.tokens import page_token_of
from scheduling.services.classes import edit
from scheduling.services.notices import notifying
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.support.servers.mail_server import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
ELEMENTS = {"html", "head", "meta", "title", "body", "p", "br", "ul", "li", "a"}
NAME = '<b>Zoë</b> & "Co"'


class Page(HTMLParser):
    """The text of a page, in lines, its elements and the addresses that it refers to."""

    def __init__(self, text):
        super().__init__()
        self.lines, self.elements, self.addresses, self.language = [""], set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.elements.add(tag)
        self.language = values.get("lang", self.language)
        self.addresses += [values[name] for name in ("href", "src") if name in values]
        if tag in ("p", "li", "br"):
            self.lines.append("- " if tag == "li" else "")

    def handle_data(self, data):
        if "body" in self.elements:
            self.lines[-1] += data.strip("\n")


@pytest.fixture
def server(settings):
    settings.EMAIL_FROM = settings.DEFAULT_FROM_EMAIL = "studio@example.org"
    with mail_server() as server:
        server.configure(settings)
        yield server


def parts_of(message):
    """Return the text and the page of a received message."""
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.get_payload()
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    decoded = [
        part.get_payload(decode=True).decode(part.get_content_charset()) for part in (text, html)
    ]
    text, html = (content.replace("\r\n", "\n") for content in decoded)
    return text, Page(html)


def test_html_says_what_the_text_says(server):
    make.studio(name="Clara & Söhne", phone="+34 600 123 456", family_pages=True)
    marta = make.teacher("Marta Gil", email="marta@example.org", language="en")
    ana, leo = make.student(f"Ana {NAME}"), make.student("Leo Ruiz")
    eva = make.guardian(f"{NAME} Ruiz", ana, email="eva@example.org", language="es")
    StudentGuardian.objects.create(student=leo, guardian=eva)
    lessons = [
        make.lesson(ana, MONDAY, "17:00", "18:00", marta, subject="Piano <script>"),
        make.lesson(leo, MONDAY, "15:00", "16:00", marta),
    ]
    with notifying([lesson.pk for lesson in lessons], True, NOON):
        edit.move(lessons[0].pk, start_time=at("18:30"), now=NOON)
        edit.cancel(lessons[1].pk, by=CancelledBy.STUDIO, now=NOON)
    remind(NOON + timedelta(hours=12))
    feed = CalendarFeed.objects.create(guardian=eva)
    queue_address(feed, eva, f"https://example.org/family/{page_token_of(feed)}", NOON, LATER)
    queue_alert("ops@example.org", "Alert", "disk full\n\nat <once>", NOON, LATER)

    assert deliver(NOON + timedelta(hours=13)) == 6

    languages, lists = set(), 0
    for message in server.received:
        text, page = parts_of(message)
        lines = [line for line in text.split("\n") if line]
        assert [line for line in page.lines if line] == lines
        # Nothing is loaded, no script runs, and no name is markup.
        assert page.elements <= ELEMENTS
        assert set(page.addresses) <= {f"https://example.org/family/{page_token_of(feed)}"}
        languages.add(page.language)
        lists += "ul" in page.elements
    assert languages == {"en", "es"}
    assert lists == 2
    spanish = [parts_of(message)[0] for message in server.received if message["To"] == eva.email]
    assert any("Estas clases se cancelan:" in text for text in spanish)
    assert all("<b>Zoë</b>" in text for text in spanish)
