// Opens an enumeration, pulls it to its end, and gives it up where the rows are too many.
#include "transports/winrm/cim_session.hpp"

#include "core/digest.hpp"

#include <algorithm>
#include <iterator>

namespace rdpsweep::winrm {

namespace {

using namespace std::chrono_literals;

// An answer may come this much after its operation timeout; the host then gave up before we do.
constexpr auto pull_margin = 5s;

// Bounds of ours: the recorded servers sent a whole class in four pages at most.
constexpr std::size_t most_pages = 64;
constexpr std::size_t most_rows = 10'000;

Error too_much() {
    return Error(Phase::run, Errc::output_limit, "the host answers with more rows than we accept");
}

Error no_context() {
    return Error(Phase::run, Errc::protocol_violation, "an enumeration neither ended nor goes on");
}

Error not_allowed() {
    return Error(Phase::run, Errc::unsupported, "not among the CIM requests that only read");
}

void append(cim::Rows& rows, cim::Rows more) {
    rows.insert(
        rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())
    );
}

} // namespace

CimSession::CimSession(std::string endpoint, Poster& poster, Clock::duration step, Attempt& attempt)
    : poster_(poster), step_(step),
      attempt_(attempt), conversation_{std::move(endpoint), random_guid(), {}} {}

std::chrono::seconds CimSession::operation_timeout(const HostDeadline& deadline) const {
    const auto patience = std::min<Clock::duration>(step_, deadline.remaining()) - pull_margin;
    return std::max<std::chrono::seconds>(
        std::chrono::duration_cast<std::chrono::seconds>(patience), 1s
    );
}

Task<Result<CimReply>> CimSession::exchange(Message message, HostDeadline& deadline) {
    ++round_trips_;
    auto response = co_await poster_.post(std::move(message.xml), deadline, step_);
    if (!response) co_return std::move(response).error();
    attempt_.enter(Phase::run);
    auto reply = read_cim_reply(response->body, message.id);
    if (!reply) co_return std::move(reply).error();
    if (reply->fault) co_return error_of(*reply->fault, Phase::run);
    co_return reply;
}

Task<void> CimSession::give_up(Enumeration enumeration, HostDeadline& deadline) {
    auto message = release(conversation_, enumeration, operation_timeout(deadline));
    // Whatever the host says to that: it forgets the enumeration after four minutes anyway.
    (void)co_await exchange(std::move(message), deadline);
}

Task<Result<cim::Rows>> CimSession::ask(cim::Request request, HostDeadline& deadline) {
    if (!cim::reads_only(request)) co_return not_allowed();
    auto first = ask_cim(conversation_, request, operation_timeout(deadline));
    auto reply = co_await exchange(std::move(first), deadline);
    if (!reply) co_return std::move(reply).error();
    auto rows = std::move(reply->instances);
    Enumeration enumeration;
    enumeration.name_space = std::move(request.name_space);
    bool asked_again = false;
    for (std::size_t pages = 1; reply->more; ++pages) {
        // No new context and no end: the old context is worth one more try, not two.
        if (reply->context.empty() && (asked_again || enumeration.context.empty())) {
            co_return no_context();
        }
        asked_again = reply->context.empty();
        if (!asked_again) enumeration.context = reply->context;
        if (pages == most_pages || rows.size() > most_rows) {
            co_await give_up(std::move(enumeration), deadline);
            co_return too_much();
        }
        auto next = pull(conversation_, enumeration, operation_timeout(deadline));
        reply = co_await exchange(std::move(next), deadline);
        if (!reply) co_return std::move(reply).error();
        append(rows, std::move(reply->instances));
    }
    if (rows.size() > most_rows) co_return too_much();
    co_return std::move(rows);
}

} // namespace rdpsweep::winrm
