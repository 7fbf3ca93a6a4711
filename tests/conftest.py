"""What holds for every test: no deadline on a shared machine, and nothing skipped where all optional parts must be there."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A deadline would fail tests on a busy machine.  In CI the examples are the same each time; elsewhere new ones are tried.
settings.register_profile("reportgen", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("reportgen")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With REPORTGEN_REQUIRE_ALL set, a test skipped because something is not installed has failed."""
    report = yield
    if report.skipped and os.environ.get("REPORTGEN_REQUIRE_ALL") and "not installed" in str(report.longrepr):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: {reason}; REPORTGEN_REQUIRE_ALL is set"
    return report


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch, tmp_path_factory):
    """The tester's colours, matplotlib settings and key do not reach the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    for name in ("NO_COLOR", "MPLBACKEND", "MATPLOTLIBRC"):
        monkeypatch.delenv(name, raising=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="take what was produced as the new golden files (make accept)")
