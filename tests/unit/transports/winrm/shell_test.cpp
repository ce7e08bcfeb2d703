// The shell against a scripted host: each step of the conversation fails in turn, in every way.
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/winrm/run_in_shell.hpp"
#include "transports/winrm/shell.hpp"

#include <functional>
#include <regex>

using namespace rdpsweep;
using namespace std::chrono_literals;
using rdpsweep::test::run_in_shell;
using rdpsweep::test::run_task;

namespace {

std::string soap(const std::string& id, const std::string& body) {
    return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
           "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
           "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "
           "xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\"><s:Header>"
           "<a:RelatesTo>" +
           id + "</a:RelatesTo></s:Header><s:Body>" + body + "</s:Body></s:Envelope>";
}

std::string fault(std::uint32_t code) {
    return "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Detail><f:WSManFault "
           "Code=\"" +
           std::to_string(code) +
           "\"><f:Message>no</f:Message></f:WSManFault></s:Detail></s:Fault>";
}

std::string streams(const std::string& out, bool done) {
    return "<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\" CommandId=\"C\">" +
           base64_encode(out) + "</rsp:Stream>" +
           (done ? "<rsp:CommandState CommandId=\"C\" "
                   "State=\"http://schemas.microsoft.com/wbem/wsman/1/"
                   "windows/shell/CommandState/Done\"><rsp:ExitCode>3</rsp:ExitCode></"
                   "rsp:CommandState>"
                 : "") +
           "</rsp:ReceiveResponse>";
}

// Answers by the verb of the request; override(n, verb) may change the answer to the n-th request.
class ScriptedHost final : public winrm::Poster {
public:
    using Answer = std::optional<Result<std::string>>; // a body, or an error of the connection
    std::function<Answer(std::size_t n, const std::string& verb, const std::string& id)> override_;
    std::vector<std::string> verbs;
    std::vector<Clock::duration> margins; // how long we wait beyond the operation's timeout
    std::vector<int> timeouts;            // of the operations, in seconds

    Task<Result<net::HttpResponse>>
    post(net::SharedText sent, HostDeadline&, Clock::duration limit) override {
        const auto envelope = sent.whole();
        const auto seconds = find(envelope, "OperationTimeout[^>]*>PT([0-9]+)");
        timeouts.push_back(std::stoi(seconds));
        margins.push_back(limit - std::chrono::seconds(std::stoi(seconds)));
        const auto verb = find(envelope, "Action[^>]*>[^<]*/([A-Za-z]+)<");
        const auto id = find(envelope, "MessageID>([^<]+)<");
        const auto number = verbs.size();
        verbs.push_back(verb);
        Answer answer = override_ ? override_(number, verb, id) : std::nullopt;
        if (!answer) answer = Result<std::string>(soap(id, usual(verb)));
        if (!*answer) co_return (*answer).error();
        net::HttpResponse response;
        response.status = 200;
        response.body = **answer;
        co_return response;
    }

    [[nodiscard]] std::size_t count(const std::string& verb) const {
        return static_cast<std::size_t>(std::count(verbs.begin(), verbs.end(), verb));
    }

private:
    static std::string find(const std::string& text, const char* pattern) {
        std::smatch found;
        REQUIRE(std::regex_search(text, found, std::regex(pattern)));
        return found[1];
    }

    std::string usual(const std::string& verb) {
        if (verb == "Create")
            return "<rsp:Shell><rsp:ShellId>S</rsp:ShellId><rsp:Owner>O</rsp:Owner></rsp:Shell>";
        if (verb == "Command")
            return "<rsp:CommandResponse><rsp:CommandId>C</rsp:CommandId></rsp:CommandResponse>";
        if (verb == "Receive")
            return streams(count("Receive") == 1 ? "one " : "two", count("Receive") > 1);
        return "<rsp:" + verb + "Response/>";
    }
};

struct Heard {
    Result<CommandOutput> output;
    bool deleted;
};

Task<Heard> converse(
    ScriptedHost& host,
    Attempt& attempt,
    HostDeadline& deadline,
    Clock::duration step = limits::step
) {
    winrm::ShellBudget budget;
    budget.step = step;
    budget.quota_delay = 1ms;
    winrm::Shell shell("https://vm:5986/wsman", host, budget, attempt);
    winrm::ShellOptions options;
    auto created = co_await shell.create(options, deadline);
    if (!created) {
        const bool gone = co_await shell.remove(deadline);
        co_return Heard{std::move(created).error(), gone};
    }
    auto output = co_await run_in_shell(shell, "c", "", deadline);
    const bool gone = co_await shell.remove(deadline);
    co_return Heard{std::move(output), gone};
}

Heard converse_with(ScriptedHost& host, Clock::duration limit = 20s) {
    Attempt attempt;
    return run_task(
        [&](HostDeadline& deadline) { return converse(host, attempt, deadline); }, limit
    );
}

} // namespace

TEST_CASE("shell: the happy path, output of several Receives joined", "[winrm]") {
    ScriptedHost host;
    const auto heard = converse_with(host);
    REQUIRE(heard.output);
    CHECK(heard.output->out == "one two");
    CHECK(heard.output->exit_code == 3);
    CHECK(heard.deleted);
    CHECK(
        host.verbs ==
        std::vector<std::string>{"Create", "Command", "Receive", "Receive", "Signal", "Delete"}
    );
}

TEST_CASE(
    "shell: each step fails in turn, in every way; a shell that exists is deleted", "[winrm]"
) {
    using Answer = ScriptedHost::Answer;
    const std::vector<std::pair<std::string, std::function<Answer(const std::string&)>>> ways{
        {"lost",
         [](const std::string&) {
             return Result<std::string>(Error(Phase::http, Errc::peer_closed, "lost"));
         }},
        {"timeout",
         [](const std::string&) {
             return Result<std::string>(Error(Phase::http, Errc::timed_out, "late"));
         }},
        {"fault", [](const std::string& id) { return Result<std::string>(soap(id, fault(5))); }},
        {"garbage", [](const std::string&) { return Result<std::string>("<<<"); }},
        {"stranger",
         [](const std::string&) { return Result<std::string>(soap("uuid:other", "")); }},
        {"empty", [](const std::string& id) { return Result<std::string>(soap(id, "")); }},
    };
    const std::vector<std::string> steps{
        "Create", "Command", "Receive", "Receive", "Signal", "Delete"};
    for (const auto& [way, answer] : ways) {
        for (std::size_t step = 0; step < steps.size(); ++step) {
            INFO(way << " at step " << step << " " << steps[step]);
            ScriptedHost host;
            bool failed = false;
            host.override_ = [&](std::size_t n, const std::string&, const std::string& id
                             ) -> Answer {
                if (n != step || failed) return std::nullopt;
                failed = true;
                return answer(id);
            };
            const auto heard = converse_with(host);
            // An empty Receive answer means "still running", Signal's answer never matters.
            const bool fatal = step < 4 && !(way == "empty" && steps[step] == "Receive");
            CHECK(heard.output.has_value() == !fatal);
            if (step > 0) CHECK(host.count("Delete") == 1);
            if (step == 0) CHECK(host.count("Delete") == 0); // no shell is known: nothing to delete
        }
    }
}

TEST_CASE("shell: no output yet is asked again, without a word", "[winrm]") {
    ScriptedHost host;
    int patience = 3;
    host.override_ = [&](std::size_t, const std::string& verb, const std::string& id
                     ) -> ScriptedHost::Answer {
        if (verb != "Receive" || patience-- <= 0) return std::nullopt;
        return Result<std::string>(soap(id, fault(winrm::code::operation_timed_out)));
    };
    const auto heard = converse_with(host);
    REQUIRE(heard.output);
    CHECK(host.count("Receive") > 3);
}

TEST_CASE(
    "shell: output that is whole is the end, although the command's own does not come", "[winrm]"
) {
    using Answer = ScriptedHost::Answer;
    const auto silence = [](const std::string& id) {
        return Result<std::string>(soap(id, fault(winrm::code::operation_timed_out)));
    };
    const auto lost = [](const std::string&) {
        return Result<std::string>(Error(Phase::http, Errc::peer_closed, "lost"));
    };
    const auto noise = [](const std::string& id) {
        return Result<std::string>(soap(id, streams("noise", false)));
    };
    const auto end = [](const std::string& id) {
        return Result<std::string>(soap(id, streams("", true)));
    };
    const std::vector<std::function<Answer(const std::string&)>> answers{silence, lost, noise, end};
    for (std::size_t way = 0; way < answers.size(); ++way) {
        INFO("way " << way);
        ScriptedHost host;
        host.override_ = [&](std::size_t, const std::string& verb, const std::string& id
                         ) -> Answer {
            if (verb != "Receive" || host.count("Receive") == 1) return std::nullopt;
            return answers[way](id);
        };
        Attempt attempt;
        const auto watched = [&](HostDeadline& deadline) -> Task<Result<CommandOutput>> {
            winrm::Shell shell("https://vm:5986/wsman", host, {}, attempt);
            winrm::ShellOptions options;
            (void)co_await shell.create(options, deadline);
            shell.watch([](std::string_view out) { return out.starts_with("one "); });
            co_return co_await run_in_shell(shell, "c", "", deadline);
        };
        const auto output =
            run_task([&](HostDeadline& deadline) { return watched(deadline); }, 60s);
        REQUIRE(output);
        CHECK(output->out == "one ");                     // what comes after it is noise
        CHECK(output->exit_code == (way == 3 ? 3u : 0u)); // its own end counts, where it comes
        CHECK(
            host.verbs ==
            std::vector<std::string>{"Create", "Command", "Receive", "Receive", "Signal"}
        );
        CHECK(host.timeouts[2] == 20);
        CHECK(host.timeouts[3] == 1);
    }
}

TEST_CASE("shell: a lost answer is asked for again, what came before it is kept", "[winrm]") {
    ScriptedHost host;
    host.override_ =
        [&](std::size_t, const std::string& verb, const std::string&) -> ScriptedHost::Answer {
        if (verb != "Receive" || host.count("Receive") != 2) return std::nullopt;
        return Result<std::string>(Error(Phase::http, Errc::peer_closed, "lost"));
    };
    Attempt attempt;
    const auto resume = [&](HostDeadline& deadline) -> Task<CommandOutput> {
        winrm::Shell shell("https://vm:5986/wsman", host, {}, attempt);
        winrm::ShellOptions options;
        const auto created = co_await shell.create(options, deadline);
        CHECK(created);
        const auto started = co_await shell.start("c", "", deadline);
        CHECK(started);
        CommandOutput output;
        const auto lost = co_await shell.receive(output, deadline);
        REQUIRE_FALSE(lost);
        CHECK(lost.error().phase() == Phase::run);
        CHECK(lost.error().code() == Errc::peer_closed);
        CHECK(output.out == "one ");
        const auto rest = co_await shell.receive(output, deadline);
        CHECK(rest);
        co_return output;
    };
    const auto output = run_task([&](HostDeadline& deadline) { return resume(deadline); }, 20s);
    CHECK(output.out == "one two");
    CHECK(output.exit_code == 3);
}

TEST_CASE("shell: a quota is waited out, another fault is not", "[winrm]") {
    ScriptedHost host;
    host.override_ = [](std::size_t n, const std::string& verb, const std::string& id
                     ) -> ScriptedHost::Answer {
        if (verb != "Create" || n >= 2) return std::nullopt;
        return Result<std::string>(soap(id, fault(2150859173)));
    };
    CHECK(converse_with(host).output);
    CHECK(host.count("Create") == 3);

    ScriptedHost full;
    full.override_ = [](std::size_t, const std::string& verb, const std::string& id
                     ) -> ScriptedHost::Answer {
        if (verb != "Create") return std::nullopt;
        return Result<std::string>(soap(id, fault(2150859173)));
    };
    const auto refused = converse_with(full);
    REQUIRE_FALSE(refused.output);
    CHECK(refused.output.error().code() == Errc::throttled);
    CHECK(full.count("Create") == 4);
}

TEST_CASE("shell: output without end is cut off", "[winrm]") {
    ScriptedHost host;
    const std::string piece(512u << 10, 'x');
    host.override_ = [&](std::size_t, const std::string& verb, const std::string& id
                     ) -> ScriptedHost::Answer {
        if (verb != "Receive") return std::nullopt;
        return Result<std::string>(soap(id, streams(piece, false)));
    };
    const auto heard = converse_with(host);
    REQUIRE_FALSE(heard.output);
    CHECK(heard.output.error().code() == Errc::output_limit);
    CHECK(host.count("Receive") <= 10);
    CHECK(heard.deleted);
}

TEST_CASE("shell: the host gives up a Create or a Receive before we hang up", "[winrm]") {
    for (const auto step : {1s, 6s, 30s, 300s}) {
        INFO(step.count() << " s");
        ScriptedHost host;
        Attempt attempt;
        const auto heard = run_task(
            [&](HostDeadline& deadline) { return converse(host, attempt, deadline, step); }, 600s
        );
        REQUIRE(heard.output);
        REQUIRE(host.verbs.size() == host.margins.size());
        for (std::size_t i = 0; i < host.verbs.size(); ++i) {
            if (host.verbs[i] == "Create" || host.verbs[i] == "Receive") {
                CHECK(host.margins[i] >= 10s);
            }
        }
    }
}

TEST_CASE("shell: a refused deletion is told, and a shell that is gone is no refusal", "[winrm]") {
    for (const auto& [code, gone] : {std::pair(5u, false), std::pair(2150858843u, true)}) {
        INFO(code);
        ScriptedHost host;
        host.override_ = [code = code](
                             std::size_t, const std::string& verb, const std::string& id
                         ) -> ScriptedHost::Answer {
            if (verb != "Delete") return std::nullopt;
            return Result<std::string>(soap(id, fault(code)));
        };
        const auto heard = converse_with(host);
        CHECK(heard.output);
        CHECK(heard.deleted == gone);
        CHECK(host.count("Delete") == 1);
    }
}

namespace {

// Answers every Receive alike, without ever being done.
void always(ScriptedHost& host, std::function<std::string()> body) {
    host.override_ = [body](std::size_t, const std::string& verb, const std::string& id) {
        if (verb != "Receive") return ScriptedHost::Answer();
        return ScriptedHost::Answer(Result<std::string>(soap(id, body())));
    };
}

// Returns how the command ended where 20 idle Receives are allowed, without a pause between them.
Result<CommandOutput> hurried(ScriptedHost& host) {
    Attempt attempt;
    return run_task([&](HostDeadline& deadline) -> Task<Result<CommandOutput>> {
        winrm::ShellBudget budget;
        budget.receives.most_idle = 20;
        budget.receives.first = budget.receives.longest = 0ms;
        winrm::Shell shell("https://vm:5986/wsman", host, budget, attempt);
        auto created = co_await shell.create(winrm::ShellOptions(), deadline);
        if (!created) co_return std::move(created).error();
        co_return co_await run_in_shell(shell, "c", "", deadline);
    });
}

} // namespace

TEST_CASE(
    "shell: a host that answers at once and says next to nothing is asked so often", "[winrm][idle]"
) {
    const std::vector<std::pair<std::string, std::function<std::string()>>> ways{
        {"an instant timeout", [] { return fault(2150858793); }},
        {"an empty stream", [] { return streams("", false); }},
        {"one byte", [] { return streams("x", false); }},
        {"no stream", [] { return std::string("<rsp:ReceiveResponse/>"); }},
        {"another answer", [] { return std::string("<rsp:Strange/>"); }},
    };
    for (const auto& [name, body] : ways) {
        INFO(name);
        ScriptedHost host;
        always(host, body);
        const auto output = hurried(host);
        REQUIRE_FALSE(output);
        CHECK(output.error().phase() == Phase::run);
        CHECK(output.error().code() == Errc::protocol_violation);
        CHECK(host.count("Receive") == 20);
    }
}

TEST_CASE("shell: after 16 idle answers each next question waits", "[winrm][idle]") {
    ScriptedHost host;
    always(host, [] { return fault(2150858793); });
    Attempt attempt;
    const auto output = run_task(
        [&](HostDeadline& deadline) -> Task<Result<CommandOutput>> {
            winrm::ShellBudget budget;
            budget.receives.first = 1h;
            winrm::Shell shell("https://vm:5986/wsman", host, budget, attempt);
            auto created = co_await shell.create(winrm::ShellOptions(), deadline);
            if (!created) co_return std::move(created).error();
            co_return co_await run_in_shell(shell, "c", "", deadline);
        },
        2s
    );
    REQUIRE_FALSE(output);
    CHECK(output.error().code() == Errc::timed_out);
    CHECK(host.count("Receive") == 16);
}

TEST_CASE("shell: what a command printed is charged to the host to the byte", "[winrm][bytes]") {
    const auto run = [](std::size_t most, std::size_t& held) {
        ScriptedHost host; // prints "one " and "two"
        Attempt attempt;
        ByteRules rules;
        rules.host = most;
        return run_task([&](HostDeadline& outer) -> Task<Result<CommandOutput>> {
            const auto bytes = std::make_shared<HostBytes>(nullptr, rules);
            HostDeadline deadline(outer.executor(), outer.at(), bytes);
            winrm::Shell shell("https://vm:5986/wsman", host, winrm::ShellBudget(), attempt);
            auto created = co_await shell.create(winrm::ShellOptions(), deadline);
            if (!created) co_return std::move(created).error();
            auto output = co_await run_in_shell(shell, "c", "", deadline);
            held = bytes->held();
            co_return output;
        });
    };
    std::size_t held = 0;
    CHECK(run(7, held)->out == "one two");
    CHECK(held == 7);
    const auto cut = run(6, held);
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code() == Errc::output_limit);
    CHECK(held == 4);
}
