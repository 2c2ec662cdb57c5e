"""``make demo``: the whole product on a real control plane, in one sitting.

``make demo KEEP=1`` leaves everything running until Ctrl-C.
"""

import os
import sys
import time

from demo.stage import StageError, say, show, title
from demo.story import NAMESPACE, VALUES, tell
from support.controlplane import TestbedError
from support.installation import Installation, installed


def main() -> int:
    """Play the demo; exit code 1 when the product did not do what the story says."""
    started = time.monotonic()
    title("A real control plane, and the chart installed with real Helm")
    say("Starting etcd, kube-apiserver and kube-controller-manager; nothing is simulated.")
    try:
        with installed(VALUES) as installation:
            show(installation.cluster.helm("list", "-A").stdout.rstrip())
            tell(installation)
            title(f"Done in {time.monotonic() - started:.0f} s")
            if os.environ.get("KEEP", "0") not in {"", "0"}:
                keep(installation)
            else:
                say("To look around yourself: make demo KEEP=1")
    except (StageError, TestbedError) as error:
        show(f"\nThe demo failed: {error}", "refused")
        return 1
    return 0


def keep(installation: Installation) -> None:
    """Leave the stage to the audience."""
    say("Still running. Three commands to try in another terminal:")
    kubeconfig = installation.cluster.kubeconfig
    show(f"  export KUBECONFIG={kubeconfig}")
    show(f"  kubectl get tenantreport aup -n {NAMESPACE} -o yaml")
    show(
        '  kubectl run tools --image=busybox -n acme-lab --overrides=\'{"spec":{"hostPID":true}}\''
    )
    show("  kubectl explain quarantine.spec")
    say("Press Ctrl-C to stop everything.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        show("")


if __name__ == "__main__":
    sys.exit(main())
