"""The world of the offline check: manifests of the provider, a TenantReport, or only a preset."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from aup import presets
from aup.api import KINDS
from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.meta import API_VERSION, read
from aup.api.policy import AcceptableUsePolicy
from aup.api.report import TenantReport
from aup.api.tenant import Tenant
from aup.documents import InvalidDocumentError, read_documents
from aup.errors import AupError
from aup.policy.compiler import compile_terms
from aup.policy.problem import Trouble
from aup.policy.terms import Terms
from aup.policy.world import Objects, compile_world
from aup.rules import RULE_IDS

SUFFIXES = (".yaml", ".yml", ".json")
NOBODY = "tenant"
"""Name of the tenant of whom nothing is known."""


class WorldError(AupError):
    """The manifests of the provider cannot be used."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Sources:
    """What the command line names."""

    world: tuple[Path, ...] = ()
    """Files and folders with the provider's objects."""
    report: Path | None = None
    """A TenantReport, as ``kubectl get tenantreport aup -o yaml`` prints it."""
    preset: str = presets.DEFAULT
    """Contract where neither of the others brings one."""
    tenant: str = ""
    """Needed where the world has more than one."""


def terms_of(sources: Sources, now: datetime) -> Terms:
    """Compile what a tenant is held to.

    Raises:
        WorldError: objects that cannot be read or used, each with the reason.

    """
    manifests = [m for path in sources.world for m in _manifests(path)]
    if sources.report:
        manifests.extend(_of_report(sources.report))
    kinds = {manifest["kind"] for manifest in manifests}
    if "AcceptableUsePolicy" not in kinds:
        manifests.append(presets.load(sources.preset))
    if "Tenant" not in kinds:
        manifests.append(_tenant(NOBODY, _only(manifests, "AcceptableUsePolicy", "policy")))
    objects = _objects(manifests)
    world = compile_world(objects, rules=RULE_IDS)
    if world.troubles:
        lines = (f"{k} {n}: {t.message}" for (k, n), ts in world.troubles.items() for t in ts)
        raise WorldError(problem="; ".join(lines))
    tenant = sources.tenant or _only(manifests, "Tenant", "tenant")
    terms = compile_terms(world, tenant, now)
    if isinstance(terms, Trouble):
        raise WorldError(problem=terms.message)
    return terms


def files(path: Path) -> Iterator[Path]:
    """Yield a file, or the manifests in a folder and below it, sorted."""
    if not path.is_dir():
        yield path
        return
    yield from sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())


def _manifests(path: Path) -> Iterator[dict[str, Any]]:
    """Yield our objects of a file or folder; what is not ours is left alone."""
    for file in files(path):
        try:
            for document in read_documents(file.read_bytes()):
                if isinstance(document, dict) and document.get("apiVersion") == API_VERSION:
                    yield document
        except (OSError, InvalidDocumentError) as error:
            raise WorldError(problem=f"{file}: {error}") from error


def _objects(manifests: Iterable[dict[str, Any]]) -> Objects:
    """Decode the objects by kind."""
    structs = {kind.name: kind.struct for kind in KINDS}
    found: dict[str, list[Any]] = {name: [] for name in structs}
    for manifest in manifests:
        kind = str(manifest.get("kind"))
        if kind not in structs:
            raise WorldError(problem=f"there is no kind {kind} in {API_VERSION}")
        try:
            found[kind].append(read(structs[kind], manifest))
        except msgspec.ValidationError as error:
            name = (manifest.get("metadata") or {}).get("name", "without a name")
            raise WorldError(problem=f"{kind} {name}: {error}") from error

    def of(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(found[kind.__name__])

    return Objects(
        policies=of(AcceptableUsePolicy),
        tenants=of(Tenant),
        assignments=of(AddressAssignment),
        catalogs=of(SoftwareCatalog),
        entitlements=of(LicenseEntitlement),
        exemptions=of(Exemption),
    )


def _only(manifests: Iterable[dict[str, Any]], kind: str, word: str) -> str:
    """Return the name of the only object of a kind."""
    names = sorted(str(m["metadata"]["name"]) for m in manifests if m["kind"] == kind)
    if len(names) != 1:
        raise WorldError(problem=f"which {word}? there are {', '.join(names)}; use --{word}")
    return names[0]


def _tenant(name: str, policy: str, hostnames: Iterable[str] = ()) -> dict[str, Any]:
    """Return a Tenant of whom only addresses and hostnames are known."""
    domains = [
        {
            "name": hostname.lstrip("."),
            "includeSubdomains": hostname.startswith("."),
            "verifiedAt": "1970-01-01T00:00:00Z",
        }
        for hostname in hostnames
    ]
    spec = {
        "policy": policy,
        "legalName": name,
        # The report does not tell where its tenant is established; the cluster knows.
        "establishment": {"country": "DK"},
        "namespaces": {},
        "domains": domains,
    }
    return {"apiVersion": API_VERSION, "kind": "Tenant", "metadata": {"name": name}, "spec": spec}


def _of_report(path: Path) -> Iterator[dict[str, Any]]:
    """Yield a Tenant and its assignments out of a TenantReport."""
    reports = [m for m in _manifests(path) if m.get("kind") == "TenantReport"]
    if len(reports) != 1:
        raise WorldError(problem=f"{path} holds {len(reports)} TenantReports, not one")
    try:
        status = read(TenantReport, reports[0]).status
    except msgspec.ValidationError as error:
        raise WorldError(problem=f"{path}: {error}") from error
    yield _tenant(NOBODY, status.policy or presets.DEFAULT, status.hostnames)
    for number, cidr in enumerate(status.addresses):
        yield {
            "apiVersion": API_VERSION,
            "kind": "AddressAssignment",
            "metadata": {"name": f"report-{number}"},
            "spec": {"tenant": NOBODY, "cidr": cidr, "from": "1970-01-01T00:00:00Z"},
        }
