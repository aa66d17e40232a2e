"""Every address × every parameter × odd values, for everybody: never a server error.

The parameters are those that the views read. Nothing that a request writes stays.
"""

from datetime import timedelta
from itertools import count
from urllib.parse import parse_qs, urlencode

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from knox.models import AuthToken

from scheduling.api.serializers.queries import QuerySerializer
from scheduling.api.views.resources import urls as _resources  # noqa: F401  (every query class)
from scheduling.models import ApiTokenDetails, CalendarFeed, CancelledBy, TokenScope
from scheduling.selectors.feeds.tokens import page_token_of, token_of
from scheduling.services.classes import edit
from scheduling.services.roles import OWNER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.pages import ANONYMOUS, EVERY_ROLE, NOBODY, TEACHER, every_page
from scheduling.tests.support.read_parameters import ANY, READ
from scheduling.tests.support.roles import account
from scheduling.tests.support.secret_addresses import secret_addresses
from scheduling.tests.test_odd_addresses import (
    KEYS,
    ODD_NUMBERS,
    ODD_VALUES,
    columns,
    page_addresses,
)
from scheduling.tests.test_odd_addresses import api_addresses as numbered_api_addresses
from scheduling.tests.test_query_limits import (
    LITTLE,
    Studio,
    admin_addresses,
    api_addresses,
    page_path,
)
from scheduling.text.json_keys import camel

pytestmark = [pytest.mark.django_db, pytest.mark.soak]

MIDDLEWARE = "scheduling.tests.support.read_parameters.RecordingMiddleware"
TOKENS = {
    "token of an owner": (OWNER, TokenScope.ALL),
    "token of a viewer": (VIEWER, TokenScope.ALL),
    "token for metrics": (OWNER, TokenScope.METRICS),
}
EVERYBODY = [*EVERY_ROLE, *TOKENS]


def query_keys(kind=QuerySerializer):
    """Return the parameters of every list of the API."""
    own = {camel(name) for name in kind().fields}
    return own.union(*(query_keys(each) for each in kind.__subclasses__()))


class Addresses:
    """The addresses of a studio by name, each with a query that its page accepts."""

    def __init__(self):
        studio = Studio()
        studio.grow(LITTLE)
        make.studio(family_cancel=True, family_makeups=True, makeup_rule="notice")
        self.teacher = studio.teacher
        rows = studio.rows
        self.admin = {
            page.name: page_path(page, studio, rows)
            for page in every_page()
            if "logout" not in page.name and "url" not in page.parameters
        }
        self.admin |= admin_addresses(studio)
        self.others = api_addresses(studio) | {"language": "/language/", "root": "/"}
        self.others |= self._secret(studio)

    def _secret(self, studio):
        """Return the secret addresses of a guardian, those of acts with lessons."""
        feed = CalendarFeed.objects.create(guardian=studio.guardian)
        day = studio.now.date() + timedelta(3)
        lost = make.lesson(studio.student, day, "05:00", "05:30", make.teacher())
        edit.cancel(lost.pk, by=CancelledBy.STUDIO, reason="", now=studio.now)
        found = secret_addresses(page_token_of(feed))
        found["calendar-feed"] = secret_addresses(token_of(feed))["calendar-feed"]
        kept = f"slot-{studio.slot.pk}-{studio.monday + timedelta(7)}"
        found["family-cancel"] = found["family-cancel"].removesuffix("1") + kept
        found["family-make-up"] = found["family-make-up"].removesuffix("1") + str(lost.pk)
        return found


@pytest.fixture
def addresses(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]
    settings.API_THROTTLE = settings.API_THROTTLE_FAILED = "1000000/sec"
    settings.CRON_SECRET = "the-cron-secret"  # without one, 503
    return Addresses()


def client_of(who, teacher):
    """Return a client with the session of a role, or with an API token."""
    if who in TOKENS:
        role, scope = TOKENS[who]
        token, secret = AuthToken.objects.create(account(role))
        ApiTokenDetails.objects.create(token=token, scope=scope)
        bearer = {"Authorization": f"Bearer {secret}"}
        return Client(raise_request_exception=False, headers=bearer)
    client = Client(raise_request_exception=False)
    if who != ANONYMOUS:
        role = "" if who == NOBODY else who
        client.force_login(account(role, "person", teacher if who == TEACHER else None))
    return client


def status_of(client, address, form=None):
    """Return the status of the answer; everything that the request wrote is undone."""
    cache.clear()  # throttles
    with transaction.atomic():
        answer = client.get(address) if form is None else client.post(address, form)
        if answer.streaming:
            b"".join(answer)
        transaction.set_rollback(True)
    return answer.status_code


def is_error(client, address, form=None):
    """Return whether a server error answers; 503 of /healthz/jobs is none."""
    late = {503} if address.startswith("/healthz/jobs") else set()
    return status_of(client, address, form) not in {*range(500), *late}


class Values:
    """The odd values of a parameter: all of them, or one, another one for the next parameter.

    ``seed`` is the number of the first one, so that other days have others.
    """

    def __init__(self, every, seed):
        self.every = every
        self.numbers = count(seed)

    def take(self):
        if self.every:
            return ODD_VALUES
        return [ODD_VALUES[next(self.numbers) % len(ODD_VALUES)]]


def failing(client, name, address, values):
    """Yield the queries of an address that a server error answers."""
    path, _, text = address.partition("?")
    valid = parse_qs(text)
    READ.clear()
    if is_error(client, address):
        yield address
    done = set()
    while new := keys(name, valid) - done:
        done |= new
        for key in sorted(new):
            for value in values.take():
                query = urlencode(valid | {key: value}, doseq=True, errors="surrogatepass")
                if is_error(client, f"{path}?{query}"):
                    yield f"{path}?{query}"


def keys(name, valid):
    """Return the parameters that were read; more of a page that reads all."""
    found = {*READ, *valid} - {ANY}
    if ANY in READ:
        found |= query_keys() if name.startswith("GET ") else {*KEYS, *columns(name)}
    return found


@pytest.mark.parametrize("who", EVERYBODY)
def test_odd_values_of_every_parameter_are_refused(addresses, who, request):
    """All values for an owner; one of them for each parameter, another each day, for the others."""
    seed = request.config.getoption("--hypothesis-seed") or 0
    client, values = client_of(who, addresses.teacher), Values(who == OWNER, int(seed))
    found = addresses.others if who in TOKENS else addresses.admin | addresses.others
    errors = [url for name, each in found.items() for url in failing(client, name, each, values)]
    assert errors == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_odd_numbers_in_paths_are_refused(addresses, who):
    client = client_of(who, addresses.teacher)
    found = [
        address
        for number in (*ODD_NUMBERS, "9" * 15, "9" * 18, "0")
        for pages in (page_addresses(number), numbered_api_addresses(number))
        for address in pages.values()
    ]
    family = addresses.others["family-page"]
    for ref in ("slot-{}-2026-01-05", "schedule-{}-9999-12-31", "class-{}", "{}"):
        found += [f"{family}/cancel/{ref.format('9' * length)}" for length in (1, 18, 23)]
    found += [f"{family}/make-up/{'9' * length}" for length in (1, 10, 15)]
    assert [address for address in found if is_error(client, address)] == []


def test_odd_values_in_a_family_s_forms_are_refused(addresses):
    client = Client(raise_request_exception=False)
    for name, key in (("family-cancel", "start"), ("family-make-up", "at")):
        for value in (*ODD_VALUES, "9999-12-31T23:59", "0001-01-01T00:00"):
            form = {
                key: value.encode(errors="surrogatepass"),
                "charged": value.encode(errors="surrogatepass"),
            }
            assert status_of(client, addresses.others[name], form) == 409, (name, value)
