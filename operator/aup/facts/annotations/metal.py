"""Load balancers of one's own machines: MetalLB, Cilium, kube-vip, Calico and others."""

from typing import Final

from aup.facts.annotations.keys import Reader, under
from aup.facts.annotations.readers import addresses, pools, whole

METALLB: Final[dict[str, Reader]] = under(
    ("metallb.io/", "metallb.universe.tf/"),
    {"loadBalancerIPs": addresses(), "address-pool": pools(whole)},
)

METAL: Final[dict[str, Reader]] = {**METALLB}
