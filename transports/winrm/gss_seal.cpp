// Wraps messages in the two layouts that NTLM and Kerberos use on the wire.
#include "transports/winrm/gss_seal.hpp"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

#include <array>

namespace rdpsweep::winrm {

namespace {

// MS-NLMP 2.2.2.9: the size of NTLMSSP_MESSAGE_SIGNATURE.
constexpr std::size_t ntlm_signature = 16;

Error seal_error(Errc code, const char* what, OM_uint32 major, OM_uint32 minor) {
    return Error(Phase::authenticate, code, what)
        .with_native("GSS major " + std::to_string(major) + " minor " + std::to_string(minor));
}

Error cannot_seal(OM_uint32 major, OM_uint32 minor) {
    return seal_error(Errc::unsupported, "the message could not be encrypted", major, minor);
}

std::string_view view_of(const gss_buffer_desc& buffer) {
    return {static_cast<const char*>(buffer.value), buffer.length};
}

Result<SealedMessage> seal_ntlm(gss_ctx_id_t context, std::string_view plain) {
    gss_buffer_desc in{plain.size(), const_cast<char*>(plain.data())};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major = gss_wrap(&minor, context, 1, GSS_C_QOP_DEFAULT, &in, &encrypted, &out);
    const bool good = major == GSS_S_COMPLETE && encrypted != 0 && out.length >= ntlm_signature;
    SealedMessage sealed;
    if (good) {
        sealed.header = view_of(out).substr(0, ntlm_signature);
        sealed.data = view_of(out).substr(ntlm_signature);
    }
    OM_uint32 ignored = 0;
    gss_release_buffer(&ignored, &out);
    if (!good) return cannot_seal(major, minor);
    return sealed;
}

Result<SealedMessage> seal_kerberos(gss_ctx_id_t context, std::string_view plain) {
    SealedMessage sealed;
    sealed.data = plain; // encrypted where it is
    std::array<gss_iov_buffer_desc, 3> pieces{{
        {GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER},
        {GSS_IOV_BUFFER_TYPE_DATA, {sealed.data.size(), sealed.data.data()}},
        {GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER},
    }};
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major = gss_wrap_iov(
        &minor, context, 1, GSS_C_QOP_DEFAULT, &encrypted, pieces.data(), pieces.size()
    );
    if (major == GSS_S_COMPLETE) {
        sealed.header = view_of(pieces[0].buffer);
        sealed.data += view_of(pieces[2].buffer);
    }
    OM_uint32 ignored = 0;
    gss_release_iov_buffer(&ignored, pieces.data(), pieces.size());
    if (major != GSS_S_COMPLETE || encrypted == 0) return cannot_seal(major, minor);
    return sealed;
}

} // namespace

Result<SealedMessage>
seal_message(gss_ctx_id_t context, Mechanism mechanism, std::string_view plain) {
    return mechanism == Mechanism::kerberos ? seal_kerberos(context, plain)
                                            : seal_ntlm(context, plain);
}

Result<std::string>
unseal_message(gss_ctx_id_t context, std::string_view header, std::string_view data) {
    std::string token(header);
    token += data;
    gss_buffer_desc in{token.size(), token.data()};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    int encrypted = 0;
    OM_uint32 minor = 0;
    const auto major = gss_unwrap(&minor, context, &in, &out, &encrypted, nullptr);
    // gss-ntlmssp leaves a length without bytes behind when it fails.
    std::string plain;
    if (out.value != nullptr) plain = view_of(out);
    OM_uint32 ignored = 0;
    gss_release_buffer(&ignored, &out);
    // Replayed and reordered messages are marked in bits that GSS_ERROR does not look at.
    if (major == GSS_S_COMPLETE && encrypted != 0) return plain;
    return seal_error(
               Errc::protocol_violation,
               encrypted == 0 && major == GSS_S_COMPLETE
                   ? "the host's message is signed but not encrypted"
                   : "the host's message was changed, replayed or encrypted by somebody else",
               major,
               minor
    )
        .with_hint("something between us and the host changes what it sends");
}

} // namespace rdpsweep::winrm
