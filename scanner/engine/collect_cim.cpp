// Asks the questions of the CIM collector, one after the other.
#include "scanner/engine/collect_cim.hpp"

#include "probes/collect/cim/plan.hpp"

#include <utility>

namespace rdpsweep {
namespace {

// Tells whether the host answered, if only that it will not or that it has too much to say.
bool is_answer(const Error& error) {
    return error.native().starts_with("WSManFault") || error.code() == Errc::output_limit ||
           error.code() == Errc::unsupported;
}

} // namespace

Task<Result<std::string>> ask_all(CimClient& client, Questions questions, HostDeadline& deadline) {
    CimPlanOptions options;
    options.by_commands = questions == Questions::cmd;
    CimPlan plan(options);
    // The plan keeps of an answer what it needs; nobody counts that, so all of it is.
    HeldBytes kept(deadline.bytes(), limits::host_bytes);
    while (auto question = plan.next()) {
        auto rows = co_await client.ask(*std::move(question), deadline);
        if (!rows && !is_answer(rows.error())) co_return std::move(rows).error();
        if (rows) {
            auto bytes = kept.bytes();
            for (const auto& row : *rows)
                bytes += cim::bytes_of(row);
            auto held = co_await kept.hold(bytes, deadline);
            if (!held) co_return std::move(held).error();
        }
        plan.answer(std::move(rows));
    }
    if (auto refused = plan.refusal()) co_return *std::move(refused);
    co_return plan.document();
}

} // namespace rdpsweep
