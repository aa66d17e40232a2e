"""The REST API, the cron endpoint, health and metrics: parse, call, render."""
