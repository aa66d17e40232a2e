"""Helpers for pages with a preview: request it and read its plan, its form and messages."""

import re
from datetime import timedelta

from django.contrib.messages import get_messages

from scheduling.selectors.studio import studio_today


def day(number):
    return studio_today() + timedelta(number)


def get_preview(browser, address, fields):
    answer = browser.get(address, fields | {"look": "1"})
    assert answer.status_code == 200, answer.content.decode()
    return answer


def plan_of(answer):
    found = re.search(r'name="plan" value="([0-9a-f]{64})"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def hidden_fields(answer):
    """Return the hidden fields and the ticked boxes of the page, which its button submits."""
    content = answer.content.decode()
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', content)
    ticked = re.findall(r'<input type="checkbox" name="(\w+)" value="(\w+)" checked', content)
    return dict(found + ticked)


def message_of(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))
