"""Names of Services inside a cluster: which namespace they belong to."""

from dataclasses import dataclass

ZONE = "cluster.local"
"""The domain of nearly every cluster. Another one is recognised by the ``svc`` in it."""


@dataclass(frozen=True, slots=True)
class ClusterName:
    """A name that the cluster's own DNS answers for."""

    namespace: str
    """Of the Service; empty where the name is that of no Service (``*.pod.cluster.local``)."""
    guessed: bool = False
    """Whether the internet may have the name as well: only its form is a Service's."""


def read_cluster_name(name: str) -> ClusterName | None:
    """Read a canonical name; ``None`` when no Service can have it.

    ``db.beta.svc`` and ``db.beta.svc.cluster.local`` are Services for certain. In
    ``db.beta.svc.example.com``, and in ``db.beta``, which resolvers complete, that depends on the
    cluster.
    """
    labels = name.removesuffix(f".{ZONE}").split(".")
    if labels[-1] in {"svc", "pod"}:
        is_service = labels[-1] == "svc" and len(labels) > 1
        return ClusterName(labels[-2] if is_service else "")
    if f".{name}".endswith(f".{ZONE}"):
        return ClusterName("")
    if "svc" in labels[2:]:
        return ClusterName(labels[labels.index("svc", 2) - 1], guessed=True)
    return ClusterName(labels[1], guessed=True) if len(labels) == 2 else None
