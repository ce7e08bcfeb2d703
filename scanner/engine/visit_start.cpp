// Waits in two lines, once an attempt.
#include "scanner/engine/visit_start.hpp"

namespace rdpsweep {

namespace {

// Returns a held-back Error; the sweep says why when it reports the host as not attempted.
Error not_shown() {
    return Error(
        Phase::authenticate,
        Errc::held_back,
        "other hosts had not yet shown whether the credential is good"
    );
}

Error no_place() {
    return Error(Phase::connect, Errc::cancelled, "the run ended before its work began");
}

} // namespace

Task<Status> Visit::Start::take_place() {
    auto* const admission = visit_.services_.admission;
    if (admission == nullptr || visit_.place_) co_return Status();
    visit_.place_ = co_await admission->work(visit_.result_.index, deadline_);
    if (!visit_.place_) co_return no_place();
    co_return Status();
}

Task<Status> Visit::Start::take_turn() {
    if (turn_ == nullptr) co_return Status();
    const bool may_log_in = co_await turn_->come(deadline_);
    if (!may_log_in) co_return not_shown();
    co_return Status();
}

Task<Status> Visit::Start::arrive() {
    if (arrived_) co_return *arrived_;
    auto status = co_await take_place();
    if (status && when_ == Login::on_open) status = co_await take_turn();
    arrived_ = status;
    co_return status;
}

Task<Status> Visit::Start::use() {
    auto status = co_await arrive();
    if (status && when_ == Login::on_use) status = co_await take_turn();
    co_return status;
}

} // namespace rdpsweep
