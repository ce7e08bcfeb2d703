// A CIM conversation against a scripted host: pages, and what a host may do wrong in each step.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "transports/winrm/cim_session.hpp"

#include <regex>

using namespace rdpsweep;
using namespace rdpsweep::winrm;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

namespace {

using Rows = std::vector<cim::Instance>;
using Answer = Result<std::string>; // a SOAP body, or an error of the connection

// Answers with one body after the other, the last one again and again.
class ScriptedHost final : public Poster {
public:
    explicit ScriptedHost(std::vector<Answer> answers) : answers_(std::move(answers)) {}

    std::vector<std::string> verbs, contexts;
    bool answered = false; // ever

    Task<Result<net::HttpResponse>>
    post(net::SharedText sent, HostDeadline&, Clock::duration) override {
        const auto envelope = sent.whole();
        const auto number = std::min(verbs.size(), answers_.size() - 1);
        verbs.push_back(find(envelope, "Action[^>]*>[^<]*/([A-Za-z]+)<"));
        contexts.push_back(find(envelope, "EnumerationContext>([^<]*)<"));
        const auto& answer = answers_[number];
        if (!answer) co_return answer.error();
        net::HttpResponse response;
        response.status = 200;
        answered = true;
        response.body = soap(find(envelope, "MessageID>([^<]+)<"), *answer);
        co_return response;
    }

private:
    static std::string find(const std::string& text, const char* pattern) {
        std::smatch found;
        return std::regex_search(text, found, std::regex(pattern)) ? found[1].str() : "";
    }

    static std::string soap(const std::string& id, const std::string& body) {
        return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
               "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
               "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "
               "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "
               "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header>"
               "<a:RelatesTo>" +
               id + "</a:RelatesTo></s:Header><s:Body>" + body + "</s:Body></s:Envelope>";
    }

    std::vector<Answer> answers_;
};

Answer row(const std::string& context) {
    return "<n:EnumerateResponse><n:EnumerationContext>" + context +
           "</n:EnumerationContext><w:Items><w:XmlFragment><A>1</A></w:XmlFragment></w:Items>" +
           (context.empty() ? "<w:EndOfSequence/>" : "") + "</n:EnumerateResponse>";
}

Answer page(const std::string& context, bool last) {
    return "<n:PullResponse>" +
           (context.empty() ? "" : "<n:EnumerationContext>" + context + "</n:EnumerationContext>") +
           "<n:Items><w:XmlFragment><A>2</A></w:XmlFragment></n:Items>" +
           (last ? "<n:EndOfSequence/>" : "") + "</n:PullResponse>";
}

Answer denied() {
    return std::string("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Detail>"
                       "<f:WSManFault Code=\"5\"><f:Message>no</f:Message></f:WSManFault>"
                       "</s:Detail></s:Fault>");
}

Result<Rows> ask(ScriptedHost& host, ByteRules rules = {}, std::size_t* held = nullptr) {
    Attempt attempt;
    CimSession session("https://vm:5986/wsman", host, 20s, attempt);
    auto rows = run_task([&](HostDeadline& outer) -> Task<Result<Rows>> {
        const auto bytes = std::make_shared<HostBytes>(nullptr, rules);
        HostDeadline deadline(outer.executor(), outer.at(), bytes);
        cim::Request request{"root/cimv2", "", cim::Query{"SELECT A FROM B"}};
        auto asked = co_await session.ask(std::move(request), deadline);
        if (held != nullptr) *held = bytes->held();
        co_return asked;
    });
    CHECK(session.round_trips() == host.verbs.size());
    CHECK((attempt.reached == Phase::run) == host.answered);
    return rows;
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("cim session: one row costs one round trip", "[cim]") {
    ScriptedHost host({row("")});
    const auto rows = ask(host);
    REQUIRE(rows);
    CHECK(rows->size() == 1);
    CHECK(host.verbs == Words{"Enumerate"});
}

TEST_CASE("cim session: pages are pulled by the newest context to the end", "[cim]") {
    ScriptedHost host({row("A"), page("B", false), page("", true)});
    const auto rows = ask(host);
    REQUIRE(rows);
    CHECK(rows->size() == 3);
    CHECK(host.verbs == Words{"Enumerate", "Pull", "Pull"});
    CHECK(host.contexts == Words{"", "A", "B"});
}

TEST_CASE("cim session: the old context is tried once more, not twice", "[cim]") {
    ScriptedHost patient({row("A"), page("", false), page("", true)});
    CHECK(ask(patient));
    CHECK(patient.contexts == Words{"", "A", "A"});
    ScriptedHost stuck({row("A"), page("", false)});
    const auto rows = ask(stuck);
    REQUIRE_FALSE(rows);
    CHECK(rows.error().code() == Errc::protocol_violation);
    CHECK(stuck.verbs.size() == 3);
}

TEST_CASE("cim session: an enumeration without end is given up and released", "[cim]") {
    ScriptedHost host({row("A"), page("B", false)});
    const auto rows = ask(host);
    REQUIRE_FALSE(rows);
    CHECK(rows.error().code() == Errc::output_limit);
    CHECK(host.verbs.back() == "Release");
    CHECK(host.contexts.back() == "B");
    CHECK(host.verbs.size() == 65);
}

TEST_CASE("cim session: each step fails in turn", "[cim]") {
    const auto lost = Error(Phase::http, Errc::peer_closed, "lost");
    for (std::size_t step = 0; step < 3; ++step) {
        std::vector<Answer> script{row("A"), page("B", false), page("", true)};
        script[step] = lost;
        ScriptedHost cut(script);
        CHECK(ask(cut).error().code() == Errc::peer_closed);
        script[step] = denied();
        ScriptedHost closed(script);
        const auto refused = ask(closed);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == Errc::access_denied);
        CHECK(refused.error().native() == "WSManFault 5");
        CHECK(closed.verbs.size() == step + 1);
    }
}

TEST_CASE("cim session: what might write is not sent", "[cim]") {
    ScriptedHost host({row("")});
    Attempt attempt;
    CimSession session("https://vm:5986/wsman", host, 20s, attempt);
    const cim::Request create{"root/cimv2", "Win32_Process", cim::Invoke{"Create", {}, {}}};
    const auto refused =
        run_task([&](HostDeadline& deadline) { return session.ask(create, deadline); });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == Errc::unsupported);
    CHECK(host.verbs.empty());
    const cim::Request set{"root/cimv2", "StdRegProv", cim::Invoke{"SetDWORDValue", {}, {}}};
    CHECK_FALSE(cim::reads_only(set));
    CHECK_FALSE(cim::reads_only({"root/cimv2", "", cim::Query{"DELETE FROM X"}}));
    CHECK(cim::reads_only({"root/cimv2", "StdRegProv", cim::Invoke{"EnumKey", {}, {}}}));
}

TEST_CASE("cim session: the rows of every page are charged to the host", "[cim][bytes]") {
    ScriptedHost host({row("A"), page("B", false), page("", true)});
    std::size_t held = 0;
    const auto rows = ask(host, {}, &held);
    REQUIRE(rows);
    REQUIRE(rows->size() == 3);
    std::size_t bytes = 0;
    for (const auto& one : *rows)
        bytes += cim::bytes_of(one);
    CHECK(held == bytes);
    // An instance without a class, one property "A", one text of one byte.
    const auto expected = sizeof(cim::Instance) + sizeof(std::pair<std::string, cim::Value>) + 1 +
                          sizeof(std::string) + 1;
    CHECK(bytes == 3 * expected);
}

TEST_CASE("cim session: a host that answers more than it may is stopped by bytes", "[cim][bytes]") {
    ScriptedHost host({row("A"), page("B", false)});
    const auto a_row = cim::bytes_of({"", {{"A", cim::Value{false, {"1"}, {}}}}});
    ByteRules rules;
    rules.host = 5 * a_row;
    const auto rows = ask(host, rules);
    REQUIRE_FALSE(rows);
    CHECK(rows.error().code() == Errc::output_limit);
    CHECK(rows.error().phase() == Phase::run);
    CHECK(
        rows.error().detail() ==
        "what this host answers takes more than " + std::to_string(5 * a_row) + " bytes"
    );
    CHECK(host.verbs.size() == 7); // six pages, the sixth was too much
    CHECK(host.verbs.back() == "Release");
    CHECK(host.contexts.back() == "B");
}

TEST_CASE("cim session: pages without a row are not asked for without a pause", "[cim][idle]") {
    const Answer empty("<n:PullResponse><n:EnumerationContext>B</n:EnumerationContext><n:Items/>"
                       "</n:PullResponse>");
    ScriptedHost host({row("A"), empty});
    Attempt attempt;
    CimSession session("https://vm:5986/wsman", host, 20s, attempt);
    const auto rows = run_task(
        [&](HostDeadline& deadline) {
            cim::Request request{"root/cimv2", "", cim::Query{"SELECT A FROM B"}};
            return session.ask(std::move(request), deadline);
        },
        1s
    );
    REQUIRE_FALSE(rows);
    CHECK(rows.error().code() == Errc::timed_out); // and not 64 pages later
    CHECK(host.verbs.size() <= 21); // one with a row, 16 at once, then at 50, 150, 350 and 750 ms
    CHECK(host.verbs.size() > 1);
}
