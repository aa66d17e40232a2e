"""manage.py load_demo, started several times at once: one studio."""

from scheduling.models import Student, Teacher


def test_simultaneous_loads_create_one_studio(spawn_manage):
    processes = [spawn_manage("load_demo", "--students", "300") for _ in range(2)]
    for process in processes:
        _out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
    assert (Student.objects.count(), Teacher.objects.count()) == (300, 10)
