// Writes the multipart layout, and reads the one that a host sends, which is checked to the byte.
#include "transports/winrm/sealing.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace rdpsweep::winrm {

namespace {

constexpr std::string_view content_type =
    "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";"
    "boundary=\"Encrypted Boundary\"";
constexpr std::string_view protocol = "application/HTTP-SPNEGO-session-encrypted";
constexpr std::string_view octets = "application/octet-stream";
constexpr std::string_view original = "application/soap+xml;charset=UTF-8";
constexpr std::string_view boundary = "Encrypted Boundary";

// WinRM sends one; Exchange is known to send several.
constexpr std::size_t most_parts = 64;
constexpr std::size_t most_header_lines = 8;
// Longer than any mechanism's token header (NTLM 16, Kerberos with AES 60 bytes).
constexpr std::size_t longest_header = 1024;
// What a peer's Length may leave out: the padding of Kerberos' older ciphers.
constexpr std::size_t longest_padding = 16;

Error malformed(const char* what) {
    return Error(
        Phase::authenticate,
        Errc::protocol_violation,
        std::string("the host's encrypted answer is malformed: ") + what
    );
}

std::string little_endian(std::size_t value) {
    std::string bytes;
    for (int shift = 0; shift < 32; shift += 8)
        bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

// Takes a prefix off text, or says that it is not there.
bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

// Takes "--Encrypted Boundary"; some servers put a blank behind the hyphens.
bool take_boundary(std::string_view& text) {
    auto rest = text;
    if (!take(rest, "--")) return false;
    take(rest, " ");
    if (!take(rest, boundary)) return false;
    text = rest;
    return true;
}

std::optional<std::string_view> take_line(std::string_view& text) {
    const auto end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return line;
}

// Returns the value of "NAME: value" with any white space around it; nothing for another name.
std::optional<std::string_view> field(std::string_view line, std::string_view name) {
    line = trim(line);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !iequals(line.substr(0, colon), name)) return {};
    return trim(line.substr(colon + 1));
}

// Returns N of "type=application/soap+xml;charset=UTF-8;Length=N".
std::optional<std::size_t> length_of(std::string_view value) {
    for (const auto& part : split(value, ';')) {
        const auto item = trim(part);
        const auto equals = item.find('=');
        if (equals == std::string_view::npos || !iequals(item.substr(0, equals), "Length"))
            continue;
        const auto digits = item.substr(equals + 1);
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
        if (error != std::errc() || end != digits.end()) return std::nullopt;
        return number;
    }
    return std::nullopt;
}

bool is_sealed_type(std::string_view type) {
    if (!iequals(trim(type.substr(0, type.find(';'))), "multipart/encrypted")) return false;
    return type.find('"' + std::string(protocol) + '"') != std::string_view::npos;
}

class Reader {
public:
    explicit Reader(std::string_view body) : rest_(body) {}

    Result<std::vector<SealedPart>> read() {
        std::vector<SealedPart> parts;
        if (!take_boundary(rest_)) return malformed("no boundary at its start");
        do {
            if (parts.size() == most_parts) return malformed("too many parts");
            auto part = read_part();
            if (!part) return std::move(part).error();
            parts.push_back(*part);
        } while (!at_end());
        if (!closed_) return malformed("something behind its end");
        return parts;
    }

private:
    // Both halves of a part, up to and with the boundary behind it.
    Result<SealedPart> read_part() {
        if (!take(rest_, "\r\n")) return malformed("no line break behind a boundary");
        const auto length = read_description();
        if (!length) return malformed("no length of the original content");
        if (!take(rest_, "\r\n")) return malformed("no line break behind a boundary");
        const auto line = take_line(rest_);
        if (!line || field(*line, "Content-Type") != octets) return malformed("no cipher text");
        return read_cipher_text(*length);
    }

    // The lines of the first half, up to and with the boundary behind them.
    std::optional<std::size_t> read_description() {
        std::optional<std::size_t> length;
        bool right_protocol = false;
        for (std::size_t lines = 0; lines < most_header_lines; ++lines) {
            if (take_boundary(rest_)) return right_protocol ? length : std::nullopt;
            const auto line = take_line(rest_);
            if (!line) return std::nullopt;
            if (const auto type = field(*line, "Content-Type")) right_protocol = *type == protocol;
            if (const auto content = field(*line, "OriginalContent")) length = length_of(*content);
        }
        return std::nullopt;
    }

    // Goes by the lengths: cipher text may hold anything, also what looks like a boundary.
    Result<SealedPart> read_cipher_text(std::size_t length) {
        if (rest_.size() < 4) return malformed("it ends in a length");
        std::uint32_t header = 0;
        for (std::size_t i = 4; i-- > 0;)
            header = header << 8 | static_cast<unsigned char>(rest_[i]);
        rest_.remove_prefix(4);
        if (header == 0 || header > longest_header) return malformed("an impossible signature");
        if (rest_.size() < header || rest_.size() - header < length) {
            return malformed("it is shorter than it says");
        }
        SealedPart part{rest_.substr(0, header), {}};
        const auto data = rest_.substr(header);
        for (std::size_t padding = 0; padding <= longest_padding; ++padding) {
            if (data.size() < length + padding) break;
            rest_ = data.substr(length + padding);
            if (!take_boundary(rest_)) continue;
            part.data = data.substr(0, length + padding);
            return part;
        }
        return malformed("no boundary where its length says");
    }

    // "--" closes the last boundary; some leave it out.
    bool at_end() {
        auto rest = rest_;
        take(rest, "--");
        take(rest, "\r\n");
        closed_ = rest.empty();
        return closed_ || rest_.starts_with("--");
    }

    std::string_view rest_;
    bool closed_ = false;
};

} // namespace

std::string_view sealed_content_type() noexcept {
    return content_type;
}

std::string sealed_body(const SealedMessage& message) {
    std::string body;
    body.reserve(message.header.size() + message.data.size() + 300);
    const auto line = [&body](auto... pieces) {
        (body.append(pieces), ...);
        body.append("\r\n");
    };
    line("--", boundary);
    line("\tContent-Type: ", protocol);
    line("\tOriginalContent: type=", original, ";Length=", std::to_string(message.data.size()));
    line("--", boundary);
    line("\tContent-Type: ", octets);
    body.append(little_endian(message.header.size())).append(message.header).append(message.data);
    line("--", boundary, "--");
    return body;
}

Result<std::vector<SealedPart>> read_sealed(std::string_view type, std::string_view body) {
    if (!is_sealed_type(type)) {
        return Error(
                   Phase::authenticate,
                   Errc::protocol_violation,
                   "the host answers without encryption"
        )
            .with_native("Content-Type " + foreign_text(type, 100))
            .with_hint("such an answer may come from anybody on the way and is not believed");
    }
    return Reader(body).read();
}

} // namespace rdpsweep::winrm
