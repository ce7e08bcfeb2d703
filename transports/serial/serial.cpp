// Holds the Transport alone: it opens one SerialSession a VM.
#include "transports/serial/serial.hpp"

#include "transports/serial/session.hpp"

#include <optional>

namespace rdpsweep::serial {

namespace {

class SerialTransport final : public Transport {
public:
    explicit SerialTransport(Services& services) : services_(services) {
        if (services.azure != nullptr) console_.emplace(*services.azure);
    }

    [[nodiscard]] std::string_view name() const noexcept override { return transport_name; }

    [[nodiscard]] Login login() const noexcept override { return Login::on_open; }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential& credential, HostDeadline& deadline, Attempt& attempt
    ) override {
        if (!console_ || target.vm.empty()) {
            co_return Error(Phase::config, Errc::unsupported, "the target has no ARM id")
                .with_hint("give it vm: /subscriptions/...");
        }
        const Errand errand{target, credential, attempt, deadline};
        auto session = std::make_unique<SerialSession>(services_, *console_, errand);
        auto begun = co_await session->begin(deadline);
        if (!begun) co_return std::move(begun).error();
        co_return std::unique_ptr<Session>(std::move(session));
    }

private:
    Services& services_;

    std::optional<ArmConsole> console_;
};

} // namespace

Result<std::unique_ptr<Transport>> make_serial(Services& services) {
    return std::unique_ptr<Transport>(std::make_unique<SerialTransport>(services));
}

} // namespace rdpsweep::serial
