// Acquires credentials and steps contexts, on a pool for each mechanism: a silent KDC must not hold
// up NTLM.
#include "transports/winrm/gss.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"
#include "transports/winrm/gss_seal.hpp"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include <array>
#include <map>
#include <mutex>

namespace rdpsweep::winrm {

namespace {

gss_OID_desc spnego_oid{6, const_cast<char*>("\x2b\x06\x01\x05\x05\x02")};
gss_OID_desc kerberos_oid{9, const_cast<char*>("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")};
gss_OID_desc ntlm_oid{10, const_cast<char*>("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a")};

// Kerberos travels in SPNEGO. NTLM goes bare, which SSPI's Negotiate accepts as well: acquiring a
// SPNEGO credential from a password makes krb5 1.20 ask a KDC for a ticket at once, so every NTLM
// logon would wait for DNS and tell the account's name to whatever KDC krb5.conf names.
gss_OID oid_of(Mechanism mechanism) {
    return mechanism == Mechanism::kerberos ? &spnego_oid : &ntlm_oid;
}

struct NameFree {
    using pointer = gss_name_t;

    void operator()(gss_name_t name) const noexcept {
        OM_uint32 minor = 0;
        gss_release_name(&minor, &name);
    }
};

struct CredFree {
    using pointer = gss_cred_id_t;

    void operator()(gss_cred_id_t credential) const noexcept {
        OM_uint32 minor = 0;
        gss_release_cred(&minor, &credential);
    }
};

using NamePtr = std::unique_ptr<gss_name_t, NameFree>;
using CredPtr = std::shared_ptr<std::remove_pointer_t<gss_cred_id_t>>;

std::string status_text(OM_uint32 status, int kind) {
    std::string text;
    OM_uint32 more = 0;
    for (int i = 0; i < 8; ++i) {
        OM_uint32 minor = 0;
        gss_buffer_desc line = GSS_C_EMPTY_BUFFER;
        const auto told = gss_display_status(&minor, status, kind, GSS_C_NO_OID, &more, &line);
        if (told != GSS_S_COMPLETE) break;
        if (!text.empty()) text += "; ";
        text.append(static_cast<const char*>(line.value), line.length);
        gss_release_buffer(&minor, &line);
        if (more == 0) break;
    }
    return text;
}

Error gss_error(OM_uint32 major, OM_uint32 minor, const char* what, Mechanism mechanism) {
    auto said = status_text(major, GSS_C_GSS_CODE);
    // The words are this machine's, but for one code, whose words the KDC chose.
    constexpr auto error_of_kdc = static_cast<OM_uint32>(-1765328324); // KRB5KRB_ERR_GENERIC
    if (minor != 0 && minor != error_of_kdc) said += " / " + status_text(minor, GSS_C_MECH_CODE);
    const auto routine = GSS_ROUTINE_ERROR(major);
    const bool peer = routine == GSS_ROUTINE_ERROR(GSS_S_DEFECTIVE_TOKEN) ||
                      routine == GSS_ROUTINE_ERROR(GSS_S_BAD_SIG) ||
                      routine == GSS_ROUTINE_ERROR(GSS_S_BAD_BINDINGS);
    const auto* hint =
        mechanism == Mechanism::kerberos
            ? "check `kinit`, the clock, the host's FQDN and its SPN, or set winrm: {auth: ntlm}"
            : "is the package gss-ntlmssp installed? see `rdpsweep doctor`";
    return Error(
               Phase::authenticate,
               peer ? Errc::protocol_violation : Errc::access_denied,
               std::string(what) + ": " + foreign_text(said, 300)
    )
        .with_native("GSS major " + std::to_string(major) + " minor " + std::to_string(minor))
        .with_hint(hint);
}

gss_buffer_desc buffer_of(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

Result<NamePtr> import_name(std::string_view text, gss_OID type, Mechanism mechanism) {
    auto buffer = buffer_of(text);
    OM_uint32 minor = 0;
    gss_name_t name = GSS_C_NO_NAME;
    const auto major = gss_import_name(&minor, &buffer, type, &name);
    if (GSS_ERROR(major)) return gss_error(major, minor, "the name is not accepted", mechanism);
    return NamePtr(name);
}

// Returns a SPNEGO credential that offers Kerberos and nothing else; a bare NTLM one as it is.
Result<CredPtr> restrict_to(gss_cred_id_t raw, Mechanism mechanism) {
    CredPtr credential(raw, CredFree{});
    if (mechanism == Mechanism::ntlm) return credential;
    gss_OID_set_desc only{1, &kerberos_oid};
    OM_uint32 minor = 0;
    const auto major = gss_set_neg_mechs(&minor, raw, &only);
    if (GSS_ERROR(major))
        return gss_error(major, minor, "the mechanism is not available", mechanism);
    return credential;
}

Result<CredPtr> acquire_with_password(const Credential& credential, Mechanism mechanism) {
    auto name = import_name(credential.user, GSS_C_NT_USER_NAME, mechanism);
    if (!name) return std::move(name).error();
    const auto& password = std::get<Password>(credential.proof);
    auto secret = buffer_of(password.value.reveal());
    gss_OID_set_desc mechanisms{1, oid_of(mechanism)};
    gss_cred_id_t raw = GSS_C_NO_CREDENTIAL;
    OM_uint32 minor = 0;
    const auto major = gss_acquire_cred_with_password(
        &minor,
        name->get(),
        &secret,
        GSS_C_INDEFINITE,
        &mechanisms,
        GSS_C_INITIATE,
        &raw,
        nullptr,
        nullptr
    );
    if (GSS_ERROR(major)) return gss_error(major, minor, "no credential could be made", mechanism);
    return restrict_to(raw, mechanism);
}

Result<CredPtr> acquire_from_cache(const CredentialCache& cache) {
    gss_key_value_element_desc element{"ccache", cache.path.c_str()};
    const gss_key_value_set_desc store{1, &element};
    gss_OID_set_desc mechanisms{1, &spnego_oid};
    gss_cred_id_t raw = GSS_C_NO_CREDENTIAL;
    OM_uint32 minor = 0;
    const auto major = gss_acquire_cred_from(
        &minor,
        GSS_C_NO_NAME,
        GSS_C_INDEFINITE,
        &mechanisms,
        GSS_C_INITIATE,
        cache.path.empty() ? GSS_C_NO_CRED_STORE : &store,
        &raw,
        nullptr,
        nullptr
    );
    if (GSS_ERROR(major)) {
        return gss_error(major, minor, "no Kerberos ticket in the cache", Mechanism::kerberos);
    }
    return restrict_to(raw, Mechanism::kerberos);
}

Result<CredPtr> acquire(const Credential& credential, Mechanism mechanism) {
    if (const auto* cache = std::get_if<CredentialCache>(&credential.proof)) {
        return acquire_from_cache(*cache);
    }
    if (std::holds_alternative<Password>(credential.proof)) {
        return acquire_with_password(credential, mechanism);
    }
    return Error(
        Phase::config, Errc::unsupported, "this credential has no password and no ticket cache"
    );
}

} // namespace

struct GssEngine::State {
    // Apart, so that a KDC that does not answer holds up no host that uses NTLM.
    asio::thread_pool ntlm_pool{1}; // it never waits, and libwbclient is not made for more
    asio::thread_pool kerberos_pool{limits::kerberos_threads};

    // By the credential's name. A failure is kept as well: a wrong password must not be tried once
    // a host, and a dead KDC is asked once. Each gss_acquire_cred costs half a millisecond and
    // leaks some KB in gss-ntlmssp 1.2, so that a credential is acquired once, not once a host.
    // Contexts only read what they share.
    struct Cache {
        std::mutex mutex;
        std::map<std::string, Result<CredPtr>> acquired;
    };

    Cache ntlm;
    Cache kerberos;

    asio::thread_pool& pool_for(Mechanism mechanism) {
        return mechanism == Mechanism::ntlm ? ntlm_pool : kerberos_pool;
    }

    Result<CredPtr> credential_for(const Credential& credential, Mechanism mechanism) {
        auto& [mutex, acquired] = mechanism == Mechanism::ntlm ? ntlm : kerberos;
        const std::lock_guard lock(mutex);
        auto known = acquired.find(credential.name);
        if (known != acquired.end() && usable(known->second)) return known->second;
        if (known != acquired.end()) acquired.erase(known);
        return acquired.emplace(credential.name, acquire(credential, mechanism)).first->second;
    }

    static bool usable(const Result<CredPtr>& cached) {
        if (!cached) return true; // the failure is the answer
        constexpr OM_uint32 margin_seconds = 120;
        OM_uint32 minor = 0;
        OM_uint32 lifetime = 0;
        const auto major =
            gss_inquire_cred(&minor, cached->get(), nullptr, &lifetime, nullptr, nullptr);
        return GSS_ERROR(major) || lifetime > margin_seconds;
    }
};

GssEngine::GssEngine() : state_(std::make_unique<State>()) {}

GssEngine::~GssEngine() {
    // What nobody waits for any more is not begun; a call under way ends by its own limits.
    state_->ntlm_pool.stop();
    state_->kerberos_pool.stop();
    state_->ntlm_pool.join();
    state_->kerberos_pool.join();
}

struct GssContext::State {
    State(GssEngine::State& shared, const Credential& who, GssRequest what)
        : engine(shared), credential(who), request(std::move(what)) {}

    ~State() {
        OM_uint32 minor = 0;
        if (context != GSS_C_NO_CONTEXT) {
            gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
        }
    }

    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Runs on the pool.
    Result<std::string> step(const std::string& token) {
        if (!own) {
            auto acquired = engine.credential_for(credential, request.mechanism);
            if (!acquired) return std::move(acquired).error();
            own = *acquired;
        }
        auto target = import_name(
            request.spn_service + "@" + request.host, GSS_C_NT_HOSTBASED_SERVICE, request.mechanism
        );
        if (!target) return std::move(target).error();
        return advance(target->get(), token);
    }

    Result<std::string> advance(gss_name_t target, const std::string& token) {
        gss_channel_bindings_struct bindings{};
        bindings.application_data = buffer_of(request.channel_binding);
        auto input = buffer_of(token);
        gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
        OM_uint32 minor = 0;
        OM_uint32 flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
        if (request.seal) flags |= GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
        const auto major = gss_init_sec_context(
            &minor,
            own.get(),
            &context,
            target,
            oid_of(request.mechanism),
            flags,
            0,
            request.channel_binding.empty() ? GSS_C_NO_CHANNEL_BINDINGS : &bindings,
            token.empty() ? GSS_C_NO_BUFFER : &input,
            nullptr,
            &output,
            &granted,
            nullptr
        );
        std::string out;
        // gss-ntlmssp leaves a length without bytes behind when it fails.
        if (output.value != nullptr) {
            out.assign(static_cast<const char*>(output.value), output.length);
        }
        OM_uint32 ignored = 0;
        gss_release_buffer(&ignored, &output);
        if (GSS_ERROR(major)) {
            const auto* what = token.empty() ? "authentication could not begin"
                                             : "the host's answer was not accepted";
            return gss_error(major, minor, what, request.mechanism);
        }
        finished = major == GSS_S_COMPLETE;
        return out;
    }

    GssEngine::State& engine;
    const Credential& credential;
    GssRequest request;
    CredPtr own;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    OM_uint32 granted = 0; // flags
    bool finished = false;
};

GssContext::GssContext(GssEngine& engine, const Credential& credential, GssRequest request)
    : state_(std::make_shared<State>(*engine.state_, credential, std::move(request))) {}

GssContext::~GssContext() = default;
GssContext::GssContext(GssContext&&) noexcept = default;

bool GssContext::complete() const noexcept {
    return state_->finished;
}

Result<SealedMessage> GssContext::seal(std::string_view plain) {
    auto& self = *state_;
    constexpr OM_uint32 needed = GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
    if (!self.finished || (self.granted & needed) != needed) {
        return Error(Phase::authenticate, Errc::unsupported, "the host agrees to no encryption")
            .with_hint("it may only be reached over HTTPS");
    }
    return seal_message(self.context, self.request.mechanism, plain);
}

Result<std::string> GssContext::unseal(std::string_view header, std::string_view data) {
    return unseal_message(state_->context, header, data);
}

Task<Result<std::string>> GssContext::step(std::string token, HostDeadline& deadline) {
    std::function<Result<std::string>()> work = [state = state_, token = std::move(token)] {
        return state->step(token);
    };
    auto& pool = state_->engine.pool_for(state_->request.mechanism);
    auto result = co_await offload<Result<std::string>>(pool, std::move(work), deadline);
    if (result) co_return std::move(*result);
    const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
    co_return Error(Phase::authenticate, code, "GSSAPI did not answer in time")
        .with_hint("is the KDC reachable? see `rdpsweep doctor`");
}

} // namespace rdpsweep::winrm
