"""``API_THROTTLE``: so many calls of one caller, whichever worker answers them."""

import sqlite3
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from knox.models import get_token_model

from scheduling.api import tally
from scheduling.api.tally import MEMORY, Tally
from scheduling.tests.factories import EARLY
from scheduling.tests.support.curl import curl
from scheduling.tests.support.gunicorn import serving

CLASSES = "/api/classes"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the files are, instead of the deployment's own folder."""
    monkeypatch.setattr(tally, "folder_of", lambda names: tmp_path / "own")
    return tmp_path / "own"


@pytest.mark.django_db
def test_too_many_calls_are_429_with_the_time_to_wait(admin_client, settings):
    settings.API_THROTTLE = "2/min"
    with time_machine.travel(EARLY, tick=False) as clock:
        assert admin_client.get(CLASSES).status_code == 200
        clock.shift(20)
        assert admin_client.get(CLASSES).status_code == 200
        answer = admin_client.get(CLASSES)
        assert (answer.status_code, answer.json()["error"]) == (429, "throttled")
        assert answer["Retry-After"] == "40"
        clock.shift(39)
        assert admin_client.get(CLASSES).status_code == 429
        clock.shift(1)
        assert admin_client.get(CLASSES).status_code == 200


@pytest.mark.django_db
def test_one_caller_s_calls_are_not_another_s(admin_client, settings):
    settings.API_THROTTLE = "1/min"
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    assert admin_client.get(CLASSES).status_code == other.get(CLASSES).status_code == 200
    assert admin_client.get(CLASSES).status_code == other.get(CLASSES).status_code == 429


def many(path, name):
    """In a process of its own: how many calls of twenty pass."""
    tally.folder_of = lambda names: path
    own = Tally(name)
    return sum(own.count("ana", 30, 3600) is None for _call in range(20))


def test_processes_and_their_threads_count_together(folder):
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        passed = list(pool.map(many, [folder] * 4, ["calls"] * 4))
    assert sum(passed) == 30
    own = Tally("calls")
    waits = []
    threads = [
        threading.Thread(target=lambda: waits.append(own.count("leo", 5, 3600))) for _n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(None) == 5
    assert Tally("calls").count("leo", 5, 3600) > 3500


def open_at_once(path, together, turned_away):
    together.wait()
    try:
        tally._open(path)
    except sqlite3.OperationalError as error:
        turned_away.put(str(error))


def test_processes_that_make_the_file_at_the_same_moment_all_have_it(tmp_path):
    fork = get_context("fork")
    turned_away = fork.SimpleQueue()
    for number in range(10):
        given = tmp_path / str(number), fork.Barrier(8), turned_away
        processes = [fork.Process(target=open_at_once, args=given) for _ in range(8)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0] * 8
    assert turned_away.empty()


def test_what_is_over_is_forgotten(folder):
    own = Tally("calls")
    with time_machine.travel(EARLY, tick=False) as clock:
        for caller in range(50):
            own.count(str(caller), 5, 60)
        clock.shift(61)
        own.count("last", 5, 60)
    with sqlite3.connect(folder / "calls.sqlite3") as file:
        assert file.execute("SELECT who FROM calls").fetchall() == [("last",)]


def test_a_clock_that_is_set_back_locks_nobody_out(folder):
    own = Tally("calls")
    with time_machine.travel(EARLY, tick=False) as clock:
        assert own.count("ana", 1, 60) is None
        clock.shift(-3600)
        assert own.count("ana", 1, 60) is None
        assert own.count("ana", 1, 60) == 60


def test_without_a_file_each_process_counts_alone(folder, caplog):
    folder.write_text("something else has the name")
    own = Tally("calls")
    assert [own.count("ana", 1, 60) is None for _call in range(2)] == [True, False]
    assert "each process counts its calls alone" in caplog.text


def test_a_file_that_is_broken_is_made_anew(folder, caplog):
    folder.mkdir(mode=0o700)
    (folder / "calls.sqlite3").write_bytes(b"no database at all" * 1_000)
    own = Tally("calls")
    assert own.count("ana", 1, 60) is None
    assert "can't be counted" in caplog.text
    assert [own.count("ana", 1, 60) is None for _call in range(2)] == [True, False]


def test_nobody_else_reads_who_calls(folder):
    Tally("calls").count("ana", 1, 60)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_in_memory_it_is_one_tally_s_alone():
    own, other = Tally(MEMORY), Tally(MEMORY)
    assert own.count("ana", 1, 60) is other.count("ana", 1, 60) is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_are_one_server():
    token = get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]
    with serving(API_THROTTLE="5/min", workers=2) as server:
        found = [curl(server.url + CLASSES, token=token).status for _call in range(12)]
    assert (found.count(200), found.count(429)) == (5, 7)
