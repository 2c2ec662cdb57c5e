"""What senders of mail must have on record."""

import pytest

from aup.api.catalog import CatalogItem, SoftwareCategory
from aup.facts.model import Facts, Port, Workload
from aup.policy.declaration import WORKLOAD_CLASS
from aup.rules.base import Violation
from aup.rules.mail.sender_duties import sender_duties
from support.licences import catalogues
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace
from support.workloads import container, subject, workload

MTA = CatalogItem(repository="reg.example/mta", category=SoftwareCategory.MAIL_SERVER)
BOTH = ("mail.privacyPolicyURL", "mail.abuseContact")
TERMS = replace(NEUTRAL.mail, catalog=catalogues(default=(MTA,)), missing_duties=BOTH)


def judged(running: Workload, *missing: str) -> list[Violation]:
    """Return what is found about a workload of a tenant that lacks something."""
    return list(sender_duties(Facts(subject(), (running,)), replace(TERMS, missing_duties=missing)))


def test_what_is_missing_is_said_with_where_to_send_it() -> None:
    running = workload("reg.example/app", labels={WORKLOAD_CLASS: "Bulk_Mail"})
    assert judged(running, *BOTH) == [
        Violation(
            path='metadata.labels["aup.asergo.com/workload-class"]',
            value="Bulk_Mail",
            detail="is mail in bulk or for commerce, and acme has no privacy policy or contact for "
            "complaints on record",
            remedy="send both to abuse@asergo.example, for mail.privacyPolicyURL and "
            "mail.abuseContact of the Tenant",
            key=(*BOTH, ""),
        )
    ]


def test_each_image_counts_for_itself_and_its_ports_say_no_more() -> None:
    """A server that was there, or that an exemption covers, hides no other one."""
    first = container("reg.example/mta:1", ports=(Port(25, 0, "c[0].ports[0]"),))
    second = container("reg.example/relay:1", ports=(Port(587, 0, "c[1].ports[0]"),))
    found = judged(workload(containers=(first, second)), *BOTH)
    assert [(v.path, v.image, v.key) for v in found] == [
        ("spec.containers[0].image", "reg.example/mta", (*BOTH, "reg.example/mta")),
        ("c[1].ports[0].containerPort", "reg.example/relay", (*BOTH, "reg.example/relay")),
    ]


def test_one_thing_may_be_missing() -> None:
    (found,) = judged(workload("reg.example/mta"), "mail.abuseContact")
    assert found.detail == "is a mail server, and acme has no contact for complaints on record"
    assert found.remedy == "send it to abuse@asergo.example, for mail.abuseContact of the Tenant"


@pytest.mark.parametrize("value", ["", "mailing-room", "web", "e mail archive"])
def test_another_class_is_no_mail(value: str) -> None:
    assert not judged(workload("a/b", labels={WORKLOAD_CLASS: value}), *BOTH)


def test_nothing_is_missing() -> None:
    assert not judged(workload("reg.example/mta", labels={WORKLOAD_CLASS: "mail"}))
