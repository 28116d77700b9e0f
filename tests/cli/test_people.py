"""Deputies, forwarding and STOP on the command line."""

from __future__ import annotations

ANNA, BO, CARLA = "anna@firma.example", "bo@firma.example", "carla@firma.example"
NUMBER = "459192000123"


def test_deputies_are_named_shown_and_taken_back(office, firma):
    changed = office.json("account", "edit", ANNA, "--deliver-to", BO, "--deliver-to", ANNA, "--member", CARLA)
    assert (changed["deliver_to"], changed["members"]) == ([ANNA, BO], [CARLA])
    assert office.json("account", "show", NUMBER)["deliver_to"] == [ANNA, BO]
    assert [found["members"] for found in office.json("account", "list")] == [[CARLA]]
    assert "carla@firma.example" in office.ok("account", "show", ANNA)
    assert office.json("account", "edit", ANNA, "--deliver-to", "")["deliver_to"] == []
    assert office.json("account", "show", ANNA)["members"] == [CARLA]
    assert office.json("account", "edit", ANNA, "--member", "")["members"] == []


def test_who_is_not_named_any_more_is_no_deputy(office, firma):
    office.ok("account", "edit", ANNA, "--deliver-to", BO)
    assert office.json("account", "edit", ANNA, "--deliver-to", CARLA)["deliver_to"] == [CARLA]


def test_one_who_gets_the_sms_is_no_mere_member(office, firma):
    changed = office.json("account", "edit", ANNA, "--deliver-to", BO, "--member", BO)
    assert (changed["deliver_to"], changed["members"]) == ([BO], [])


def test_an_address_that_is_none_changes_nothing(office, firma):
    said = office.refused("account", "edit", ANNA, "--email", CARLA, "--deliver-to", "bo")
    assert said == "'bo' is not an e-mail address that can be used here"
    assert office.json("account", "show", NUMBER)["email"] == ANNA


def test_too_many_deputies_are_refused(office, firma):
    options = [part for n in range(21) for part in ("--deliver-to", f"nr{n}@firma.example")]
    assert office.refused("account", "edit", ANNA, *options) == "an account has 20 deputies at most"


def test_an_account_is_closed_and_forwarded(office, firma):
    closed = office.json("account", "close", ANNA, "--forward-days", "30", "--deliver-to", BO)
    assert (closed["state"], closed["deliver_to"]) == ("closed", [BO])
    assert closed["forward_until"] > closed["closed_at"]
    again = office.json("account", "close", NUMBER)
    assert (again["closed_at"], again["forward_until"], again["deliver_to"]) == (closed["closed_at"], None, [])
    assert office.refused("account", "close", NUMBER) == f"the account '{NUMBER}' is closed"


def test_an_account_is_forwarded_to_somebody_only_for_some_days(office, firma):
    assert "--forward-days" in office.misused("account", "close", ANNA, "--deliver-to", BO)
    for days in ("-1", "367", "nan"):
        assert "for 1 to 366 days" in office.refused("account", "close", ANNA, "--forward-days", days)
    assert office.json("account", "show", ANNA)["state"] == "open"


def test_a_key_heeds_stop_if_it_is_told_to(office, firma):
    assert office.json("key", "show", "Firma")["stop_words"] is False
    assert office.json("key", "edit", "Firma", "--stop-words", "on")["stop_words"] is True
    assert office.json("key", "edit", "Firma", "--stop-words", "off")["stop_words"] is False


def test_customers_who_want_no_more_are_listed_added_and_removed(office, firma):
    assert office.ok("stop", "list") == "nobody has stopped SMS\n"
    said = office.refused("stop", "add", "20123456", "--key", "Firma")
    assert f"smsdialog key edit {firma[:7]} --stop-words on" in said
    office.ok("key", "edit", "Firma", "--stop-words", "on")
    added = office.json("stop", "add", "20 12 34 56", "--key", "Firma")
    assert (added["customer"], added["key"]) == ("+4520123456", "Firma")
    assert office.json("stop", "list") == office.json("stop", "list", "--key", firma[:7]) == [added]
    office.anna_writes(f"{firma}@sms.firma.example", "20123456")
    assert office.json("message", "list")[0]["state"] == "failed"
    assert office.json("stop", "remove", "20123456", "--key", "Firma") == added
    assert office.json("stop", "list") == []
    assert office.refused("stop", "remove", "20123456", "--key", "Firma").startswith("+4520123456 has not stopped")
    assert office.refused("stop", "add", "12", "--key", "Firma") == "'12' is no mobile number"
    acts = [act["act"] for act in office.json("audit", "list")]
    assert acts[-2:] == ["stop.add", "stop.remove"]
