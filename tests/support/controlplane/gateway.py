"""The Gateway API's definitions, out of the Go module in which its project releases them."""

from pathlib import Path

from support.controlplane import build, cache
from support.controlplane.client import Client
from support.controlplane.components import GATEWAY_API
from support.controlplane.progress import say

MODULE = "sigs.k8s.io/gateway-api"


def definitions() -> Path:
    """Return one file with all definitions of the standard channel, from the cache if there."""
    target = cache.root() / "manifests" / f"gateway-api-{GATEWAY_API}.yaml"
    with cache.locked("gateway-api"):
        if not target.exists():
            say(f"fetching the definitions of the Gateway API {GATEWAY_API}")
            folder = build.module_folder("gateway-api", MODULE) / "config" / "crd" / "standard"
            files = sorted(folder.glob("gateway.networking.k8s.io_*.yaml"))
            texts = [file.read_text() for file in files if "_vap_" not in file.name]
            with cache.scratch() as work:
                whole = work / target.name
                whole.write_text("\n---\n".join(texts))
                cache.install(whole, target)
    return target


def install(client: Client) -> None:
    """Apply the definitions and wait until the server serves them."""
    file = definitions()
    client.kubectl("apply", "--server-side", "-f", file)
    client.kubectl("wait", "--for=condition=Established", "--timeout=30s", "-f", file)
