// Lets few connections at a time through one door: sshd refuses new ones while too many have not
// logged in yet (MaxStartups, 10 by default).
#pragma once

#include "core/host_deadline.hpp"

#include <cstddef>
#include <list>
#include <memory>

namespace rdpsweep::ssh {

class Doorway {
public:
    explicit Doorway(std::size_t most) noexcept : most_(most) {}

    Doorway(const Doorway&) = delete;
    Doorway& operator=(const Doorway&) = delete;

    // Leaves on destruction.
    class Pass {
    public:
        explicit Pass(Doorway* door) noexcept : door_(door) {}

        Pass(Pass&& other) noexcept : door_(std::exchange(other.door_, nullptr)) {}

        Pass& operator=(Pass&&) = delete;

        ~Pass() {
            if (door_ != nullptr) door_->leave();
        }

        // False: the deadline passed first.
        explicit operator bool() const noexcept { return door_ != nullptr; }

    private:
        Doorway* door_;
    };

    Task<Pass> enter(HostDeadline& deadline);

private:
    void leave() noexcept;

    std::size_t most_;
    std::size_t inside_ = 0;
    std::list<std::shared_ptr<asio::steady_timer>> waiting_;
};

} // namespace rdpsweep::ssh
