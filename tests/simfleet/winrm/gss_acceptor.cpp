// Wraps gss_accept_sec_context.
#include "tests/simfleet/winrm/gss_acceptor.hpp"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

#include <array>
#include <utility>

namespace simfleet {

namespace {

// GSS_C_CHANNEL_BOUND_FLAG of MIT krb5 1.19: the initiator sent bindings and they are ours.
constexpr OM_uint32 channel_bound_flag = 2048;

// 1.3.6.1.5.5.2, 1.3.6.1.4.1.311.2.2.10, 1.2.840.113554.1.2.2
gss_OID_desc spnego_oid{6, const_cast<char*>("\x2b\x06\x01\x05\x05\x02")};
gss_OID_desc ntlm_oid{10, const_cast<char*>("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a")};
gss_OID_desc krb5_oid{9, const_cast<char*>("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")};

bool same(gss_OID a, const gss_OID_desc& b) {
    return a != nullptr && std::string_view{static_cast<const char*>(a->elements), a->length} ==
                               std::string_view{static_cast<const char*>(b.elements), b.length};
}

std::string take(gss_buffer_desc& buffer) {
    std::string text;
    // gss-ntlmssp leaves a length without bytes behind when it fails.
    if (buffer.value != nullptr) text.assign(static_cast<const char*>(buffer.value), buffer.length);
    OM_uint32 minor = 0;
    gss_release_buffer(&minor, &buffer);
    return text;
}

std::string describe(OM_uint32 code, int kind, gss_OID mechanism) {
    OM_uint32 minor = 0;
    OM_uint32 more = 0;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    if (GSS_ERROR(gss_display_status(&minor, code, kind, mechanism, &more, &text))) return "?";
    return take(text);
}

std::string display(gss_name_t name) {
    OM_uint32 minor = 0;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    if (name == GSS_C_NO_NAME || GSS_ERROR(gss_display_name(&minor, name, &text, nullptr))) {
        return {};
    }
    std::string shown = take(text);
    // gss-ntlmssp counts the terminating zero.
    while (!shown.empty() && shown.back() == '\0')
        shown.pop_back();
    return shown;
}

} // namespace

struct GssCredential::Impl {
    gss_cred_id_t handle = GSS_C_NO_CREDENTIAL;

    ~Impl() {
        OM_uint32 minor = 0;
        gss_release_cred(&minor, &handle);
    }
};

GssCredential::GssCredential(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GssCredential::GssCredential(GssCredential&&) noexcept = default;
GssCredential& GssCredential::operator=(GssCredential&&) noexcept = default;
GssCredential::~GssCredential() = default;

rdpsweep::Result<GssCredential> GssCredential::acquire(bool kerberos) {
    auto impl = std::make_unique<Impl>();
    std::array<gss_OID_desc, 3> all{spnego_oid, ntlm_oid, krb5_oid};
    gss_OID_set_desc wanted{kerberos ? 3u : 2u, all.data()};
    OM_uint32 minor = 0;
    OM_uint32 major = gss_acquire_cred(
        &minor,
        GSS_C_NO_NAME,
        GSS_C_INDEFINITE,
        &wanted,
        GSS_C_ACCEPT,
        &impl->handle,
        nullptr,
        nullptr
    );
    if (!GSS_ERROR(major)) {
        gss_OID_set_desc negotiable{kerberos ? 2u : 1u, all.data() + 1};
        major = gss_set_neg_mechs(&minor, impl->handle, &negotiable);
    }
    if (GSS_ERROR(major)) {
        return rdpsweep::Error{
            rdpsweep::Phase::config,
            rdpsweep::Errc::unsupported,
            "GSSAPI acceptor: " + describe(major, GSS_C_GSS_CODE, GSS_C_NO_OID) + ", " +
                describe(minor, GSS_C_MECH_CODE, GSS_C_NO_OID)};
    }
    return GssCredential{std::move(impl)};
}

struct GssAcceptor::Impl {
    const GssCredential* credential;
    std::string binding;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    bool kerberos = false;
    OM_uint32 flags = 0;

    ~Impl() {
        OM_uint32 minor = 0;
        gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    }
};

GssAcceptor::GssAcceptor(const GssCredential& credential, std::string binding)
    : impl_(std::make_unique<Impl>()) {
    impl_->credential = &credential;
    impl_->binding = std::move(binding);
}

GssAcceptor::~GssAcceptor() = default;

namespace {

constexpr std::string_view negotiate_head{"NTLMSSP\0\1\0\0\0", 12};
constexpr std::string_view authenticate_head{"NTLMSSP\0\3\0\0\0", 12};

std::uint32_t little_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

void put_little_endian(std::string& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xFF);
}

// Makes room for Version and MIC between the fields of an AUTHENTICATE_MESSAGE and its payload.
std::string with_version_and_mic(std::string token) {
    constexpr std::size_t fields_end = 64;
    constexpr std::uint32_t room = 8 + 16;
    constexpr std::size_t first_buffer = 12; // six of {length, room, offset}, eight bytes each
    constexpr std::size_t buffers = 6;
    if (token.size() < fields_end) return token;
    bool full = true;
    for (std::size_t i = 0; i < buffers; ++i) {
        full = full && little_endian(token, first_buffer + 8 * i + 4) != fields_end;
    }
    if (full) return token;
    for (std::size_t i = 0; i < buffers; ++i) {
        const auto at = first_buffer + 8 * i + 4;
        put_little_endian(token, at, little_endian(token, at) + room);
    }
    return token.insert(fields_end, room, '\0');
}

// A domain or a workstation in a NEGOTIATE_MESSAGE counts only with its flag, else its field is
// ignored (MS-NLMP 2.2.1.1); gss-ntlmssp 1.2.0 refuses the message. Says that there is none.
std::string without_unflagged_names(std::string token) {
    constexpr std::size_t flags_at = 12;
    constexpr std::size_t fixed = 32; // with the fields of both, 8 bytes each
    constexpr std::pair<std::uint32_t, std::size_t> names[] = {{0x1000, 16}, {0x2000, 24}};
    constexpr std::uint32_t has_version = 0x02000000;
    if (token.size() <= fixed) return token;
    const auto flags = little_endian(token, flags_at);
    bool ignored = false;
    for (const auto& [flag, at] : names) {
        if ((flags & flag) != 0) return token; // its text is where it says
        if (little_endian(token, at) == 0)
            continue; // none: not a byte is changed, for the MIC's sake
        ignored = true;
        token.replace(at, 8, 8, '\0');
    }
    if (ignored) token.resize((flags & has_version) != 0 ? fixed + 8 : fixed);
    return token;
}

// MS-NLMP 2.2.1 lets messages end before Version and MIC, as curl's do. Windows takes them;
// gss-ntlmssp 1.2.0 takes them for broken ones. Zeros say the same.
std::string with_optional_fields(std::string_view token) {
    constexpr std::size_t without_version = 32;
    if (token.starts_with(authenticate_head)) return with_version_and_mic(std::string(token));
    if (!token.starts_with(negotiate_head)) return std::string(token);
    auto out = without_unflagged_names(std::string(token));
    if (out.size() == without_version) out.append(8, '\0');
    return out;
}

} // namespace

GssStep GssAcceptor::step(std::string_view received) {
    const std::string token = with_optional_fields(received);
    gss_channel_bindings_struct bindings{};
    bindings.application_data = {impl_->binding.size(), impl_->binding.data()};
    gss_buffer_desc in{token.size(), const_cast<char*>(token.data())};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    gss_name_t name = GSS_C_NO_NAME;
    gss_OID mechanism = GSS_C_NO_OID;
    OM_uint32 flags = 0;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_accept_sec_context(
        &minor,
        &impl_->context,
        impl_->credential->impl_->handle,
        &in,
        impl_->binding.empty() ? GSS_C_NO_CHANNEL_BINDINGS : &bindings,
        &name,
        &mechanism,
        &out,
        &flags,
        nullptr,
        nullptr
    );
    GssStep step;
    step.token = take(out);
    if (GSS_ERROR(major)) {
        step.why = describe(major, GSS_C_GSS_CODE, GSS_C_NO_OID) + ", " +
                   describe(minor, GSS_C_MECH_CODE, mechanism);
    } else if ((major & GSS_S_CONTINUE_NEEDED) != 0) {
        step.outcome = GssStep::Outcome::more;
    } else {
        step.outcome = GssStep::Outcome::done;
        step.user = display(name);
        impl_->kerberos = same(mechanism, krb5_oid);
        impl_->flags = flags;
        step.mechanism = impl_->kerberos ? "kerberos" : "ntlm";
        step.channel_bound = (flags & channel_bound_flag) != 0;
    }
    gss_release_name(&minor, &name);
    return step;
}

namespace {

// As SSPI's DecryptMessage is called: token and data apart, decrypted in place.
std::optional<std::string>
open_kerberos(gss_ctx_id_t context, std::string_view header, std::string_view data) {
    std::string token{header};
    std::string text{data};
    std::array<gss_iov_buffer_desc, 2> pieces{{
        {GSS_IOV_BUFFER_TYPE_HEADER, {token.size(), token.data()}},
        {GSS_IOV_BUFFER_TYPE_DATA, {text.size(), text.data()}},
    }};
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major =
        gss_unwrap_iov(&minor, context, &encrypted, nullptr, pieces.data(), pieces.size());
    if (major != GSS_S_COMPLETE || encrypted == 0) return std::nullopt;
    return std::string(static_cast<const char*>(pieces[1].buffer.value), pieces[1].buffer.length);
}

std::optional<std::string> open_ntlm(gss_ctx_id_t context, std::string token) {
    gss_buffer_desc in{token.size(), token.data()};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major = gss_unwrap(&minor, context, &in, &out, &encrypted, nullptr);
    std::string plain = take(out);
    if (major != GSS_S_COMPLETE || encrypted == 0) return std::nullopt;
    return plain;
}

std::optional<GssAcceptor::Sealed> seal_kerberos(gss_ctx_id_t context, std::string_view plain) {
    std::string text{plain};
    std::array<gss_iov_buffer_desc, 3> pieces{{
        {GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER},
        {GSS_IOV_BUFFER_TYPE_DATA, {text.size(), text.data()}},
        {GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER},
    }};
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major = gss_wrap_iov(
        &minor, context, 1, GSS_C_QOP_DEFAULT, &encrypted, pieces.data(), pieces.size()
    );
    if (major != GSS_S_COMPLETE || encrypted == 0) return std::nullopt;
    const auto bytes = [](const gss_buffer_desc& buffer) {
        return std::string(static_cast<const char*>(buffer.value), buffer.length);
    };
    GssAcceptor::Sealed sealed{bytes(pieces[0].buffer), text + bytes(pieces[2].buffer)};
    gss_release_iov_buffer(&minor, pieces.data(), pieces.size());
    return sealed;
}

std::optional<GssAcceptor::Sealed> seal_ntlm(gss_ctx_id_t context, std::string_view plain) {
    constexpr std::size_t signature = 16; // MS-NLMP 2.2.2.9
    gss_buffer_desc in{plain.size(), const_cast<char*>(plain.data())};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major = gss_wrap(&minor, context, 1, GSS_C_QOP_DEFAULT, &in, &encrypted, &out);
    const std::string token = take(out);
    if (major != GSS_S_COMPLETE || encrypted == 0 || token.size() < signature) return std::nullopt;
    return GssAcceptor::Sealed{token.substr(0, signature), token.substr(signature)};
}

} // namespace

std::optional<std::string> GssAcceptor::open(std::string_view header, std::string_view data) {
    if (impl_->kerberos) return open_kerberos(impl_->context, header, data);
    return open_ntlm(impl_->context, std::string{header} + std::string{data});
}

std::optional<GssAcceptor::Sealed> GssAcceptor::seal(std::string_view plain) {
    if ((impl_->flags & GSS_C_CONF_FLAG) == 0) return std::nullopt;
    return impl_->kerberos ? seal_kerberos(impl_->context, plain)
                           : seal_ntlm(impl_->context, plain);
}

} // namespace simfleet
