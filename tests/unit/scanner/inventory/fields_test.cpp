// The table of a target's values, asked row by row.
#include "scanner/inventory/draft.hpp"
#include "scanner/inventory/fields.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <set>
#include <string>

using namespace rdpsweep;

namespace {

// A text that each field takes and that no target has by itself.
const std::map<Field, std::string>& texts() {
    static const std::map<Field, std::string> known{
        {Field::name, "web-01"},
        {Field::address, "10.0.0.9"},
        {Field::vm,
         "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"},
        {Field::credential, "fleet"},
        {Field::winrm_port, "15986"},
        {Field::winrm_scheme, "http"},
        {Field::winrm_http_port, "15985"},
        {Field::winrm_http_fallback, "any"},
        {Field::winrm_auth, "kerberos"},
        {Field::winrm_pin, "sha256:" + std::string(64, 'a')},
        {Field::winrm_legacy, "true"},
        {Field::winrm_post_handshake, "yes"},
        {Field::winrm_channel_bindings, "off"},
        {Field::winrm_spn, "WSMAN"},
        {Field::ssh_port, "2222"},
        {Field::ssh_user, "admin"},
        {Field::ssh_pin, "SHA256:" + std::string(43, 'A')},
        {Field::ssh_via, "bastion"},
        {Field::disk_file, "/images/web-01.vhd"},
        {Field::disk_snapshot,
         "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/snapshots/web-01"},
        {Field::disk_sas_env, "WEB_01_SAS"},
        {Field::disk_sas_file, "/run/sas/web-01"},
        {Field::disk_sas_systemd, "web-01.sas"},
        {Field::rdp_port, "13389"},
        {Field::rdp_outside, "no"},
        {Field::rdp_thumbprint, std::string(40, 'b')},
        {Field::deadline, "90s"},
    };
    return known;
}

// Every value of a target that a field may be.
std::string values_of(const Target& target) {
    const auto& winrm = target.winrm;
    std::string text;
    for (const auto& value :
         {target.name,
          target.address,
          target.vm,
          target.credential,
          target.rdp_thumbprint,
          winrm.pin_sha256,
          winrm.spn_service,
          target.ssh->user,
          target.ssh->pin_sha256,
          target.ssh->via,
          target.disk->file,
          target.disk->snapshot,
          target.disk->sas_env,
          target.disk->sas_file,
          target.disk->sas_systemd})
        text += value + ' ';
    for (const int value :
         {int(winrm.port),
          int(winrm.scheme),
          int(winrm.http_port),
          int(winrm.http_fallback),
          int(winrm.auth),
          int(winrm.legacy_tls),
          int(winrm.post_handshake_auth),
          int(winrm.channel_bindings),
          int(target.ssh->port),
          int(target.rdp_port),
          int(target.rdp_outside),
          int(target.deadline ? target.deadline->count() : 0)})
        text += std::to_string(value) + ' ';
    return text;
}

} // namespace

TEST_CASE(
    "fields: each row sets one value of its own, and notes that it was given", "[inventory]"
) {
    std::set<std::string> seen{values_of(Target())};
    for (const auto& row : all_fields()) {
        CAPTURE(row.key);
        REQUIRE(texts().count(row.field) == 1);
        TargetDraft draft;
        CHECK_FALSE(set_field(draft, row.field, texts().at(row.field)));
        CHECK(seen.insert(values_of(draft.target)).second);
        for (const auto& other : all_fields())
            CHECK(draft.given.has(other.field) == (other.field == row.field));
        CHECK_FALSE(draft.given.has(Field::route));
    }
}

TEST_CASE("fields: a text that is none is told and changes nothing", "[inventory]") {
    for (const auto& row : all_fields()) {
        CAPTURE(row.key);
        if (row.field == Field::credential || row.field == Field::ssh_via) continue; // any text
        TargetDraft draft;
        const auto complaint = set_field(draft, row.field, row.field == Field::name ? "" : "\x01/");
        REQUIRE(complaint);
        CHECK_FALSE(complaint->what.empty());
        CHECK(values_of(draft.target) == values_of(Target()));
        CHECK_FALSE(draft.given.has(row.field));
    }
    TargetDraft draft;
    CHECK(set_field(draft, Field::credential, ""));
    CHECK_FALSE(set_field(draft, Field::ssh_via, "")); // takes back what the defaults say
    CHECK(draft.given.has(Field::ssh_via));
}

TEST_CASE("fields: ports and flags are called by their own names", "[inventory]") {
    const auto complaint = [](Field field) {
        TargetDraft draft;
        return set_field(draft, field, "x")->what;
    };
    CHECK(
        complaint(Field::winrm_port) == "the WinRM port must be a number from 1 to 65535, not \"x\""
    );
    CHECK(complaint(Field::winrm_http_port).starts_with("the http_port must be"));
    CHECK(complaint(Field::ssh_port).starts_with("the SSH port must be"));
    CHECK(complaint(Field::rdp_port).starts_with("the RDP port must be"));
    CHECK(complaint(Field::winrm_legacy) == "tls legacy must be true or false, not \"x\"");
    CHECK(complaint(Field::winrm_post_handshake).starts_with("tls post_handshake_auth must be"));
    CHECK(complaint(Field::winrm_channel_bindings).starts_with("channel_bindings must be"));
    CHECK(complaint(Field::rdp_outside).starts_with("rdp outside must be"));
}

TEST_CASE("fields: a default is taken where the target says nothing", "[inventory]") {
    const std::set<Field> alone{
        Field::name,
        Field::address,
        Field::vm,
        Field::disk_file,
        Field::disk_snapshot,
        Field::disk_sas_env,
        Field::disk_sas_file,
        Field::disk_sas_systemd,
        Field::rdp_thumbprint};
    for (const auto& row : all_fields()) {
        CAPTURE(row.key);
        TargetDraft defaults;
        REQUIRE_FALSE(set_field(defaults, row.field, texts().at(row.field)));
        Target silent;
        apply_defaults(silent, {}, defaults);
        if (alone.count(row.field) > 0) {
            CHECK(values_of(silent) == values_of(Target()));
            continue;
        }
        if (row.field != Field::winrm_scheme) // the port follows it
            CHECK(values_of(silent) == values_of(defaults.target));
        CHECK(values_of(silent) != values_of(Target()));
        FieldSet given;
        given.add(row.field);
        Target speaks;
        apply_defaults(speaks, given, defaults);
        CHECK(values_of(speaks) == values_of(Target()));
    }
}

TEST_CASE("fields: no key and no column is there twice", "[inventory]") {
    std::set<std::string_view> keys;
    std::set<std::string_view> columns;
    std::size_t with_column = 0;
    for (const auto& row : all_fields()) {
        keys.insert(row.key);
        CHECK(find_field(row.key) == &row);
        if (row.column.empty()) continue;
        ++with_column;
        columns.insert(row.column);
    }
    CHECK(keys.size() == all_fields().size());
    CHECK(columns.size() == with_column);
    CHECK(find_field("winrm") == nullptr);
    CHECK(find_field("") == nullptr);
}
