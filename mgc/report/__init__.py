"""What the original report claims, and how records decide each claim.

- `claims.load_claims`: the claims, read from a table and checked.
- `audit.decide_all`: a verdict on each, with its evidence.
- `integrity.check_records`, `integrity.check_published`: whether the records themselves hold.

Examples
--------
>>> from mgc.report.claims import find_claims, load_claims
>>> claims = load_claims(find_claims())
>>> claims[0].id
's1-01'
"""
