// Reads the lines, the version and the offer; keeps no more than it needs of them.
#include "transports/ssh/hello.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"
#include "transports/ssh/wire.hpp"

#include <algorithm>
#include <optional>

namespace rdpsweep::ssh {

namespace {

constexpr std::uint8_t message_kexinit = 20; // RFC 4253 section 12
constexpr std::size_t most_names = 64;
constexpr std::size_t longest_notice = 1u << 10; // that is looked at, before the version
constexpr std::size_t kept_beginning = 1u << 10;

std::optional<Names> read_names(WireReader& reader) {
    const auto list = reader.text();
    if (!list) return {};
    auto names = split(*list, ',');
    std::erase(names, std::string());
    if (names.size() > most_names) names.resize(most_names);
    return names;
}

// Reads the ten lists of a KEXINIT; the last two, of languages, matter to nobody.
bool read_offer(std::string_view payload, Offer& offer) {
    WireReader reader(payload);
    if (reader.byte() != message_kexinit || !reader.skip(16)) return false;
    Offer read;
    for (auto* const list :
         {&read.kex,
          &read.host_keys,
          &read.ciphers_out,
          &read.ciphers_in,
          &read.macs_out,
          &read.macs_in,
          &read.compression_out,
          &read.compression_in}) {
        auto names = read_names(reader);
        if (!names) return false;
        *list = *std::move(names);
    }
    offer = std::move(read);
    return true;
}

} // namespace

Hello read_hello(std::string_view bytes) {
    Hello hello;
    for (;;) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) return hello;
        const auto line = trim(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
        if (line.starts_with("SSH-")) {
            hello.version = foreign_text(line, 255); // its limit, RFC 4253 section 4.2
            break;
        }
        ++hello.before;
        hello.last_line = line;
    }
    WireReader reader(bytes);
    const auto length = reader.number();
    const auto padding = reader.byte();
    // The packet may be cut off; its lists come first.
    if (!length || !padding || bytes.size() < 6) return hello;
    hello.offered = read_offer(bytes.substr(5), hello.offer);
    return hello;
}

void Greeting::add(std::string_view bytes) {
    const auto room = kept_beginning - beginning_.size();
    beginning_ += bytes.substr(0, room);
    const auto most = version_ ? hello_bytes - std::min(kept_.size(), hello_bytes) : bytes.size();
    kept_ += bytes.substr(0, most);
    if (!version_) let_lines_go();
}

void Greeting::let_lines_go() {
    for (;;) {
        const auto end = kept_.find('\n');
        if (kept_.starts_with("SSH-") && end != std::string::npos) {
            version_ = true;
            kept_.resize(std::min(kept_.size(), hello_bytes));
            return;
        }
        if (end == std::string::npos) break;
        last_line_ = trim(std::string_view(kept_).substr(0, std::min(end, longest_notice)));
        ++before_;
        kept_.erase(0, end + 1);
    }
    // The rest of an endless line says nothing more.
    kept_.resize(std::min(kept_.size(), longest_notice));
}

Hello Greeting::read() const {
    auto hello = read_hello(kept_);
    hello.before += before_;
    if (hello.last_line.empty()) hello.last_line = last_line_;
    // One that was cut off is a line, too, once nothing more comes.
    const bool unfinished = hello.version.empty() && !kept_.empty() && !kept_.starts_with("SSH-");
    if (unfinished) hello.last_line = trim(kept_);
    return hello;
}

} // namespace rdpsweep::ssh
