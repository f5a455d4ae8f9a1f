"""What a signer sees: the sign-offs a new statement has to list.

Everybody sees the newest register change. A form of the closure kind (certification, issue) sees every signed act of
the batch; every other form sees the batch master, what it follows or corrects, and the earlier
sign-offs of the same act.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from filing.forms import Form, corrected
from filing.judging import SUFFIX, batch_master, record_of
from filing.trust import change_number


def what_is_seen(form: Form, record: str, slot: str, files: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    """(SHA-256, path) of every sign-off that a signer of `record` in `slot` sees, sorted by path."""
    own = f"{record.removesuffix('.yaml')}.{slot}{SUFFIX}"
    seen = {path for path in files if path.endswith(SUFFIX) and path != own and _sees(form, record, path, files)}
    return tuple((hashlib.sha256(files[path]).hexdigest(), path) for path in sorted(seen))


def _sees(form: Form, record: str, path: str, files: Mapping[str, bytes]) -> bool:
    signed = record_of(path)[0]
    if signed == record:
        return form.id != "change"
    number = change_number(signed)
    if number is not None:
        return number == _newest_change(record, files)
    if form.closure:
        return signed.rpartition("/")[0] == record.rpartition("/")[0]
    return signed in (form.followed(record), batch_master(record), corrected(record))


def _newest_change(record: str, files: Mapping[str, bytes]) -> int:
    own = change_number(record)
    if own is not None:
        return own - 1
    return max((n for path in files if path.endswith(SUFFIX) and (n := change_number(record_of(path)[0]))), default=0)
