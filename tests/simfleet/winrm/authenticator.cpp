// Decides 401 or not.
#include "tests/simfleet/winrm/authenticator.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace simfleet {

namespace asio = rdpsweep::asio;
using rdpsweep::Task;

namespace {

// Runs one GSSAPI step on a worker thread and comes back to the caller's executor.
Task<GssStep>
step_on_worker(std::shared_ptr<World> world, std::shared_ptr<GssAcceptor> gss, std::string token) {
    const auto executor = co_await asio::this_coro::executor;
    const auto done =
        std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    const auto result = std::make_shared<GssStep>();
    // The worker posts; the io thread cancels the wait, which has begun by then: only this
    // coroutine's suspension lets the io thread go on.
    const auto job = [executor, done, result, gss, token] {
        *result = gss->step(token);
        asio::post(executor, [done, result] { done->cancel(); });
    };
    asio::post(*world->workers, job);
    boost::system::error_code ignored;
    co_await done->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return std::move(*result);
}

struct Parsed {
    std::string scheme; // lower case
    std::string argument;
};

Parsed parse(std::string_view header) {
    const auto space = header.find(' ');
    Parsed parsed;
    parsed.scheme = rdpsweep::ascii_lower(header.substr(0, space));
    if (space != std::string_view::npos) {
        parsed.argument = rdpsweep::trim(header.substr(space + 1));
    }
    return parsed;
}

std::string_view spelled(std::string_view scheme) {
    if (scheme == "ntlm") return "NTLM";
    return scheme == "kerberos" ? "Kerberos" : "Negotiate";
}

std::string challenge(std::string_view scheme, const std::string& token) {
    std::string line{spelled(scheme)};
    if (!token.empty()) line += " " + rdpsweep::base64_encode(token);
    return line;
}

// "DOM\user", "user@REALM" or "user": the user.
std::string account_of(std::string_view name) {
    if (const auto slash = name.find('\\'); slash != std::string_view::npos) {
        name.remove_prefix(slash + 1);
    }
    return std::string{name.substr(0, name.find('@'))};
}

} // namespace

Authenticator::Authenticator(std::shared_ptr<World> world, const Vm& vm, std::string binding)
    : world_(std::move(world)), vm_(vm), binding_(std::move(binding)) {}

Authenticator::~Authenticator() = default;

void Authenticator::complain(std::string_view what) {
    world_->stats.violation(what);
}

Task<AuthVerdict> Authenticator::judge(const std::string* authorization) {
    if (authorization == nullptr) {
        if (!user_.empty()) {
            AuthVerdict verdict;
            verdict.granted = true;
            verdict.user = user_;
            co_return verdict;
        }
        if (++bare_requests_ > 1) complain("repeated a request without credentials after 401");
        if (handshake_) complain("abandoned a Negotiate handshake in the middle");
        co_return ask_again();
    }
    Parsed parsed = parse(*authorization);
    if (refusals_ > 0) complain("presented credentials again on a connection that refused them");
    if (parsed.scheme == "basic") co_return judge_basic(parsed.argument);
    if (!user_.empty()) complain("Authorization header on an authenticated connection");
    const bool known =
        parsed.scheme == "negotiate" || parsed.scheme == "kerberos" || parsed.scheme == "ntlm";
    auto token = rdpsweep::base64_decode(parsed.argument);
    if (!known || !token || token->empty()) {
        complain("Authorization header that is no known scheme with a token");
        co_return refuse("unknown", "not a scheme with a token");
    }
    co_return co_await judge_token(std::move(parsed.scheme), std::move(*token));
}

AuthVerdict Authenticator::judge_basic(std::string_view encoded) {
    const bool offered = world_->policy.basic || vm_.wire.manner == Manner::basic_only;
    if (!offered) return refuse("basic", "Basic is not offered");
    const auto decoded = rdpsweep::base64_decode(encoded);
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) return refuse("basic", "not user:password");
    const std::string name = decoded->substr(0, colon);
    const AccessPolicy& policy = world_->policy;
    const bool right = rdpsweep::iequals(account_of(name), policy.user) &&
                       decoded->substr(colon + 1) == policy.password &&
                       vm_.wire.manner != Manner::bad_password;
    if (!right) return refuse("basic", "wrong user or password");
    if (binding_.empty()) complain("Basic credentials over plain HTTP");
    if (!basic_counted_) world_->stats.authenticated("basic", false);
    basic_counted_ = true;
    AuthVerdict verdict;
    verdict.granted = true;
    verdict.user = policy.user;
    return verdict;
}

Task<AuthVerdict> Authenticator::judge_token(std::string scheme, std::string token) {
    user_.clear();
    session_.reset();
    const bool offered = world_->policy.negotiate && vm_.wire.manner != Manner::basic_only;
    if (!offered) co_return refuse("negotiate", "Negotiate is not offered");
    if (!handshake_) handshake_ = std::make_shared<GssAcceptor>(world_->gss, binding_);
    GssStep step = co_await step_on_worker(world_, handshake_, std::move(token));
    if (step.outcome == GssStep::Outcome::more) {
        AuthVerdict verdict;
        verdict.challenges.push_back(challenge(scheme, step.token));
        co_return verdict;
    }
    co_return finish(scheme, step);
}

AuthVerdict Authenticator::finish(const std::string& scheme, const GssStep& step) {
    auto handshake = std::move(handshake_);
    handshake_.reset();
    if (step.outcome == GssStep::Outcome::refused) return refuse("negotiate", step.why);
    const bool known = rdpsweep::iequals(account_of(step.user), world_->policy.user);
    if (!known || vm_.wire.manner == Manner::bad_password) {
        return refuse(step.mechanism, "this VM does not know the account " + step.user);
    }
    const bool strict = world_->policy.insist_cbt || vm_.wire.require_channel_bindings;
    if (strict && !binding_.empty() && !step.channel_bound) {
        complain("no channel bindings for a server that insists on them");
        return refuse(step.mechanism, "channel bindings are missing");
    }
    user_ = step.user;
    session_ = std::move(handshake);
    scheme_ = scheme;
    refusals_ = 0;
    world_->stats.authenticated(step.mechanism, step.channel_bound);
    AuthVerdict verdict;
    verdict.granted = true;
    verdict.user = user_;
    if (!step.token.empty()) verdict.challenges.push_back(challenge(scheme, step.token));
    return verdict;
}

AuthVerdict Authenticator::refuse(const std::string& mechanism, std::string_view why) {
    ++refusals_;
    handshake_.reset();
    session_.reset();
    user_.clear();
    world_->stats.refused_credentials(vm_.index, mechanism, why);
    return ask_again();
}

AuthVerdict Authenticator::ask_again() {
    AuthVerdict verdict;
    const AccessPolicy& policy = world_->policy;
    if (vm_.wire.manner != Manner::basic_only) {
        if (policy.negotiate) verdict.challenges.emplace_back("Negotiate");
        if (policy.negotiate && policy.kerberos) verdict.challenges.emplace_back("Kerberos");
        if (policy.ntlm_scheme) verdict.challenges.emplace_back("NTLM");
    }
    if (policy.basic || vm_.wire.manner == Manner::basic_only) {
        verdict.challenges.emplace_back("Basic realm=\"WSMAN\"");
    }
    return verdict;
}

} // namespace simfleet
