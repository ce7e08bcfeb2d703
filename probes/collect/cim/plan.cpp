// The order of the questions, and what no question answers.
#include "probes/collect/cim/plan.hpp"

#include "core/json.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

struct CimPlan::State {
    explicit State(CimPlanOptions chosen) : options(chosen) {}

    CimPlanOptions options;
    cim_plan::Steps steps;
    bool events_asked = false;
    std::size_t answered = 0; // by rows, not by a refusal
    std::optional<Error> refused;
};

CimPlan::CimPlan(CimPlanOptions options) : state_(std::make_unique<State>(options)) {
    auto& steps = state_->steps;
    const auto* path = options.by_commands ? "sac" : "cim";
    steps.put("/collector", {{"ver", "1"}, {"path", path}});
    cim_plan::ask_system(steps);
    cim_plan::ask_services(steps, options.by_commands);
    cim_plan::ask_security(steps);
    cim_plan::ask_schannel(steps);
    cim_plan::ask_certificates(steps);
    cim_plan::ask_keys(steps);
    cim_plan::ask_policy(steps);
    // Nothing runs on the host, so nobody there can shake hands or list sessions.
    steps.unread("/hs", "unsupported", "");
    steps.unread("/sessions", "unsupported", "");
}

CimPlan::~CimPlan() = default;
CimPlan::CimPlan(CimPlan&&) noexcept = default;
CimPlan& CimPlan::operator=(CimPlan&&) noexcept = default;

std::optional<cim::Request> CimPlan::next() {
    auto request = state_->steps.next();
    if (request || state_->events_asked) return request;
    // Last: the slowest question, and by now the host's clock is known.
    state_->events_asked = true;
    if (state_->options.by_commands) {
        state_->steps.unread("/evt", "skipped", "lean");
        return {};
    }
    cim_plan::ask_events(state_->steps, state_->options.event_hours);
    return state_->steps.next();
}

void CimPlan::answer(Result<cim::Rows> rows) {
    if (rows)
        ++state_->answered;
    else if (!state_->refused)
        state_->refused = rows.error();
    state_->steps.answer(std::move(rows));
}

std::optional<Error> CimPlan::refusal() const {
    if (state_->answered != 0) return {};
    return state_->refused;
}

std::string CimPlan::document() const {
    return dump_json(state_->steps.document());
}

} // namespace rdpsweep
