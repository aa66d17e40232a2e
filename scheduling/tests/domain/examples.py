"""How many examples a property test tries: always the same ones, random ones when soaking."""

from hypothesis import HealthCheck, settings

SOAKING = settings.get_current_profile_name() == "soak"


def examples(count, **more):
    """`@examples(200)`: that many in the suite, fifty times as many with the profile `soak`."""
    return settings(
        max_examples=count * 50 if SOAKING else count,
        derandomize=not SOAKING,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **more,
    )
