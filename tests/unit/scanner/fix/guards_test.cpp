// What keeps a plan from going on: orders, approvals that are missing, control VMs that stop
// answering.
#include "core/text.hpp"
#include "scanner/fix/approval.hpp"
#include "scanner/fix/control.hpp"
#include "scanner/fix/orders.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

// RFC 8410 section 10.3 and 10.1: a private key, and the public key that belongs to it.
constexpr auto private_key = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
)";
constexpr auto public_line = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
// Of `openssl genpkey -algorithm ed25519`: somebody else's.
constexpr auto other_line = "MCowBQYDK2VwAyEA1c9xLo5pFCFwrnfaSMEKZr8XeEtpD+CqSBPLlzlp+nc=";

std::vector<bool> answering(std::size_t yes, std::size_t of) {
    std::vector<bool> all(of, false);
    std::fill_n(all.begin(), yes, true);
    return all;
}

} // namespace

TEST_CASE("approval: a signature over the plan, by somebody who is listed", "[fix]") {
    const auto approvers = read_approvers(std::string("# who may\n\nanna ") + public_line + "\n");
    REQUIRE(approvers);
    REQUIRE(approvers->size() == 1);
    const auto signature = sign_plan("the plan", private_key);
    REQUIRE(signature);
    CHECK(signature->size() == 64);
    using Names = std::vector<std::string>;
    CHECK(approved_by("the plan", {*signature, *signature}, *approvers) == Names{"anna"});
    CHECK(approved_by("the plan.", {*signature}, *approvers).empty());
    CHECK(approved_by("the plan", {"", std::string(64, 'x'), *signature + "x"}, *approvers).empty()
    );
    CHECK(approved_by("the plan", {*signature}, {}).empty());
    CHECK(approvals_needed(Risk::low) == 0);
    CHECK(approvals_needed(Risk::medium) == 1);
    CHECK(approvals_needed(Risk::high) == 2);
}

TEST_CASE("approval: lists that are none, and keys that cannot be used", "[fix]") {
    const std::string anna = std::string("anna ") + public_line + "\n";
    // Two names of one key would make two people of one.
    for (const auto& text :
         {std::string("anna"),
          std::string("anna !!!"),
          std::string("anna AAAA"),
          anna + "anna " + other_line,
          anna + "ben " + public_line})
        CHECK_FALSE(read_approvers(text));
    CHECK(read_approvers("")->empty());
    CHECK_FALSE(sign_plan("x", "no key"));
    CHECK_FALSE(sign_plan("x", ""));
}

TEST_CASE("orders: given, seen, and taken back", "[fix]") {
    const Scratch scratch;
    const auto state = scratch.path("state");
    CHECK(order_of(state, "plan") == FixOrder::none);
    REQUIRE(give_order(state, "plan", FixOrder::pause));
    CHECK(order_of(state, "plan") == FixOrder::pause);
    REQUIRE(give_order(state, "plan", FixOrder::abort));
    CHECK(order_of(state, "plan") == FixOrder::abort);
    CHECK(order_of(state, "other") == FixOrder::none);
    take_back_order(state, "plan");
    CHECK(order_of(state, "plan") == FixOrder::none);
    CHECK_FALSE(give_order("/proc/none", "plan", FixOrder::pause));
}

TEST_CASE("controls: more than a tenth of them stopped answering", "[fix]") {
    CHECK_FALSE(fell(answering(20, 20), answering(18, 20)));
    CHECK(fell(answering(20, 20), answering(17, 20)));
    CHECK(fell(answering(3, 3), answering(2, 3)));
    CHECK_FALSE(fell(answering(2, 3), answering(3, 3)));
    CHECK_FALSE(fell(answering(0, 20), answering(0, 20)));
    CHECK_FALSE(fell({}, {}));
    CHECK_FALSE(fell(answering(5, 5), {}));
}

TEST_CASE("controls: a few of those that can be looked at, always the same", "[fix]") {
    std::vector<Target> targets(100);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        targets[i].id = std::to_string(i);
        targets[i].address = i % 2 == 0 ? "10.0.0.1" : "";
        targets[i].rdp_outside = i % 4 == 0;
    }
    const auto ids = [&](const std::string& seed) {
        std::vector<std::string> found;
        for (const auto& target : controls_among(targets, seed))
            found.push_back(target.id);
        return found;
    };
    CHECK(ids("a").size() == most_controls);
    CHECK(ids("a") == ids("a"));
    CHECK(ids("a") != ids("b"));
    for (const auto& id : ids("a"))
        CHECK(std::stoul(id) % 4 == 0);
}
