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

// Pages of one host. A row makes a page worth its while; servers were seen that answer the first
// question without one.
constexpr IdleRules page_rules{.worth = 1, .most = 16'384};

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
      attempt_(attempt), conversation_{std::move(endpoint), random_guid(), {}}, pages_(page_rules) {
}

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

// Charges the rows, of which the page that just came brought the last ones.
Task<Status> CimSession::keep(const cim::Rows& rows, std::size_t fresh, HostDeadline& deadline) {
    std::size_t bytes = held_.bytes();
    for (auto at = rows.size() - fresh; at < rows.size(); ++at)
        bytes += cim::bytes_of(rows[at]);
    co_return co_await held_.hold(bytes, deadline);
}

// Takes the rows of reply and of all pages behind it. Where it stops before the end, enumeration
// has the context that is still open.
Task<Status> CimSession::read_pages(
    CimReply reply, Enumeration& enumeration, cim::Rows& rows, HostDeadline& deadline
) {
    bool asked_again = false;
    for (std::size_t pages = 1;; ++pages) {
        // No new context and no end: the old context is worth one more try, not two.
        const bool stuck = asked_again || enumeration.context.empty();
        if (reply.more && reply.context.empty() && stuck) co_return no_context();
        asked_again = reply.context.empty();
        if (!asked_again || !reply.more) enumeration.context = reply.more ? reply.context : "";
        const auto fresh = reply.instances.size();
        append(rows, std::move(reply.instances));
        auto kept = co_await keep(rows, fresh, deadline);
        if (!kept) co_return kept;
        if (rows.size() > most_rows || (reply.more && pages == most_pages)) co_return too_much();
        if (!reply.more) co_return Status();
        auto paced = co_await pages_.pass(fresh, deadline);
        if (!paced) co_return paced;
        auto next = pull(conversation_, enumeration, operation_timeout(deadline));
        auto answer = co_await exchange(std::move(next), deadline);
        if (!answer) co_return std::move(answer).error();
        reply = *std::move(answer);
    }
}

Task<Result<cim::Rows>> CimSession::ask(cim::Request request, HostDeadline& deadline) {
    if (!cim::reads_only(request)) co_return not_allowed();
    held_ = HeldBytes(deadline.bytes());
    auto first = ask_cim(conversation_, request, operation_timeout(deadline));
    auto reply = co_await exchange(std::move(first), deadline);
    if (!reply) co_return std::move(reply).error();
    Enumeration enumeration;
    enumeration.name_space = std::move(request.name_space);
    cim::Rows rows;
    auto read = co_await read_pages(*std::move(reply), enumeration, rows, deadline);
    if (read) co_return std::move(rows);
    const auto& error = read.error();
    const bool ours = error.phase() == Phase::run && error.code() == Errc::output_limit;
    if (ours && !enumeration.context.empty()) {
        co_await give_up(std::move(enumeration), deadline);
    }
    co_return std::move(read).error();
}

} // namespace rdpsweep::winrm
