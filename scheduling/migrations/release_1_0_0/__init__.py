"""The operations of the migration of release 1.0.0, by subject."""
