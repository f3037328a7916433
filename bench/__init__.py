"""`make bench`: what the product costs, as ratios to a floor measured in the same seconds.

Two cores and noisy neighbours: CPU time of this process per request is the robust figure, and variants
take turns in small blocks so that a slow moment hits them alike.
"""
