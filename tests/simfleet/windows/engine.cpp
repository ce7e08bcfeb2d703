// Speaks to the child in lines of JSON.
#include "tests/simfleet/windows/engine.hpp"

#include "tests/simfleet/windows/dump.hpp"

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <ctime>

namespace simfleet {

namespace asio = rdpsweep::asio;
using nlohmann::json;
using rdpsweep::Result;
using rdpsweep::Task;

namespace {

using namespace std::chrono_literals;

constexpr auto longest_run = 60s;
constexpr std::size_t longest_answer = 8u << 20;

Execution failure(std::string why) {
    Execution done;
    done.powershell = true;
    done.exit_code = 1;
    done.err = std::move(why);
    return done;
}

// What follows "powershell.exe" on the command line.
std::string arguments_of(const std::string& line) {
    const auto at = line.find("powershell");
    const auto space = at == std::string::npos ? at : line.find(' ', at);
    return space == std::string::npos ? std::string{} : line.substr(space + 1);
}

std::string request_of(const Job& job) {
    json request{
        {"machine", json::parse(machine_line(job.vm, std::time(nullptr)))},
        {"command", arguments_of(job.line)},
        {"environment", json::object()}};
    for (const auto& [name, value] : job.environment)
        request["environment"][name] = value;
    if (job.input) request["input"] = *job.input;
    return request.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

Execution execution_of(const std::string& line) {
    const auto answer = json::parse(line, nullptr, false);
    if (!answer.is_object()) return failure("the PowerShell engine gave no answer");
    Execution done;
    done.powershell = true;
    done.out = answer.value("out", "");
    done.err = answer.value("err", "");
    done.exit_code = answer.value("exit", 1u);
    return done;
}

} // namespace

Result<std::shared_ptr<Engine>>
Engine::start(asio::io_context& io, const std::vector<std::string>& program) {
    auto child = start_piped(program);
    if (!child) return std::move(child).error();
    return std::shared_ptr<Engine>(new Engine(io, *child));
}

Engine::Engine(asio::io_context& io, const PipedChild& child)
    : io_(io), to_child_(io, child.input), from_child_(io, child.output), patience_(io),
      child_(child.process) {}

Engine::~Engine() {
    end_child(child_);
}

void Engine::run(const Job& job, Answer answer) {
    orders_.push_back({request_of(job), std::move(answer)});
    if (working_) return;
    working_ = true;
    auto self = shared_from_this();
    asio::co_spawn(
        io_, [self = std::move(self)] { return self->work(); }, asio::detached
    );
}

Task<void> Engine::work() {
    const auto self = shared_from_this();
    while (!orders_.empty()) {
        Order order = std::move(orders_.front());
        orders_.pop_front();
        const std::string line = co_await exchange(order.request);
        order.answer(execution_of(line));
    }
    working_ = false;
}

// The answer's line; empty when none came. A child that is late is ended: its next answer would
// belong to somebody else.
Task<std::string> Engine::exchange(const std::string& request) {
    patience_.expires_after(longest_run);
    patience_.async_wait([this](boost::system::error_code ec) {
        if (!ec) kill(child_, SIGKILL);
    });
    boost::system::error_code ec;
    co_await asio::async_write(
        to_child_, asio::buffer(request), asio::redirect_error(asio::use_awaitable, ec)
    );
    std::size_t length = 0;
    if (!ec) {
        auto buffer = asio::dynamic_buffer(unread_, longest_answer);
        length = co_await asio::async_read_until(
            from_child_, buffer, '\n', asio::redirect_error(asio::use_awaitable, ec)
        );
    }
    patience_.cancel();
    if (ec) co_return std::string{};
    std::string line = unread_.substr(0, length);
    unread_.erase(0, length);
    co_return line;
}

} // namespace simfleet
