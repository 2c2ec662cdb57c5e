"""Settings: where they come from, and how wrong ones are told."""

import argparse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.errors import SettingsError
from aup.options import Option, add_arguments, load, options
from aup.settings import LogLevel, Role, Settings

EVIDENCE = {"AUP_EVIDENCE_DIR": "/evidence"}


def problems(**variables: str) -> tuple[str, ...]:
    """Return what is wrong with these ``AUP_*`` variables."""
    environ = EVIDENCE | {f"AUP_{name.upper()}": value for name, value in variables.items()}
    with pytest.raises(SettingsError) as caught:
        load(environ=environ)
    return caught.value.problems


def test_defaults_hold_for_an_admission_replica() -> None:
    """A replica of the admission role needs no setting but its role."""
    settings = load(environ={"AUP_ROLE": "admission"})
    assert settings == Settings(role=Role.ADMISSION)


def test_a_flag_goes_before_a_variable_before_a_default() -> None:
    environ = EVIDENCE | {"AUP_NAMESPACE": "by-variable", "AUP_FULLNAME": "by-variable"}
    settings = load({"namespace": "by-flag", "fullname": None}, environ)
    assert settings.namespace == "by-flag"
    assert settings.fullname == "by-variable"
    assert settings.instance == Settings().instance


def test_texts_become_types() -> None:
    settings = load(
        environ={
            "AUP_ROLE": "controller",
            "AUP_EVIDENCE_DIR": "/evidence",
            "AUP_KUBECONFIG": "",
            "AUP_HEALTH_PORT": "9000",
            "AUP_DEADLINE_SECONDS": "1.5",
            "AUP_PLATFORM_NAMESPACES": "kube-system, monitoring,,",
            "AUP_LOG_LEVEL": "debug",
        }
    )
    assert settings.role is Role.CONTROLLER
    assert settings.evidence_dir == Path("/evidence")
    assert settings.kubeconfig is None
    assert settings.health_port == 9000
    assert settings.deadline_seconds == 1.5
    assert settings.platform_namespaces == ("kube-system", "monitoring")
    assert settings.log_level is LogLevel.DEBUG


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("role", "boss", "AUP_ROLE='boss': is none of admission, controller"),
        ("admission_port", "70000", "AUP_ADMISSION_PORT='70000': expected int <= 65535"),
        ("health_port", "tcp://10.0.0.1:80", "AUP_HEALTH_PORT='tcp://10.0.0.1:80': expected int"),
        ("deadline_seconds", "0", "AUP_DEADLINE_SECONDS='0': expected float > 0"),
        ("queue_per_tenant", "many", "AUP_QUEUE_PER_TENANT='many': expected int"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_by_its_source(name: str, value: str, said: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(said)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param({"deadline_seconds": "3"}, "must be below --webhook-seconds 3", id="deadline"),
        pytest.param(
            {"webhook_seconds": "31", "ledger": "native"}, "at most 30", id="api-server-limit"
        ),
        pytest.param(
            {"lease_seconds": "10"}, "need --lease-retry-seconds < --lease-renew", id="lease"
        ),
        pytest.param({"webhook_url": "http://a/b"}, "must be an https URL", id="plain-url"),
        pytest.param({"webhook_url": "https:///validate"}, "with a host", id="url-without-host"),
        pytest.param({"admission_port": "8080"}, "are both 8080", id="one-port-for-two"),
    ],
)
def test_settings_that_cannot_work_together_are_refused(
    variables: dict[str, str], said: str
) -> None:
    (problem,) = problems(**variables)
    assert said in problem


def test_the_role_that_isolates_needs_a_place_for_evidence() -> None:
    with pytest.raises(SettingsError, match="role controller needs --evidence-dir"):
        load(environ={"AUP_ROLE": "controller"})


def test_all_problems_are_told_at_once() -> None:
    found = problems(role="boss", health_port="x")
    assert len(found) == 2
    found = problems(deadline_seconds="5", lease_seconds="10")
    assert len(found) == 2


def test_the_webhook_certificate_names_every_way_to_the_webhook() -> None:
    settings = load(
        environ=EVIDENCE
        | {
            "AUP_NAMESPACE": "aup-system",
            "AUP_WEBHOOK_URL": "https://127.0.0.1:8443/validate",
            "AUP_WEBHOOK_HOSTS": "aup.example.net,127.0.0.1",
        }
    )
    assert settings.certificate_hosts == (
        "aup-operator-admission.aup-system.svc",
        "aup-operator-admission.aup-system.svc.cluster.local",
        "aup-operator-admission.aup-system",
        "127.0.0.1",
        "aup.example.net",
    )


@given(st.dictionaries(st.sampled_from([o.variable for o in options()]), st.text(max_size=30)))
def test_no_text_breaks_the_reading(environ: dict[str, str]) -> None:
    """Whatever stands in the environment: settings, or sentences about what is wrong."""
    try:
        settings = load(environ=environ)
    except SettingsError as error:
        assert all(error.problems)  # noqa: PT017
    else:
        assert settings.deadline_seconds < settings.webhook_seconds


@pytest.mark.parametrize("option", tuple(options()), ids=lambda option: option.name)
def test_each_option_says_what_it_is(option: Option) -> None:
    assert option.description
    assert not option.description.endswith(".")
    assert option.variable == "AUP_" + option.flag.removeprefix("--").upper().replace("-", "_")


def test_each_option_is_a_flag_with_help() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    text = " ".join(parser.format_help().split())
    assert "--queue-per-tenant VALUE" in text
    assert "(AUP_QUEUE_PER_TENANT; default 100)" in text
    given_flags = vars(parser.parse_args(["--role", "admission", "--health-port", "9"]))
    settings = load(given_flags, environ={})
    assert (settings.role, settings.health_port) == (Role.ADMISSION, 9)
