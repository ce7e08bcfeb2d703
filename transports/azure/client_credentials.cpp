// Builds the form that each kind of proof needs; sending it and reading the answer is the same for
// all.
#include "transports/azure/client_credentials.hpp"

#include "core/digest.hpp"
#include "transports/azure/assertion.hpp"
#include "transports/azure/small_file.hpp"

#include <cctype>
#include <ctime>

namespace rdpsweep::azure {

namespace {

constexpr auto assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string url_encode(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) || c == '-' || c == '_' ||
                           c == '.' || c == '~';
        if (plain) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4];
            encoded += digits[byte & 15];
        }
    }
    return encoded;
}

class ServicePrincipalSource final : public TokenSource {
public:
    ServicePrincipalSource(Rest& rest, const Cloud& cloud, ServicePrincipal principal)
        : rest_(rest), cloud_(cloud), principal_(std::move(principal)) {}

    [[nodiscard]] std::string describe() const override {
        static constexpr const char* proofs[] = {"a federated token", "a secret", "a certificate"};
        return "service principal " + principal_.client + " with " +
               proofs[principal_.proof.index()];
    }

    Task<Result<AccessToken>> fetch(HostDeadline& deadline) override {
        auto request = make_request();
        if (!request) co_return std::move(request).error();
        auto answer = co_await rest_.send(std::move(*request), deadline);
        if (!answer) co_return std::move(answer).error();
        if (answer->status != 200) co_return token_refused(answer->status, answer->body);
        auto token = parse_token(answer->body, std::time(nullptr));
        cleanse(answer->body);
        co_return token;
    }

private:
    Result<RestRequest> make_request() const {
        RestRequest request;
        request.method = "POST";
        request.url = cloud_.authority + "/" + principal_.tenant + "/oauth2/v2.0/token";
        request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        // The double slash of an audience that ends in one is right.
        Headers fields{
            {"client_id", principal_.client},
            {"grant_type", "client_credentials"},
            {"scope", cloud_.audience + "/.default"},
        };
        auto proved = add_proof(fields, request.url);
        if (!proved) return std::move(proved).error();
        request.body = form_encode(fields);
        for (auto& [name, value] : fields)
            cleanse(value);
        return request;
    }

    Status add_proof(Headers& fields, const std::string& url) const {
        if (const auto* secret = std::get_if<ClientSecret>(&principal_.proof)) {
            fields.emplace_back("client_secret", secret->value.reveal());
            return {};
        }
        auto assertion = make_assertion(url);
        if (!assertion) return std::move(assertion).error();
        fields.emplace_back("client_assertion_type", assertion_type);
        fields.emplace_back("client_assertion", assertion->reveal());
        return {};
    }

    Result<Secret> make_assertion(const std::string& url) const {
        if (const auto* file = std::get_if<FederatedTokenFile>(&principal_.proof)) {
            return read_secret_file(file->path, "the federated token file");
        }
        AssertionClaims claims;
        claims.client = principal_.client;
        claims.audience = url;
        claims.id = random_guid();
        claims.now = std::time(nullptr);
        return sign_assertion(claims, std::get<ClientCertificatePem>(principal_.proof).pem);
    }

    Rest& rest_;
    const Cloud& cloud_;
    ServicePrincipal principal_;
};

} // namespace

std::string form_encode(const Headers& fields) {
    std::string body;
    for (const auto& [name, value] : fields) {
        if (!body.empty()) body += '&';
        body += url_encode(name) + "=" + url_encode(value);
    }
    return body;
}

std::unique_ptr<TokenSource>
make_service_principal(Rest& rest, const Cloud& cloud, ServicePrincipal principal) {
    return std::make_unique<ServicePrincipalSource>(rest, cloud, std::move(principal));
}

} // namespace rdpsweep::azure
