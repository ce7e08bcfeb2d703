// The server half of one TLS connection, without a socket: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st; // OpenSSL's SSL

namespace simfleet {

class TlsEngine {
public:
    enum class Progress : std::uint8_t { done, want_input, failed };

    // Takes ownership of ssl, which has its certificate and key but no BIOs yet. binding is the
    // tls-server-end-point application data of that certificate.
    TlsEngine(ssl_st* ssl, std::string binding);
    TlsEngine(const TlsEngine&) = delete;
    TlsEngine& operator=(const TlsEngine&) = delete;
    ~TlsEngine();

    // Bytes that came from the network.
    void feed(std::string_view wire);
    // Bytes that must go to the network; call it after every other call.
    [[nodiscard]] std::string take_wire();

    // done: the handshake is over. failed: an alert may still be in take_wire().
    [[nodiscard]] Progress handshake();
    // Appends what could be decrypted. done: something came; failed: closed or broken.
    [[nodiscard]] Progress read(std::string& plain);
    // Encrypts all of plain.
    [[nodiscard]] bool write(std::string_view plain);

    // Asks the client for a certificate, as http.sys does once it has read a request: by a new
    // handshake, or within TLS 1.3. False when the client cannot be asked: TLS 1.3 without
    // post-handshake authentication. Then read() until answered().
    [[nodiscard]] bool ask_certificate();
    [[nodiscard]] bool answered() const;

    // The UPN of the client's certificate when it is valid, for clientAuth and of our CA; else
    // empty.
    [[nodiscard]] std::string client_upn() const;

    // "TLSv1.3"
    [[nodiscard]] std::string_view version() const noexcept;

    // "tls-server-end-point:" and the hash of the certificate (RFC 5929 section 4.1).
    [[nodiscard]] const std::string& binding() const noexcept { return binding_; }

private:
    struct Free {
        void operator()(ssl_st* ssl) const noexcept;
    };

    std::unique_ptr<ssl_st, Free> ssl_;
    std::string binding_;
};

} // namespace simfleet
