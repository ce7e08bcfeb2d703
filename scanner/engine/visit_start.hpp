// What an attempt waits for between its connection and its work.
#pragma once

#include "core/arrival.hpp"
#include "scanner/engine/visit.hpp"

namespace rdpsweep {

// First a place among the hosts at work, then its turn to show a credential. Always in this order,
// so that no two hosts wait for each other.
class Visit::Start final : public Arrival {
public:
    // turn: null where no credential is shown; when says by what. All must outlive it.
    Start(Visit& visit, LoginGate::Turn* turn, Login when, HostDeadline& deadline)
        : visit_(visit), turn_(turn), when_(when), deadline_(deadline) {}

    // Error{connect, cancelled} when there was no place before the deadline ended, Error{
    // authenticate, held_back} when the credential may not be shown.
    Task<Status> arrive() override;

    // Waits until the session that was opened may be used; errors are those of arrive().
    Task<Status> use();

private:
    Task<Status> take_place();
    Task<Status> take_turn();

    Visit& visit_;
    LoginGate::Turn* turn_;
    Login when_;
    HostDeadline& deadline_;
    std::optional<Status> arrived_;
};

} // namespace rdpsweep
