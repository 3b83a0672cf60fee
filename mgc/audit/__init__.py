"""The audit: what became of each statement of the original report, and whether the records hold.

`claims` reads the statements, `decide` judges each by a decider of `registry`, `integrity` checks
the records themselves, `write` and `explain` tell. Used by the chapter on the audit, by
``nox -s audit`` and ``mgc audit``.
"""
