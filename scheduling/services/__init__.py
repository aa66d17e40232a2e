"""Changes of the data that people ask for. Nothing here reads the clock."""
