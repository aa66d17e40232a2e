"""The number of examples of property tests: fixed ones in the suite, random ones in `make soak`."""

from hypothesis import HealthCheck, settings

# --hypothesis-verbosity appends itself to the name.
PROFILE = settings.get_current_profile_name().partition("-")[0]
SOAKING = PROFILE == "soak"
# Factor on the number of examples in the suite; `slice` is a part of `soak`.
TIMES = {"soak": 50, "slice": 6}.get(PROFILE, 1)


def examples(count, **more):
    """Return settings for `count` examples in the suite, `count * TIMES` in another profile."""
    return settings(
        max_examples=count * TIMES,
        derandomize=PROFILE not in ("soak", "slice"),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **more,
    )
