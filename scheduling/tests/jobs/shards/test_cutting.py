"""Every series is in exactly one shard, and no two parallel ones meet a person."""

import json
from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from scheduling.jobs.chunks import Chunk
from scheduling.jobs.shards.cutting import Lot, cut

# Who teaches whom; teacher 0: a series of a student without one.
SERIES = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 20)), min_size=1, max_size=60)


def owner(series):
    teacher, student = series
    return ("teacher", teacher) if teacher else ("student", student)


@st.composite
def studios(draw):
    """Series, and their owners in chunks as the run would have them: in order, none twice."""
    series = draw(SERIES)
    sizes = Counter(map(owner, series))
    owners = sorted(sizes, key=lambda one: (one[0] != "teacher", one[1]))
    chunks = []
    while owners:
        number = draw(st.integers(1, len(owners)))
        mine, owners = owners[:number], owners[number:]
        chunks.append(
            Chunk(
                [id for kind, id in mine if kind == "teacher"],
                [id for kind, id in mine if kind == "student"],
                sum(sizes[one] for one in mine),
            )
        )
    return series, chunks


def several(series):
    owners = defaultdict(set)
    for one in series:
        owners[one[1]].add(owner(one))
    return {student: sorted(mine) for student, mine in owners.items() if len(mine) > 1}


@given(studios(), st.integers(1, 9))
def test_whatever_the_studio(studio, most):
    series, chunks = studio
    lots = cut(chunks, several(series), most)

    assert 1 <= len(lots) <= min(most, len(chunks))
    assert [chunk for lot in lots for chunk in lot.chunks] == chunks
    assert sum(lot.size for lot in lots) == len(series)
    spanning = {student for lot in lots for student in lot.spanning}
    place = defaultdict(list)
    students = defaultdict(set)
    for number, lot in enumerate(lots):
        for one in series:
            if owner(one) in lot.owners() and one[1] not in spanning:
                place[one].append(number)
                students[one[1]].add(number)
    # In one parallel shard, or in the last one.
    assert all(len(place[one]) == series.count(one) for one in series if one[1] not in spanning)
    assert all(len(set(numbers)) == 1 for numbers in place.values())
    # No teacher, and no student, in two that are done at the same time.
    owners = Counter(one for lot in lots for one in lot.owners())
    assert set(owners.values()) == {1}
    assert all(len(numbers) == 1 for numbers in students.values())
    # Nobody is left to the end without need.
    for student in spanning:
        assert sum(student in lot.spanning for lot in lots) > 1


@given(studios(), st.integers(1, 9))
def test_whom_a_shard_may_meet_again_is_known_to_it(studio, most):
    series, chunks = studio
    for lot in cut(chunks, several(series), most):
        spanning = set(lot.spanning)
        mine = [one for one in series if owner(one) in lot.owners()]
        again = Counter(student for teacher, student in set(mine) if student not in spanning)
        assert {student for student, times in again.items() if times > 1} == set(lot.students)
        assert {one[0] for one in mine if one[1] in spanning} - {0} == set(lot.teachers)


@given(studios(), st.integers(1, 9))
def test_it_is_stored_and_read_again(studio, most):
    series, chunks = studio
    for lot in cut(chunks, several(series), most):
        assert Lot.of(json.loads(json.dumps(lot.json()))) == lot


def test_shards_are_of_about_the_same_size():
    chunks = [Chunk([number], [], 10) for number in range(100)]
    assert {lot.size for lot in cut(chunks, {}, 8)} <= {120, 130}
