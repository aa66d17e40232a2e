"""Changes of the data that people request. Nothing here reads the clock."""
