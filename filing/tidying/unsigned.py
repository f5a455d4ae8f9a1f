"""Which records may not be laid out anew, since somebody's signature or a register change binds their bytes."""

from __future__ import annotations

from collections.abc import Mapping

from filing.trust import listed_entries


def why_kept(files: Mapping[str, bytes]) -> dict[str, str]:
    """Path -> why it stays, for every record that is signed or named by a register change."""
    kept = {
        path: f"{change} names it, byte for byte" for change, named in listed_entries(files).items() for path in named
    }
    for path in files:
        if path.endswith((".signoff", ".signoff.sig")):
            stem = path.removesuffix(".sig").removesuffix(".signoff").rpartition(".")[0]
            kept[f"{stem}.yaml"] = "it is signed"
    return kept
