"""A run cut into shards, which any number of workers on any number of hosts take one by one.

``cutting`` says what is in each; ``ledger`` who has which; ``crew`` is a worker's way through them.
"""
