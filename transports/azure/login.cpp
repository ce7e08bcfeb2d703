// Reads the environment's variables in their order, and falls back to the machine and to azure-cli.
#include "transports/azure/login.hpp"

#include "transports/azure/client_credentials.hpp"
#include "transports/azure/managed_identity.hpp"
#include "transports/azure/small_file.hpp"

namespace rdpsweep::azure {

namespace {

using Source = std::unique_ptr<TokenSource>;

std::string said(const LoginServices& services, const char* name) {
    return services.environment(name).value_or(std::string());
}

Error lacks(const std::string& what) {
    return Error(Phase::config, Errc::unsupported, "the environment holds no " + what)
        .with_hint("set AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, "
                   "AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE");
}

Result<Source> from_environment(const LoginServices& services) {
    ServicePrincipal principal;
    principal.tenant = said(services, "AZURE_TENANT_ID");
    principal.client = said(services, "AZURE_CLIENT_ID");
    if (principal.tenant.empty()) return lacks("AZURE_TENANT_ID");
    if (principal.client.empty()) return lacks("AZURE_CLIENT_ID");
    const auto certificate = said(services, "AZURE_CLIENT_CERTIFICATE_PATH");
    const auto federated = said(services, "AZURE_FEDERATED_TOKEN_FILE");
    if (auto secret = said(services, "AZURE_CLIENT_SECRET"); !secret.empty()) {
        principal.proof.emplace<ClientSecret>(Secret(std::move(secret)));
    } else if (!certificate.empty()) {
        auto pem = read_secret_file(certificate, "AZURE_CLIENT_CERTIFICATE_PATH");
        if (!pem) return std::move(pem).error();
        principal.proof.emplace<ClientCertificatePem>(std::move(*pem));
    } else if (!federated.empty()) {
        principal.proof.emplace<FederatedTokenFile>(federated);
    } else {
        return lacks("proof for the application");
    }
    return make_service_principal(services.rest, services.cloud, std::move(principal));
}

Result<Source> from_machine(const LoginServices& services) {
    auto identity = find_machine(services.environment, said(services, "AZURE_CLIENT_ID"));
    if (!identity) return std::move(identity).error();
    return make_managed_identity(
        services.rest, services.cloud, std::move(*identity), arc_key_folder
    );
}

// The machine's identity where there is one; else az. Which of them it is, the first fetch shows.
class MachineOrCli final : public TokenSource {
public:
    MachineOrCli(Source machine, Source cli) : machine_(std::move(machine)), cli_(std::move(cli)) {}

    [[nodiscard]] std::string describe() const override {
        return chosen_ != nullptr ? chosen_->describe()
                                  : machine_->describe() + ", or " + cli_->describe();
    }

    Task<Result<AccessToken>> fetch(HostDeadline& deadline) override {
        if (chosen_ != nullptr) co_return co_await chosen_->fetch(deadline);
        auto token = co_await machine_->fetch(deadline);
        if (token || deadline.aborted()) {
            chosen_ = machine_.get();
            co_return token;
        }
        auto other = co_await cli_->fetch(deadline);
        if (other)
            chosen_ = cli_.get();
        else if (answered(token.error()))
            co_return std::move(token).error();
        co_return other;
    }

private:
    // Somebody is there and says no: that is the error to tell.
    static bool answered(const Error& error) { return error.phase() == Phase::authenticate; }

    Source machine_;
    Source cli_;
    TokenSource* chosen_ = nullptr;
};

} // namespace

Result<Source> login(LoginKind kind, const LoginServices& services) {
    const bool application =
        !said(services, "AZURE_TENANT_ID").empty() && !said(services, "AZURE_CLIENT_ID").empty();
    if (kind == LoginKind::environment || (kind == LoginKind::automatic && application)) {
        return from_environment(services);
    }
    auto cli = make_az_cli(services.cloud, said(services, "AZURE_TENANT_ID"), services.run);
    if (kind == LoginKind::cli) return cli;
    auto machine = from_machine(services);
    if (!machine || kind == LoginKind::managed_identity) return machine;
    return Source(std::make_unique<MachineOrCli>(std::move(*machine), std::move(cli)));
}

} // namespace rdpsweep::azure
