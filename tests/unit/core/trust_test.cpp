// One decision for every transport: what is believed of a host, in which order.
#include "core/trust.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace rdpsweep;

namespace {

using Word = Claim::Word;

class MemoryTrust final : public TrustStore {
public:
    std::map<std::string, std::string, std::less<>> pins;

    [[nodiscard]] std::optional<std::string> pinned(std::string_view endpoint) const override {
        const auto at = pins.find(endpoint);
        return at == pins.end() ? std::nullopt : std::optional(at->second);
    }

    Status pin(std::string_view endpoint, std::string_view sha256) override {
        if (!writable) return Error(Phase::config, Errc::local_limit, "the disk is full");
        pins[std::string(endpoint)] = sha256;
        return {};
    }

    bool writable = true;
};

const char* name_of(TrustBasis basis) {
    static constexpr const char* names[] = {
        "vouched", "target pin", "stored pin", "first use", "insecure"};
    return names[static_cast<std::size_t>(basis)];
}

const char* name_of(Distrust why) {
    static constexpr const char* names[] = {"not the pin", "contradicted", "changed", "unknown"};
    return names[static_cast<std::size_t>(why)];
}

// How the claim "aa" ends: the basis, or the refusal and what was expected.
std::string outcome(const Claim& claim, const TrustPolicy& policy) {
    const auto basis = decide_trust(claim, policy, [](Distrust why, const std::string& expected) {
        std::string text = "refused: " + std::string(name_of(why));
        if (!expected.empty()) text += ", expected " + expected;
        return Error(Phase::tls, Errc::certificate_rejected, text);
    });
    return basis ? name_of(*basis) : std::string(basis.error().detail());
}

} // namespace

TEST_CASE("trust: --insecure and first use cover only what nothing is known of", "[trust]") {
    struct Row {
        const char* pin;
        Word word;
        const char* stored;
        const char* strict;
        const char* insecure;
        const char* first_use;
    };

    const auto* const pin_differs = "refused: not the pin, expected bb";
    const auto* const changed = "refused: changed, expected bb";
    const auto* const other = "refused: contradicted";
    const std::vector<Row> rows{
        {"aa", Word::none, "", "target pin", "target pin", "target pin"},
        {"aa", Word::names_another, "bb", "target pin", "target pin", "target pin"},
        {"bb", Word::none, "", pin_differs, pin_differs, pin_differs},
        {"bb", Word::vouches, "aa", pin_differs, pin_differs, pin_differs},
        {"bb", Word::names_it, "aa", pin_differs, pin_differs, pin_differs},
        {"", Word::names_it, "", "vouched", "vouched", "vouched"},
        {"", Word::names_it, "bb", "vouched", "vouched", "vouched"},
        {"", Word::names_another, "", other, other, other},
        {"", Word::names_another, "aa", other, other, other},
        {"", Word::none, "aa", "stored pin", "stored pin", "stored pin"},
        {"", Word::vouches, "aa", "stored pin", "stored pin", "stored pin"},
        {"", Word::none, "bb", changed, changed, changed},
        {"", Word::vouches, "bb", changed, changed, changed},
        {"", Word::vouches, "", "vouched", "vouched", "vouched"},
        {"", Word::none, "", "refused: unknown", "insecure", "first use"},
    };
    for (const auto& row : rows) {
        MemoryTrust store;
        if (*row.stored != '\0') store.pins["h:1"] = row.stored;
        const auto before = store.pins;
        const Claim claim{"aa", "h:1", row.pin, row.word};
        INFO(row.pin << " " << static_cast<int>(row.word) << " " << row.stored);
        TrustPolicy policy;
        policy.store = &store;
        CHECK(outcome(claim, policy) == row.strict);
        policy.insecure = true;
        CHECK(outcome(claim, policy) == row.insecure);
        CHECK(store.pins == before);
        policy.insecure = false;
        policy.pin_on_first_use = true;
        CHECK(outcome(claim, policy) == row.first_use);
        const bool first = std::string_view(row.first_use) == "first use";
        CHECK((store.pins == before) != first);
    }
}

TEST_CASE("trust: a first identity that cannot be kept is not believed", "[trust]") {
    MemoryTrust store;
    store.writable = false;
    TrustPolicy policy;
    policy.store = &store;
    policy.pin_on_first_use = true;
    CHECK(outcome({"aa", "h:1", ""}, policy) == "the disk is full");
    policy.store = nullptr;
    CHECK(outcome({"aa", "h:1", ""}, policy) == "refused: unknown");
}
