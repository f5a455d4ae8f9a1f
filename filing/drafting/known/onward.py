"""What is known when the sponsor releases, a depot dispatches and a site receives."""

from __future__ import annotations

from filing.act import Act, mappings
from filing.drafting.known.case import Case, Comfort, Tell
from filing.drafting.known.decisions import certifying_acts, of_master
from filing.drafting.values import Data, value_in
from filing.model import Pointer, Record, Value
from filing.rules.certificates import certificate_code
from filing.rules.consignments import TO_SITE
from filing.rules.wording import items_of
from filing.validate import schema_at


def _site(case: Case) -> Record | None:
    """The site for which the release is, where its name says so."""
    return case.entry("sites", case.spot.variables.get("scope"))


def _of_site(name: str) -> Tell:
    def tell(case: Case, data: Data, at: Pointer) -> Value | None:
        site = _site(case)
        return site.data.get(name) if site else None

    return tell


def _sites(case: Case, data: Data, at: Pointer) -> Value | None:
    return (case.spot.variables["scope"],) if _site(case) else None


def _newest_certification(case: Case, data: Data, at: Pointer) -> Value | None:
    return tuple(act.name for act in certifying_acts(case)[-1:]) or None


def _every_check(case: Case, data: Data, at: Pointer) -> Value | None:
    """A line for each check there is; what it found is asked."""
    known = schema_at(case.journal.repository.schemas, case.spot.form.name, ("checks", 0, "check")).get("enum", ())
    return tuple({"check": str(name)} for name in known) if isinstance(known, list | tuple) else None


def _evidence(case: Case, data: Data, at: Pointer) -> Value | None:
    """What the records say about a check, as a proposal for what shows it."""
    check = value_in(data, (*at[:-1], "check"))
    certification = next((act for act in certifying_acts(case) if act.name == data.get("certification")), None)
    if check == "qp_certificate_verified" and certification:
        return f"{certificate_code(certification)}, register number {certification.value('register_number')}"
    trial = case.entry("trials", data.get("trial"))
    states = mappings(trial.data.get("member_states")) if trial else ()
    state = next((state for state in states if state.get("country") == data.get("country")), None)
    if check == "trial_authorised" and state and "number" in state:
        return f"Decision {state['number']} of {state.get('decided_on')}"
    return None


RELEASE = Comfort(
    facts={
        "trial": _of_site("trial"),
        "country": _of_site("country"),
        "sites": _sites,
        "quantity.unit": of_master("quantity", "unit"),
        "checks": _every_check,
    },
    proposed={"checks.*.evidence": _evidence},
    only={"certification": _newest_certification},
)


def _releases(case: Case, data: Data, at: Pointer) -> Value | None:
    return tuple(act.name for act in case.signed("release") if act.value("decision") == "released")


def _release(case: Case, data: Data) -> Act | None:
    return next((act for act in case.signed("release") if act.name == data.get("release")), None)


def _cited(case: Case, data: Data, at: Pointer) -> Value | None:
    release = _release(case, data)
    rests_on = release.value("certification") if release else None
    return next((certificate_code(act) for act in certifying_acts(case) if act.name == rests_on), None)


def _released_sites(case: Case, data: Data, at: Pointer) -> Value | None:
    release = _release(case, data)
    return items_of(release.value("sites")) if release else None


def _of_the_site(name: str) -> Tell:
    def tell(case: Case, data: Data, at: Pointer) -> Value | None:
        site = case.entry("sites", data.get("site"))
        return site.data.get(name) if site else None

    return tell


def _depots(case: Case, data: Data, at: Pointer) -> Value | None:
    """From where product goes to sites; what leaves a site may leave from anywhere."""
    if data.get("movement") not in TO_SITE:
        return None
    found = case.entries("organisations").items()
    return tuple(name for name, entry in found if "depot" in items_of(entry.data.get("functions"))) or None


def _is_numbered(case: Case, data: Data, at: Pointer) -> bool:
    return value_in(data, ("quantity", "unit")) == "kits"


def always(case: Case, data: Data, at: Pointer) -> bool:
    return True


def _is_cooled(case: Case, data: Data, at: Pointer) -> bool:
    return data.get("temperature") not in (None, "ambient")


DISTRIBUTION = Comfort(
    facts={
        "certificate": _cited, "country": _of_the_site("country"), "quantity.unit": of_master("quantity", "unit"),
    },
    proposed={
        "addressee": _of_the_site("pharmacy"),
        "expiry_on_label.kind": of_master("expiry", "kind"),
        "expiry_on_label.date": of_master("expiry", "date"),
    },
    only={"release": _releases, "site": _released_sites, "from.organisation": _depots},
    asked={"kits": _is_numbered, "loggers": _is_cooled, "waybill": always},
)  # fmt: skip


def _of_followed(*pointer: str) -> Tell:
    def tell(case: Case, data: Data, at: Pointer) -> Value | None:
        return case.followed.value(*pointer) if case.followed else None

    return tell


def _is_spoilt(case: Case, data: Data, at: Pointer) -> bool:
    """Whether a deviation has to be named (R37)."""
    outcome = value_in(data, ("temperature", "outcome"))
    return data.get("condition") in ("damaged", "excursion") or outcome == "excursion"


ARRIVAL = Comfort(
    facts={"country": _of_followed("country"), "quantity.unit": _of_followed("quantity", "unit")},
    asked={"deviation": _is_spoilt, "temperature.evidence": always},
)
