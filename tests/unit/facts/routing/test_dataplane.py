"""Cilium's local redirects: any address, and Services of the policy's own namespace."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Exposure, Subject
from support.corpus import as_json
from support.world import Cluster


def read(frontend: Any) -> Exposure:
    subject = Subject("cilium.io", "CiliumLocalRedirectPolicy", "acme-prod", "x")
    found = extract(as_json({"spec": {"redirectFrontend": frontend}}), subject, Cluster()).exposure
    assert found is not None
    return found


@pytest.mark.parametrize("ip", ["169.254.169.254", "10.96.0.10", "", 5])
def test_an_address_is_claimed_whatever_it_is(ip: Any) -> None:
    (claim,) = read({"addressMatcher": {"ip": ip}}).addresses
    assert claim.path == "spec.redirectFrontend.addressMatcher.ip"


@pytest.mark.parametrize(
    ("namespace", "owners"),
    [("acme-prod", []), (None, []), ("", []), ("acme-dev", ["acme"]), ("beta-prod", ["beta"])],
)
def test_a_service_of_another_namespace_is_somebody_elses(
    namespace: Any, owners: list[str]
) -> None:
    found = read({"serviceMatcher": {"serviceName": "x", "namespace": namespace}})
    assert [capture.namespaces.owner for capture in found.captures] == owners
