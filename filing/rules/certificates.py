"""The rule about batch certificates as they are cited: which ones a batch has, and what replaced each (SOP 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from filing.act import CERTIFYING, Act
from filing.gate import certificate_number
from filing.journal import Batch
from filing.model import Pointer
from filing.rules.consignments import completed, day_left, left, sent_to_sites
from filing.rules.rule import Breach, NotApplicable, Outcome


@dataclass(frozen=True)
class Certificate:
    """A batch certificate: one revision of a certifying decision, with the certifying acts that replace it."""

    act: Act
    successors: tuple[Act, ...]

    @property
    def code(self) -> str:
        return certificate_code(self.act)

    def replaced_by(self, day: str, moment: datetime | None) -> Act | None:
        """What had replaced it at a moment of a day; None for a moment stands for now."""
        return next((act for act in self.successors if _replaces_at(act, self.act, day, moment)), None)


def certificate_code(act: Act) -> str:
    """How a certificate is cited, such as CERT-B2025-01 revision 0."""
    return f"{certificate_number(act)} revision {act.revision}"


def is_called(act: Act, code: object) -> bool:
    """Whether a code names the certificate of an act; the number alone is enough."""
    return code in (certificate_code(act), certificate_number(act))


def certificates_cited(batch: Batch) -> Iterator[Outcome]:
    """Releases and consignments cite a certificate of their batch that nothing had replaced by then.

    A correction or a later decision replaces the certificate it names: at once, or after the last day it gives for it.
    Who still goes by the earlier certificate may go by an error that the QP has corrected.
    """
    certificates = _certificates(batch)
    if not certificates:
        yield NotApplicable("there is no certificate")
        return
    yield from _names_no_certificate(batch, certificates)
    for release in batch.of("release"):
        found = _rested_on(batch, release, certificates)
        if found and release.value("decision") == "released":
            now = release.day or str(release.value("valid_from"))
            moment = completed(release) if release.signed else None
            yield from _replaced(release, ("certification",), found, now, moment)
    for consignment in sent_to_sites(batch):
        yield from _cited_by(batch, consignment, certificates)


def _certificates(batch: Batch) -> tuple[Certificate, ...]:
    """Every certificate of the batch, oldest first."""
    given = [act for each in batch.decisions for act in (*each.earlier, each)]
    given = [act for act in given if act.signed and act.value("decision") in CERTIFYING]
    return tuple(Certificate(act, tuple(each for each in given if _replaces(each, act))) for act in given)


def _replaces(later: Act, act: Act) -> bool:
    if later.base == act.base:
        return later.revision > act.revision
    return is_called(act, later.value("supersedes", "certificate"))


def _replaces_at(later: Act, act: Act, day: str, moment: datetime | None) -> bool:
    last = later.value("supersedes", "effective_until")
    if last is not None and is_called(act, later.value("supersedes", "certificate")):
        return day > str(last)
    return moment is None or moment > completed(later)


def _names_no_certificate(batch: Batch, certificates: tuple[Certificate, ...]) -> Iterator[Breach]:
    """What a decision names as superseded, though it is no earlier certificate."""
    for act in batch.decisions:
        code = act.value("supersedes", "certificate")
        own = act.number, act.revision
        earlier = [each.act for each in certificates if (each.act.number, each.act.revision) < own]
        if code is not None and not any(is_called(each, code) for each in earlier):
            yield Breach(
                act.record,
                ("supersedes", "certificate"),
                f"{code} is no earlier certificate of {batch.id}",
                "Write number and revision of the certificate that this one replaces.",
            )


def _rested_on(batch: Batch, release: Act, certificates: tuple[Certificate, ...]) -> Certificate | None:
    """The certificate a release rests on: of the decision it names, in the revision that its signer saw."""
    decision = batch.named(str(release.value("certification")))
    seen = decision.as_seen_by(release) if decision and release.signed else decision
    return next((each for each in certificates if seen and each.act.path == seen.path), None)


def _cited_by(batch: Batch, consignment: Act, certificates: tuple[Certificate, ...]) -> Iterator[Breach]:
    day, moment = day_left(consignment), left(consignment)
    code = consignment.value("certificate")
    cited = next((each for each in certificates if is_called(each.act, code)), None)
    if cited:
        yield from _replaced(consignment, ("certificate",), cited, day, moment)
    elif code is not None:
        yield Breach(
            consignment.record,
            ("certificate",),
            f"{code} is no certificate of {batch.id}; there are: {', '.join(each.code for each in certificates)}",
            "Write number and revision of the certificate as its certification gives them.",
        )
    release = batch.named(str(consignment.value("release")))
    rested_on = _rested_on(batch, release, certificates) if release else None
    if rested_on and rested_on != cited:
        yield from _replaced(consignment, ("release",), rested_on, day, moment)


def _replaced(
    act: Act, pointer: Pointer, certificate: Certificate, day: str, moment: datetime | None
) -> Iterator[Breach]:
    by = certificate.replaced_by(day, moment)
    if by:
        rests = "cites" if pointer == ("certificate",) else "rests on"
        yield Breach(
            act.record,
            pointer,
            f"it {rests} {certificate.code}, which {certificate_code(by)} had replaced by then",
            f"Cite {certificate_code(by)}; a release that rests on the earlier certificate has to be given anew.",
        )
