// The firewall's store of rules in a hive: what of it is read, and where that ends.
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/offline/hive_builder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "offline/facts/firewall.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

constexpr auto rule_for_rdp = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|Name=";

std::vector<std::byte> rule_data(std::string text, std::size_t length) {
    text.resize(std::max(text.size(), length / 2), 'x');
    const auto wide = utf8_to_utf16le(text + std::string(1, '\0'));
    const auto* begin = reinterpret_cast<const std::byte*>(wide.data());
    return {begin, begin + wide.size()};
}

// A control set with so many rules, each of so many bytes.
class RuleHive {
public:
    RuleHive(std::size_t count, std::size_t length) : builder_(64 + count * (length + 64) / 4096) {
        std::vector<std::uint32_t> cells;
        const auto data = rule_data(rule_for_rdp, length);
        for (std::size_t i = 0; i < count; ++i)
            cells.push_back(builder_.value("rule" + std::to_string(i), reg_type::text, data));
        auto key = builder_.key("FirewallRules");
        builder_.values(key, cells);
        for (const auto* name :
             {"FirewallPolicy", "Parameters", "SharedAccess", "Services", "ControlSet001", "ROOT"})
            key = builder_.key(name, 1, builder_.list("li", {key}));
        builder_.root(key);
        source_.emplace(builder_.bytes);
        hive_.emplace(*Hive::open(*source_));
    }

    // Returns the group with its rules; what was unread is added to document.
    nlohmann::json rules(Document& document) const {
        const Registry registry(
            *hive_, "ControlSet001", nullptr, Error(Phase::run, Errc::not_found, "no SOFTWARE")
        );
        Sheet listener(document.group("listener"), "/listener", document);
        put_firewall(listener, registry, 3389);
        return listener.object()["fw"];
    }

private:
    testing::HiveBuilder builder_;
    std::optional<MemorySource> source_;
    std::optional<Hive> hive_;
};

bool is_capped(Document& document) {
    for (const auto& entry : document.all()["unread"])
        if (entry["ptr"] == "/listener/fw" && entry["why"] == "skipped" && entry["code"] == "cap")
            return true;
    return false;
}

} // namespace

TEST_CASE("firewall: as many rules as the collector keeps, each by its value's name", "[offline]") {
    const RuleHive hive(100, 0);
    Document document;
    const auto rules = hive.rules(document);
    REQUIRE(rules.size() == 64);
    CHECK(rules[63]["id"] == "rule63");
    CHECK(rules[63]["policy"] == false);
    CHECK_FALSE(is_capped(document));
}

TEST_CASE("firewall: a store of gigabytes is not read to its end", "[offline]") {
    Document read;
    CHECK(RuleHive(130, 60'000).rules(read).size() == 64);
    CHECK_FALSE(is_capped(read));
    // A rule that is longer than any is passed over, and said; these would be kept else.
    Document document;
    CHECK(RuleHive(100, 100'000).rules(document).empty());
    CHECK(is_capped(document));
}
