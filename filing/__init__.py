"""From acts to a filing package: load, validate, judge sign-offs, check rules, gate, render, merge, package, verify.

Before the gate a room reads and yields findings; after it a room transforms known-good values; `package` alone
writes, and `verify` re-reads what was written and trusts nothing in memory.
"""

__version__ = "0.1.0"
