"""The measure for policies inside the API server: one, with six checks, written by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.checks import CHECKS, CONTAINERS_CEL
from bench.contender import apply, delete, prove
from support.controlplane import ControlPlane

NAME: Final = "bench-by-hand"


class HandWritten:
    """A ValidatingAdmissionPolicy as an administrator writes it."""

    name = "one policy by hand"

    def __init__(self, cluster: ControlPlane) -> None:
        self._cluster = cluster

    @contextmanager
    def standing(self) -> Iterator[tuple[int, ...]]:
        """Have the policy for as long as the body runs."""
        head = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": NAME}}
        rule = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "resources": ["pods"],
            "operations": ["CREATE", "UPDATE"],
        }
        policy = {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [rule]},
            "variables": [{"name": "containers", "expression": CONTAINERS_CEL}],
            "validations": [{"expression": c.cel, "message": c.message} for c in CHECKS],
        }
        binding = {"policyName": NAME, "validationActions": ["Deny"]}
        objects = (
            {**head, "kind": "ValidatingAdmissionPolicyBinding", "spec": binding},
            {**head, "kind": "ValidatingAdmissionPolicy", "spec": policy},
        )
        apply(self._cluster, *objects)
        try:
            prove(self._cluster, f"ValidatingAdmissionPolicy '{NAME}'")
            yield ()
        finally:
            delete(self._cluster, *objects)
