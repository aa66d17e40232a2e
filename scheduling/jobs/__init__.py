"""What runs: the registry of jobs, the runner, and the one way from a plan to the calendar."""
