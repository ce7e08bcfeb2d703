// Asks one host CIM questions, one after the other: an NTLM connection takes no two at a time.
#pragma once

#include "transports/transport.hpp"
#include "transports/winrm/connection.hpp"
#include "transports/winrm/wsman_cim.hpp"

namespace rdpsweep::winrm {

class CimSession final : public CimClient {
public:
    // endpoint is https://host:port/wsman. step limits one exchange. poster and attempt must
    // outlive it; attempt enters Phase::run with the first answer: until then we are
    // authenticating.
    CimSession(std::string endpoint, Poster& poster, Clock::duration step, Attempt& attempt);

    // Asks one request; an enumeration that is given up is released.
    Task<Result<cim::Rows>> ask(cim::Request request, HostDeadline& deadline) override;

    [[nodiscard]] std::size_t round_trips() const noexcept override { return round_trips_; }

private:
    Task<Result<CimReply>> exchange(Message message, HostDeadline& deadline);
    Task<void> give_up(Enumeration enumeration, HostDeadline& deadline);
    [[nodiscard]] std::chrono::seconds operation_timeout(const HostDeadline& deadline) const;

    Poster& poster_;
    Clock::duration step_;
    Attempt& attempt_;
    Conversation conversation_;
    std::size_t round_trips_ = 0;
};

} // namespace rdpsweep::winrm
