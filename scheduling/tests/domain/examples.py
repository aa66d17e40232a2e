"""How many examples a property test tries: always the same ones, random ones when soaking."""

from hypothesis import HealthCheck, settings

# --hypothesis-verbosity appends itself to the name.
PROFILE = settings.get_current_profile_name().partition("-")[0]
SOAKING = PROFILE == "soak"
# How many times as many examples as in the suite; `slice` is a part of `soak`.
TIMES = {"soak": 50, "slice": 6}.get(PROFILE, 1)


def examples(count, **more):
    """`@examples(200)`: that many in the suite, `TIMES` as many with another profile."""
    return settings(
        max_examples=count * TIMES,
        derandomize=PROFILE not in ("soak", "slice"),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **more,
    )
