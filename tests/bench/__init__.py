"""``make bench``: how fast the site is, as ratios to bare pages and bare transactions of the same run."""
