// Builds each platform's request, and answers Azure Arc's challenge with the key from its file.
#include "transports/azure/managed_identity.hpp"

#include "core/text.hpp"
#include "transports/azure/client_credentials.hpp"
#include "transports/azure/small_file.hpp"

#include <ctime>

namespace rdpsweep::azure {

namespace {

// A machine outside Azure has nobody at 169.254.169.254: it must not take half a minute to find
// out.
constexpr auto patience = std::chrono::seconds(3);
constexpr std::size_t most_answer = 64u << 10;
constexpr std::size_t most_key = 4096;

// "C:\x\y.key" or "/x/y.key" gives "y.key"; empty unless it ends in .key.
std::string key_file_name(std::string_view path) {
    auto name = path.substr(path.find_last_of("/\\") + 1);
    return name.ends_with(".key") && name.size() > 4 ? std::string(name) : std::string();
}

// The path in: WWW-Authenticate: Basic realm=/var/opt/azcmagent/tokens/x.key
std::string_view realm_of(std::string_view challenge) {
    constexpr std::string_view sign = "realm=";
    const auto at = ascii_lower(challenge).find(sign);
    if (at == std::string::npos) return {};
    auto realm = challenge.substr(at + sign.size());
    realm = realm.substr(0, realm.find(','));
    while (realm.starts_with('"'))
        realm.remove_prefix(1);
    while (realm.ends_with('"'))
        realm.remove_suffix(1);
    return realm;
}

class ManagedIdentitySource final : public TokenSource {
public:
    ManagedIdentitySource(
        Rest& rest, const Cloud& cloud, ManagedIdentity identity, std::string key_folder
    )
        : rest_(rest), cloud_(cloud), identity_(std::move(identity)),
          key_folder_(std::move(key_folder)) {}

    [[nodiscard]] std::string describe() const override {
        static constexpr const char* kinds[] = {"VM", "App Service", "Arc server"};
        auto said = std::string("managed identity of this ") +
                    kinds[static_cast<std::size_t>(identity_.kind)];
        if (!identity_.client.empty()) said += ", client " + identity_.client;
        return said;
    }

    Task<Result<AccessToken>> fetch(HostDeadline& deadline) override {
        auto first = make_request();
        auto answer = co_await rest_.send(std::move(first), deadline);
        const bool challenged =
            answer && identity_.kind == MachineKind::arc && answer->status == 401;
        if (challenged) {
            auto second = answer_challenge(answer->header("www-authenticate"));
            if (!second) co_return std::move(second).error();
            answer = co_await rest_.send(std::move(*second), deadline);
        }
        if (!answer) co_return std::move(answer).error();
        if (answer->status != 200) co_return token_refused(answer->status, answer->body);
        auto token = parse_token(answer->body, std::time(nullptr));
        cleanse(answer->body);
        co_return token;
    }

private:
    RestRequest make_request() const {
        Headers query{{"api-version", version()}, {"resource", cloud_.audience}};
        if (!identity_.client.empty()) query.emplace_back("client_id", identity_.client);
        RestRequest request;
        request.url = identity_.endpoint + "?" + form_encode(query);
        // Automation's App Service wants it too.
        request.headers.emplace_back("Metadata", "true");
        if (identity_.kind == MachineKind::app_service) {
            request.headers.emplace_back("X-IDENTITY-HEADER", identity_.header);
        }
        request.direct = true;
        request.step = patience;
        request.most_bytes = most_answer;
        return request;
    }

    [[nodiscard]] std::string version() const {
        switch (identity_.kind) {
        case MachineKind::app_service:
            return "2019-08-01";
        case MachineKind::arc:
            return "2020-06-01";
        case MachineKind::vm:
            break;
        }
        return "2018-02-01";
    }

    Result<RestRequest> answer_challenge(std::string_view challenge) const {
        const auto name = key_file_name(realm_of(challenge));
        if (name.empty()) {
            return Error(
                Phase::authenticate, Errc::protocol_violation, "the Arc agent named no key file"
            );
        }
        auto key = read_secret_file(key_folder_ + "/" + name, "the Arc agent's key", most_key);
        if (!key) {
            return std::move(key).error().with_hint("run as root or as a member of the group himds"
            );
        }
        auto request = make_request();
        request.headers.emplace_back("Authorization", "Basic " + std::string(key->reveal()));
        return request;
    }

    Rest& rest_;
    const Cloud& cloud_;
    ManagedIdentity identity_;
    std::string key_folder_;
};

} // namespace

Result<ManagedIdentity> find_machine(const Environment& environment, std::string client) {
    const auto said = [&environment](const char* name) {
        return environment(name).value_or(std::string());
    };
    ManagedIdentity identity;
    identity.client = std::move(client);
    identity.endpoint = said("IDENTITY_ENDPOINT");
    identity.header = said("IDENTITY_HEADER");
    // Looks like App Service, but its TLS is pinned by a thumbprint.
    if (!said("IDENTITY_SERVER_THUMBPRINT").empty()) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "the managed identity of Service Fabric cannot be used"
        )
            .with_hint("use a service principal: AZURE_CLIENT_ID, AZURE_TENANT_ID, ...");
    }
    if (!identity.endpoint.empty() && !identity.header.empty()) {
        identity.kind = MachineKind::app_service;
        return identity;
    }
    if (!identity.endpoint.empty() && !said("IMDS_ENDPOINT").empty()) {
        identity.kind = MachineKind::arc;
        if (identity.client.empty()) return identity;
        return Error(Phase::config, Errc::unsupported, "Azure Arc has no user-assigned identities");
    }
    auto host = said("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    while (host.ends_with('/'))
        host.pop_back();
    if (host.empty()) host = "http://169.254.169.254";
    identity.endpoint = host + "/metadata/identity/oauth2/token";
    return identity;
}

std::unique_ptr<TokenSource> make_managed_identity(
    Rest& rest, const Cloud& cloud, ManagedIdentity identity, std::string key_folder
) {
    return std::make_unique<ManagedIdentitySource>(
        rest, cloud, std::move(identity), std::move(key_folder)
    );
}

} // namespace rdpsweep::azure
