// Shells obey the order and the quotas of a Windows server.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/winrm/shell_host.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;
using namespace std::chrono_literals;
namespace asio = rdpsweep::asio;

namespace {

const std::string script = "RDPSWEEP1";

rdpsweep::Task<void> keep(rdpsweep::Task<ShellHost::Reply> task, ShellHost::Reply& out) {
    out = co_await std::move(task);
}

struct Bench {
    Vm vm;
    Stats stats{1};
    ShellHost shells{stats};
    Caller caller{"SIM\\sweeper", "127.0.0.1", "https://h/wsman"};
    SoapRequest request;

    explicit Bench(Manner manner = Manner::polite) {
        vm.name = "web-1";
        vm.state = std::make_shared<State>();
        vm.wire.manner = manner;
        request.message_id = "uuid:1";
        request.output_streams = "stdout stderr";
        request.environment = {{"RDPSWEEP_SCRIPT", script}, {"RDPSWEEP_NONCE", "n"}};
        request.operation_timeout = 30s; // one that has to pass is set where it does
        request.signal = "terminate";
        request.command = "powershell";
        request.arguments = {"-Command", "\"Invoke-Expression $env:RDPSWEEP_SCRIPT\""};
    }

    static std::string between(const std::string& text, const std::string& from) {
        const auto at = text.find(from);
        if (at == std::string::npos) return {};
        return text.substr(at + from.size(), text.find('<', at + from.size()) - at - from.size());
    }

    std::uint32_t create() {
        const auto reply = shells.create(vm, request, caller);
        if (const auto* failed = std::get_if<SoapFault>(&reply)) return failed->code;
        request.shell_id = between(*std::get_if<std::string>(&reply), "<rsp:ShellId>");
        return 0;
    }

    std::uint32_t command() {
        const auto reply = shells.command(vm, request, caller);
        if (const auto* failed = std::get_if<SoapFault>(&reply)) return failed->code;
        request.command_id = between(*std::get_if<std::string>(&reply), "<rsp:CommandId>");
        return 0;
    }

    ShellHost::Reply receive() {
        asio::io_context io(1);
        ShellHost::Reply reply;
        asio::co_spawn(io, keep(shells.receive(vm, request, caller), reply), asio::detached);
        io.run();
        return reply;
    }

    std::uint32_t receive_code() {
        const auto reply = receive();
        const auto* failed = std::get_if<SoapFault>(&reply);
        return failed == nullptr ? 0 : failed->code;
    }

    std::uint32_t remove() {
        const auto reply = shells.remove(vm, request, caller);
        const auto* failed = std::get_if<SoapFault>(&reply);
        return failed == nullptr ? 0 : failed->code;
    }
};

// All bytes of one stream in a ReceiveResponse, and how many elements brought them.
std::string stream_bytes(const std::string& body, const std::string& name, std::size_t& elements) {
    std::string out;
    const std::string open = "<rsp:Stream Name=\"" + name + "\"";
    for (auto at = body.find(open); at != std::string::npos; at = body.find(open, at + 1)) {
        const auto begin = body.find('>', at) + 1;
        const auto text = body.substr(begin, body.find('<', begin) - begin);
        if (text.empty()) continue;
        out += *rdpsweep::base64_decode(text);
        ++elements;
    }
    return out;
}

} // namespace

TEST_CASE("simfleet shell: a polite visit leaves nothing behind", "[simfleet]") {
    Bench bench;
    REQUIRE(bench.create() == 0);
    REQUIRE(bench.command() == 0);
    const auto reply = bench.receive();
    const auto* body = std::get_if<std::string>(&reply);
    REQUIRE(body != nullptr);
    std::size_t elements = 0;
    CHECK(stream_bytes(*body, "stdout", elements).starts_with("RDPSWEEP1 n "));
    CHECK(body->find("CommandState/Done\"><rsp:ExitCode>0</rsp:ExitCode>") != std::string::npos);
    const auto signalled = bench.shells.signal(bench.vm, bench.request);
    CHECK(std::holds_alternative<std::string>(signalled));
    CHECK(bench.remove() == 0);
    CHECK(bench.stats.violations() == 0);
    CHECK(bench.stats.shells_open() == 0);
}

TEST_CASE("simfleet shell: the wrong order and wrong ids have their faults", "[simfleet]") {
    Bench bench;
    bench.request.shell_id = "NO-SUCH";
    CHECK(bench.command() == fault::unexpected_selectors);
    CHECK(bench.receive_code() == fault::unexpected_selectors);
    CHECK(bench.remove() == fault::unexpected_selectors);
    REQUIRE(bench.create() == 0);
    CHECK(bench.receive_code() == fault::invalid_parameter); // before any Command
    REQUIRE(bench.command() == 0);
    bench.request.command_id = "NO-SUCH";
    CHECK(bench.receive_code() == fault::unexpected_selectors);
    CHECK(bench.stats.shells_open() == 1);
}

TEST_CASE("simfleet shell: Delete without Signal is noticed", "[simfleet]") {
    Bench bench;
    bench.create();
    bench.command();
    CHECK(bench.receive_code() == 0);
    CHECK(bench.remove() == 0);
    CHECK(bench.stats.violations() == 1);
}

TEST_CASE("simfleet shell: a second Receive after Done is noticed", "[simfleet]") {
    Bench bench;
    bench.create();
    bench.command();
    CHECK(bench.receive_code() == 0);
    CHECK(bench.receive_code() == 0);
    CHECK(bench.stats.violations() == 1);
}

TEST_CASE("simfleet shell: an answer may be lost with its connection", "[simfleet]") {
    Bench bench;
    bench.caller.connection = 1;
    bench.create();
    bench.command();
    CHECK(bench.receive_code() == 0);
    bench.caller.connection = 2;
    SECTION("then the same is asked again") {
        CHECK(bench.receive_code() == 0);
        CHECK(bench.stats.violations() == 0);
        CHECK(bench.receive_code() == 0); // now it is known
        CHECK(bench.stats.violations() == 1);
    }
    SECTION("or the shell is deleted by who does not know that the command is over") {
        CHECK(bench.remove() == 0);
        CHECK(bench.stats.violations() == 0);
    }
}

TEST_CASE("simfleet shell: quotas", "[simfleet]") {
    SECTION("thirty shells a user") {
        Bench bench;
        for (int shell = 0; shell < 30; ++shell)
            REQUIRE(bench.create() == 0);
        CHECK(bench.create() == fault::quota_shells);
    }
    SECTION("twice, then well") {
        Bench bench{Manner::quota_shells};
        CHECK(bench.create() == fault::quota_shells);
        CHECK(bench.create() == fault::quota_shells);
        CHECK(bench.create() == 0);
    }
    SECTION("forever") {
        Bench bench{Manner::quota_forever};
        for (int attempt = 0; attempt < 5; ++attempt) {
            CHECK(bench.create() == fault::quota_shells);
        }
    }
    SECTION("no rights, no shells") {
        CHECK(Bench{Manner::not_authorized}.create() == fault::access_denied);
        CHECK(Bench{Manner::shells_forbidden}.create() == fault::shells_forbidden);
    }
}

TEST_CASE("simfleet shell: a slow script times out twice, then answers", "[simfleet]") {
    Bench bench{Manner::slow_script};
    SECTION("after the server's own time") {
        bench.shells.set_slow_receive(1ms);
    }
    SECTION("or the client's, if that is shorter") {
        bench.shells.set_slow_receive(1h);
        bench.request.operation_timeout = 1ms;
    }
    bench.create();
    bench.command();
    CHECK(bench.receive_code() == fault::timed_out);
    CHECK(bench.receive_code() == fault::timed_out);
    CHECK(bench.receive_code() == 0);
}

TEST_CASE("simfleet shell: output comes when powershell has started, not before", "[simfleet]") {
    Bench bench;
    SECTION("not before") {
        bench.vm.wire.powershell_start = 1h;
        bench.request.operation_timeout = 1ms;
        bench.create();
        bench.command();
        CHECK(bench.receive_code() == fault::timed_out);
        CHECK(bench.receive_code() == fault::timed_out);
    }
    SECTION("then") {
        bench.vm.wire.powershell_start = 20ms;
        bench.create();
        const auto begun = rdpsweep::Clock::now();
        bench.command();
        CHECK(bench.receive_code() == 0);
        CHECK(rdpsweep::Clock::now() - begun >= 20ms);
    }
}

TEST_CASE("simfleet shell: while scripts are held no output comes", "[simfleet]") {
    Bench bench;
    bench.create();
    bench.command();
    SECTION("however often it is asked for") {
        bench.shells.hold(true);
        bench.request.operation_timeout = 1ms;
        CHECK(bench.receive_code() == fault::timed_out);
        CHECK(bench.receive_code() == fault::timed_out);
        bench.shells.hold(false);
        CHECK(bench.receive_code() == 0);
    }
    SECTION("and whoever waits gets it when they are let go") {
        bench.shells.hold(true);
        asio::io_context io(1);
        ShellHost::Reply reply;
        asio::co_spawn(
            io,
            keep(bench.shells.receive(bench.vm, bench.request, bench.caller), reply),
            asio::detached
        );
        io.poll();
        const auto told = bench.stats.json();
        CHECK(told.find("\"receives_waiting\": 1,") != std::string::npos);
        CHECK(told.find("\"held\": true,") != std::string::npos);
        bench.shells.hold(false);
        io.poll();
        const auto* body = std::get_if<std::string>(&reply);
        REQUIRE(body != nullptr);
        CHECK(body->find("CommandState/Done") != std::string::npos);
        CHECK(bench.stats.json().find("\"receives_waiting\": 0,") != std::string::npos);
    }
}

TEST_CASE("simfleet shell: split output is whole when joined", "[simfleet]") {
    Bench bench{Manner::split_output};
    bench.create();
    bench.command();
    std::string out;
    std::size_t elements = 0;
    int answers = 0;
    for (bool done = false; !done; ++answers) {
        const auto reply = bench.receive();
        const auto* body = std::get_if<std::string>(&reply);
        REQUIRE(body != nullptr);
        out += stream_bytes(*body, "stdout", elements);
        done = body->find("CommandState/Done") != std::string::npos;
    }
    CHECK(answers >= 3);
    CHECK(elements > 5);
    CHECK(out.find("RDPSWEEP1 n ") != std::string::npos);
    CHECK(out.back() == '\n');
}

TEST_CASE("simfleet shell: no answer exceeds what the client takes", "[simfleet]") {
    Bench bench;
    bench.request.max_envelope = 8192;
    bench.request.command = "echo";
    bench.request.arguments = {std::string(8000, 'x')};
    bench.create();
    bench.command();
    std::string out;
    std::size_t elements = 0;
    for (bool done = false; !done;) {
        const auto reply = bench.receive();
        const auto* body = std::get_if<std::string>(&reply);
        REQUIRE(body != nullptr);
        REQUIRE(body->size() < 8192 - 1024);
        out += stream_bytes(*body, "stdout", elements);
        done = body->find("CommandState/Done") != std::string::npos;
    }
    CHECK(out == std::string(8000, 'x') + "\r\n");
}

TEST_CASE("simfleet shell: Delete ends a Receive that waits", "[simfleet]") {
    Bench bench;
    bench.request.command = "powershell";
    bench.request.arguments = {"-Command", "-"}; // waits for stdin
    bench.request.operation_timeout = 30s;
    bench.create();
    bench.command();
    asio::io_context io(1);
    ShellHost::Reply reply;
    asio::co_spawn(
        io, keep(bench.shells.receive(bench.vm, bench.request, bench.caller), reply), asio::detached
    );
    asio::post(io, [&bench] { bench.remove(); });
    io.run();
    const auto* failed = std::get_if<SoapFault>(&reply);
    REQUIRE(failed != nullptr);
    CHECK(failed->code == fault::operation_aborted);
}

TEST_CASE("simfleet shell: stdin feeds a waiting powershell", "[simfleet]") {
    Bench bench;
    bench.request.arguments = {"-Command", "-"};
    bench.create();
    bench.command();
    bench.request.data = script;
    bench.request.end_of_input = true;
    bench.shells.send(bench.vm, bench.request, bench.caller);
    CHECK(bench.receive_code() == 0);
}
