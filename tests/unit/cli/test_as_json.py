"""What programs read: keys that stay."""

from pathlib import Path

from support.commands import ACME, FOREIGN, Commands, service, write

FINDING = {
    "rule": "network/assigned-address",
    "clause": "6.2",
    "outcome": "Deny",
    "path": "spec.externalIPs[0]",
    "value": FOREIGN,
    "message": f"spec.externalIPs[0] {FOREIGN} is not assigned to acme; use an address from "
    "198.51.100.16/28 or 2001:db8:a::/64",
    "remedy": "use an address from 198.51.100.16/28 or 2001:db8:a::/64",
    "link": "https://docs.asergo.example/aup/rules/network/assigned-address",
    "exemption": "",
    "line": 4,
    "column": 22,
}


def test_everything_of_a_check(tmp_path: Path, aup: Commands) -> None:
    file = write(tmp_path, "web.yaml", service(FOREIGN))
    bad = write(tmp_path, "x/bad.yaml", "a: [")
    other = write(tmp_path, "x/values.yaml", "a: 1")
    assert aup.check(*ACME, file, str(tmp_path / "x")) == {
        "version": 1,
        "at": "2026-11-21T00:00:00+00:00",
        "summary": {"objects": 1, "refused": 1, "unreadable": 1, "leftOut": 1},
        "objects": [
            {
                "source": file,
                "template": "",
                "line": 1,
                "verdict": "Refused",
                "group": "",
                "kind": "Service",
                "namespace": "acme-prod",
                "name": "web",
                "tenant": "acme",
                "policy": "asergo/2023-06-01",
                "findings": [FINDING],
                "reviews": [],
                "exempted": [],
                "advice": [],
            }
        ],
        "unreadable": [
            {
                "source": bad,
                "problem": "is not YAML: did not find expected node content while parsing a flow "
                "node",
                "line": 1,
                "column": 5,
            }
        ],
        "leftOut": [other],
        "notes": [],
    }


def test_consent_is_named(tmp_path: Path, aup: Commands) -> None:
    """The world of the corpus exempts acme for these addresses."""
    found = aup.check(*ACME, write(tmp_path, "web.yaml", service("203.0.113.130")))
    (one,) = found["objects"]
    assert (one["verdict"], one["findings"]) == ("Admitted", [])
    assert [f["exemption"] for f in one["exempted"]] == ["acme-anycast"]


def test_a_field_that_nobody_reads_is_advice(tmp_path: Path, aup: Commands) -> None:
    text = (
        "apiVersion: aup.asergo.com/v1alpha1\nkind: AddressAssignment\nmetadata: {name: a}\n"
        'spec:\n  tenant: acme\n  cidr: 198.51.100.0/24\n  from: "2026-01-01T00:00:00Z"\n'
        "  untill: null\n"
    )
    (one,) = aup.check(*ACME, write(tmp_path, "a.yaml", text))["objects"]
    assert one["verdict"] == "Admitted"
    assert one["advice"] == [
        {
            "path": "spec.untill",
            "message": "unknown field spec.untill; did you mean until?",
            "line": 8,
            "column": 11,
        }
    ]
