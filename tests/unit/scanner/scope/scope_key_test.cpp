// When two scopes are one.
#include "scanner/scope/scope_key.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

ScopeOptions scope() {
    ScopeOptions scope;
    scope.inventories = {"/a.yaml", "azure:Prod"};
    scope.targets = {"vm-1", "vm-2"};
    scope.select = "tag:env=prod & !vm:dc*";
    return scope;
}

} // namespace

TEST_CASE("scope key: the order of sources, and who logs on, make no other scope", "[scope]") {
    const auto key = scope_key(scope());
    CHECK(key.size() == 64);
    auto same = scope();
    same.inventories = {"azure:", "/a.yaml", "/a.yaml"};
    same.inventories[0] = "/a.yaml";
    same.azure.subscriptions = {"PROD"};
    same.targets = {"vm-2", " vm-1"};
    same.select = "  tag:env=prod&!vm:dc* ";
    same.credential.user = "CORP\\other";
    same.transports = {"ssh"};
    same.allow_empty = true;
    CHECK(scope_key(same) == key);
}

TEST_CASE("scope key: each source and each expression makes another scope", "[scope]") {
    const auto key = scope_key(scope());
    const auto other = [&key](auto change) {
        auto changed = scope();
        change(changed);
        const auto now = scope_key(changed);
        return now.size() == 64 && now != key;
    };
    CHECK(other([](ScopeOptions& s) { s.inventories.pop_back(); }));
    CHECK(other([](ScopeOptions& s) { s.inventories[0] = "/b.yaml"; }));
    CHECK(other([](ScopeOptions& s) { s.targets.emplace_back("vm-3"); }));
    CHECK(other([](ScopeOptions& s) { s.disks.emplace_back("/d.vhd"); }));
    CHECK(other([](ScopeOptions& s) { s.azure.subscriptions.emplace_back("Test"); }));
    CHECK(other([](ScopeOptions& s) { s.azure.all = true; }));
    CHECK(other([](ScopeOptions& s) { s.azure.resource_groups.emplace_back("rg"); }));
    CHECK(other([](ScopeOptions& s) { s.azure.resources.emplace_back("/subscriptions/x"); }));
    CHECK(other([](ScopeOptions& s) { s.azure.cloud = "AzureChinaCloud"; }));
    CHECK(other([](ScopeOptions& s) { s.select += "*"; }));
    CHECK(other([](ScopeOptions& s) { s.exclude = "vm-1"; }));
    // A blank in quotes is a part of the pattern.
    auto one = scope();
    auto two = scope();
    one.select = "'a b'";
    two.select = "'ab'";
    CHECK(scope_key(one) != scope_key(two));
}

TEST_CASE("scope key: of a part of the targets nothing follows from absence", "[scope]") {
    auto picked = scope();
    picked.pick = 5;
    CHECK(scope_key(picked).empty());
    auto limited = scope();
    limited.limit = 5;
    CHECK(scope_key(limited).empty());
    auto piped = scope();
    piped.inventories.emplace_back("-");
    CHECK(scope_key(piped).empty());
}
