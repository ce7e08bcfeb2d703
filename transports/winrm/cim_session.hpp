// Asks one host CIM questions, one after the other: an NTLM connection takes no two at a time.
#pragma once

#include "core/idle_exchanges.hpp"
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

    // Asks one request; an enumeration that is given up is released. Its rows are charged to the
    // host until the next one. Pages without a row are bounded, and are not asked for at once.
    Task<Result<cim::Rows>> ask(cim::Request request, HostDeadline& deadline) override;

    [[nodiscard]] std::size_t round_trips() const noexcept override { return round_trips_; }

private:
    Task<Result<CimReply>> exchange(Message message, HostDeadline& deadline);
    Task<Status> keep(const cim::Rows& rows, std::size_t fresh, HostDeadline& deadline);
    Task<Status>
    read_pages(CimReply reply, Enumeration& enumeration, cim::Rows& rows, HostDeadline& deadline);
    Task<void> give_up(Enumeration enumeration, HostDeadline& deadline);
    [[nodiscard]] std::chrono::seconds operation_timeout(const HostDeadline& deadline) const;

    Poster& poster_;
    Clock::duration step_;
    Attempt& attempt_;
    Conversation conversation_;
    std::size_t round_trips_ = 0;
    HeldBytes held_;      // the rows of the last answer
    IdleExchanges pages_; // of all questions: those without a row are idle
};

} // namespace rdpsweep::winrm
