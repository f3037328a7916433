"""`make load`: a whole county in one exam, on one machine that also plays the county.

The server is the product as `make serve` runs it, the database a real one of its own, the candidates a
process that speaks plain HTTP over a socket each. docs/load.md says what is measured and what was seen.
"""
