"""The container image, built and driven without a daemon (marker ``servers``)."""
