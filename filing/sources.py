"""What a document was made from: the acts it shows, their sign-offs, all those saw, and the entries and forms behind.

The list travels beside each PDF, and the PDF prints its digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from filing.act import Act
from filing.forms import closure as schema_closure
from filing.forms import revision_of
from filing.judging import record_of
from filing.model import Source
from filing.repository import Repository
from filing.trust import ROOT_FILE


def sources_of(acts: Sequence[Act], forms: Iterable[str] = ()) -> tuple[Source, ...]:
    """The sources of a document that shows these acts, by path; `forms` are those it is laid out by."""
    repository = acts[0].repository
    files = repository.files
    paths = {ROOT_FILE, *_seen(repository, acts)}
    paths |= _entries_relied_on(repository, paths) | _entries_named(act for act in acts if not act.signed)
    used = {repository.records[path].form for path in paths if path in repository.records} | set(forms)
    for form in used:
        paths |= set(schema_closure(files, f"schemas/{form}.json"))
    return tuple(Source(hashlib.sha256(files[path]).hexdigest(), path) for path in sorted(paths))


def sources_list(sources: Iterable[Source]) -> bytes:
    """The .sources file: sha256sum format, paths counted from data/."""
    return "".join(f"{source.sha256}  {source.path}\n" for source in sources).encode()


def _seen(repository: Repository, acts: Iterable[Act]) -> set[str]:
    """The records and sign-offs of the acts, and of everything their signers saw, however far back."""
    standing = repository.judgement.standing
    paths = {act.path for act in acts if not act.signed and act.path in repository.files}
    wanted = [signoff for act in acts for signoff in act.signoffs]
    while wanted:
        signoff = wanted.pop()
        if signoff.path not in paths:
            paths |= {signoff.path, signoff.path + ".sig", signoff.statement.record}
            wanted += [standing[path] for _, path in signoff.statement.saw if path in standing]
    return paths


def _entries_relied_on(repository: Repository, paths: Iterable[str]) -> set[str]:
    """The entries, in the states seen, on which these records and their signers rely."""
    found: set[str] = set()
    for path in paths:
        if not path.endswith(".signoff"):
            continue
        signoff = repository.judgement.standing[path]
        state = repository.judgement.state_seen(signoff)
        names = repository.references.entries(repository.records[record_of(path)[0]], state)
        person = state.entries.get(f"records/registers/people/{signoff.statement.signer}")
        if person:
            names |= repository.references.entries(person, state) | {revision_of(person.path)[0]}
        found |= {state.entries[name].path for name in names if name in state.entries}
    return found


def _entries_named(drafts: Iterable[Act]) -> set[str]:
    """The entries in force now on which records rely that nobody has signed."""
    found: set[str] = set()
    for act in drafts:
        names = act.repository.references.entries(act.record, act.state)
        found |= {act.state.entries[name].path for name in names if name in act.state.entries}
    return found
