"""Faults of the configuration file, and of who may read what."""

from __future__ import annotations

import os
import shutil

import pytest

from smsdialog.locale import available
from tests.doctor.ward import mode


def test_an_unknown_key(ward):
    ward.configure('language = "da"\n', 'language = "da"\nlangauge = "en"\n')
    ward.mends("config-wrong", "unknown key 'langauge'")
    ward.is_well()


def test_an_unknown_key_of_a_gateway_in_a_table(ward):
    ward.configure('username = "smsdialog"', 'username = "smsdialog"\nusernmae = "smsdialog"')
    ward.mends("config-wrong", "usernmae")


def test_an_unknown_key_that_another_table_knows(ward):
    ward.configure("[numbers]\n", "[digest]\nhour = 7\n\n[numbers]\nhour = 7\n")
    ward.mends("config-wrong", "numbers.hour")
    assert "[digest]\nhour = 7\n" in ward.path.read_text()
    ward.is_well()


def test_a_wrong_type_of_a_later_gateway_names_its_line(ward):
    ward.path.write_text(f'{ward.path.read_text()}\n[gateways.second]\ntype = "kanel"\n')
    line = ward.path.read_text().splitlines().index('type = "kanel"') + 1
    assert ward.finds("config-wrong", "'kanel'").mend == f"editor +{line} {ward.path}"


def test_a_wrong_type_names_the_line(ward):
    ward.configure("[numbers]\n", '[numbers]\nrest_days = "many"\n')
    line = ward.path.read_text().splitlines().index('rest_days = "many"') + 1
    assert ward.finds("config-wrong", "rest_days").mend == f"editor +{line} {ward.path}"


def test_what_is_no_toml_names_the_line(ward):
    ward.configure('language = "da"', 'language = "da')
    assert ward.finds("config-wrong", "is not TOML").mend == f"editor +2 {ward.path}"


def test_a_type_of_gateway_that_there_is_not(ward):
    ward.configure('type = "kannel"', 'type = "kanel"')
    assert "kannel" in ward.finds("config-wrong", "'kanel'").what


def test_a_secret_file_that_is_not_there(ward):
    ward.configure('password = "kannel-password"', 'password = { file = "/nonexistent/password" }')
    ward.finds("config-wrong", "/nonexistent/password")


def test_no_configuration(ward):
    ward.path.unlink()
    assert str(ward.path) in ward.finds("config-missing").mend


def test_a_folder_in_the_place_of_the_configuration_cannot_be_read(ward):
    ward.path.unlink()
    ward.path.mkdir()
    ward.finds("config-unreadable")


def test_passwords_that_everybody_may_read(ward):
    ward.path.chmod(0o644)
    ward.mends("config-exposed")
    assert mode(ward.path) == 0o640


def test_a_configuration_that_everybody_may_write(ward):
    ward.path.chmod(0o642)
    ward.mends("config-writable")


def test_a_gateways_secret_in_a_file_that_everybody_may_read(ward):
    secret = ward.base / "password"
    secret.write_text("kannel-password\n")
    secret.chmod(0o644)
    ward.configure('password = "kannel-password"', f'password = {{ file = "{secret}" }}')
    ward.mends("gateway-secret-exposed")
    assert mode(secret) == 0o640


def test_a_gateways_secret_in_a_file_that_root_made_for_himself(ward):
    secret = ward.base / "password"
    secret.write_text("kannel-password\n")
    secret.chmod(0o600)
    ward.configure('password = "kannel-password"', f'password = {{ file = "{secret}" }}')
    ward.mends("gateway-secret-unreadable", "may not read")
    assert mode(secret) == 0o640


def test_a_language_without_a_catalogue(ward):
    assert "fi" not in available()
    ward.web.status = 200  # the product itself would not start
    ward.configure('language = "da"', 'language = "fi"')
    ward.mends("language-missing", "'fi'")


def test_a_file_as_the_only_gateway_of_a_domain_that_people_use(ward):
    head, _, _ = ward.path.read_text().partition("[gateways.main]")
    ward.path.write_text(f'{head}[gateways.main]\ntype = "file"\nsecret = "a-secret"\n')
    found = ward.finds("gateway-file-only")
    assert found.kind.severity == "warning"


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "64.0.0.0/2"])
def test_trust_in_half_the_world(ward, network):
    ward.configure('["127.0.0.0/8"]', f'["127.0.0.0/8", "{network}"]')
    assert "editor +" in ward.finds("networks-too-wide", network).mend


def test_an_operator_who_is_written_to_in_the_products_own_domain(ward):
    ward.configure("drift@firma.example", "drift@sendmailsms.dk")
    ward.finds("operator-in-domain", "drift@sendmailsms.dk")


def test_postmaster_of_the_own_domain_is_the_operators_as_long_as_postfix_says_so(ward):
    ward.configure("drift@firma.example", "postmaster@sendmailsms.dk")
    ward.is_well()


def test_no_public_address(ward):
    ward.configure("public_url", "#public_url")
    ward.finds("public-url-missing")


def test_no_state_folder(ward):
    shutil.rmtree(ward.state)
    ward.web.status = 200
    found = ward.finds("state-missing")
    assert found.mend == f"install -d -o smsdialog -g smsdialog -m 0700 {ward.state}"


def test_a_state_folder_of_somebody_elses(ward):
    ward.state.chmod(0o500)
    ward.mends("state-not-writable")


def test_a_state_folder_that_everybody_may_look_into(ward):
    ward.state.chmod(0o755)
    ward.mends("state-exposed")


@pytest.mark.parametrize("name", ["quarantine", "hooks"])
def test_a_folder_in_it_that_root_made_for_himself(ward, name):
    (ward.state / name).mkdir(mode=0o700)
    ward.mends("state-part-not-writable", name)


def test_the_file_of_a_gateway_that_root_made_for_himself(ward):
    ward.path.write_text(
        f'{ward.path.read_text()}\n[gateways.tried]\ntype = "file"\npath = "{ward.state}/tried"\nsecret = "s"\n'
    )
    ward.is_well()
    (ward.state / "tried").touch(mode=0o600)
    ward.mends("state-part-not-writable", "tried")


def test_the_file_of_a_gateway_in_a_folder_of_roots(ward):
    folder = ward.base / "closed"
    folder.mkdir(mode=0o755)
    ward.path.write_text(f'{ward.path.read_text()}\n[gateways.tried]\ntype = "file"\npath = "{folder}/tried"\n')
    ward.mends("state-part-not-writable", "tried")


def test_half_a_secret_where_there_are_accounts_comes_from_the_backup(ward):
    ward.opens_accounts()
    (ward.state / "secret").write_text("abcdef\n")
    ward.web.status = 200
    assert "/path/of/your/backup" in ward.finds("secret-broken").mend


def test_a_secret_that_root_made_for_himself(ward):
    os.chown(ward.state / "secret", 0, 0)
    ward.mends("secret-unreadable")


def test_a_secret_that_everybody_may_read(ward):
    (ward.state / "secret").chmod(0o604)
    ward.mends("secret-exposed")


def test_half_a_secret(ward):
    (ward.state / "secret").write_text("abcdef\n")
    ward.web.status = 200
    ward.mends("secret-broken")


def test_a_secret_that_is_gone_while_there_are_accounts(ward):
    ward.opens_accounts()
    ward.web.status = 200  # it would make a new one
    (ward.state / "secret").rename(ward.base / "backup")
    ward.finds("secret-missing")


def test_a_secret_that_was_never_needed_is_not_missed(ward):
    (ward.state / "secret").unlink()
    ward.is_well()


def test_a_gateway_whose_calls_are_all_refused(ward):
    ward.configure('token = "a-token-of-ours"\n', "")
    assert str(ward.path) in ward.finds("webhook-secret-missing", "gateway 'main' has no token").mend


def test_a_token_that_stands_in_the_sample(ward):
    ward.configure("a-token-of-ours", "change-me-too")
    line = ward.path.read_text().splitlines().index('token = "change-me-too"') + 1
    assert f"editor +{line} " in ward.finds("secret-published", "'token' of gateway 'main'").mend


def test_a_configuration_that_the_product_itself_may_not_read(ward):
    shutil.chown(ward.path, "root", "root")
    ward.mends("config-unreadable", "smsdialog, whose the state is")
    ward.is_well()
