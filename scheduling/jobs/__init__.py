"""Jobs: their schedules, runs, plans and workers."""
