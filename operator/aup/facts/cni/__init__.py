"""What programs of the container network read: annotations of pods, definitions, machines."""

from typing import Final

from aup.facts.cni import attachment_definition, devices, ipam_claims, machines, namespaces

KINDS: Final = {
    **attachment_definition.KINDS,
    **devices.KINDS,
    **ipam_claims.KINDS,
    **machines.KINDS,
    **namespaces.KINDS,
}
