"""The page, the dashboard and the alert rules name the metrics that there are, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialog.stage import Customer, Employee, Stage
from tests.watch.conftest import Monitor

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "monitoring.md").read_text()
RULES = yaml.safe_load((DOCS / "alerts" / "smsdialog.rules.yml").read_text())
DASHBOARD = json.loads((DOCS / "grafana" / "smsdialog.json").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in ALERTS]
_ROW = re.compile(r"^\| `(smsdialog_\w+)` \| (\w+) \|([^|]*)\|", re.M)
_SELECTED = re.compile(r'(smsdialog_\w+)(?:\{(\w+)(=~?)"([^"]*)"\})?')


@pytest.fixture
def said(stage: Stage, monitor: Monitor, anna: Employee, customer: Customer) -> str:
    """The page of an installation in which something of every kind has happened."""
    anna.writes(stage.key, "20123456", "Hej")
    anna.writes(stage.key, "12", "Hej")
    customer.texts(anna, "Hej")
    return monitor.asks("/metrics").get_data(as_text=True)


def samples(said: str) -> dict[str, list[dict[str, str]]]:
    """The labels of every sample, by its name."""
    found: dict[str, list[dict[str, str]]] = {}
    for name, labels in re.findall(r"^(smsdialog\w+)(?:\{(.*)\})? ", said, re.M):
        found.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
    return found


def test_the_page_has_every_metric_with_its_kind_and_labels_and_no_other(said: str) -> None:
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", said, re.M))
    labels = {
        name: set().union(*(set(one) for one in found)) - {"le"}
        for name, found in ((re.sub("_count$", "", name), found) for name, found in samples(said).items())
    }
    documented = {name: (kind, set(re.findall(r"`(\w+)`", named))) for name, kind, named in _ROW.findall(PAGE)}
    assert documented == {name: (kind, labels[name]) for name, kind in kinds.items()}


def test_a_metric_says_what_it_is(said: str) -> None:
    helped = re.findall(r"^# HELP (\w+) (.+\.)$", said, re.M)
    assert {name for name, _ in helped} == set(re.findall(r"^# TYPE (\w+) ", said, re.M))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_dashboard_and_rules_ask_for_metrics_and_labels_that_there_are(said: str, expression: str) -> None:
    found = samples(said)
    selected = _SELECTED.findall(expression)
    assert selected
    for name, label, how, value in selected:
        assert name in found, name
        wanted = set(value.split("|")) if how == "=~" else {value}
        assert not label or wanted <= {one.get(label) for one in found[name]}, (name, label, value)
    for label in re.findall(r"by \(([^)]*)\)", expression):
        for each in label.split(", "):
            assert all(each in one for one in found[selected[0][0]]), (selected[0][0], each)


def test_a_metric_is_seen_on_the_dashboard(said: str) -> None:
    shown = {name for panel in PANELS for target in panel["targets"] for name, *_ in _SELECTED.findall(target["expr"])}
    counted = {re.sub("_(bucket|count|sum)$", "", name) for name in samples(said)}
    assert counted - {re.sub("_bucket$", "", name) for name in shown} == set()


def test_the_dashboard_is_one() -> None:
    assert DASHBOARD["uid"] == "smsdialog"
    assert DASHBOARD["schemaVersion"] >= 30
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
    assert [one["name"] for one in DASHBOARD["templating"]["list"]] == ["datasource"]
    sources = {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]}
    assert sources == {"${datasource}"}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"SmsDialog[A-Za-z]+", rule["alert"])
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert set(rule["annotations"]) == {"summary", "description"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
    used = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert used <= {"gateway", "part"}


def test_alerts_have_names_of_their_own() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names)) >= 12
