// Writes and reads the messages; each kind has its own bound.
#include "core/disk_wire.hpp"

#include "core/disk_hints.hpp"
#include "core/foreign_text.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::disk_wire {

namespace {

constexpr std::size_t request_body = 12;

void put(std::string& bytes, std::uint64_t number, std::size_t width) {
    for (std::size_t at = 0; at < width; ++at)
        bytes += static_cast<char>(number >> (8U * at) & 0xFFU);
}

std::uint64_t number_in(std::string_view bytes) noexcept {
    std::uint64_t number = 0;
    for (auto at = bytes.size(); at-- > 0;)
        number = number << 8U | static_cast<unsigned char>(bytes[at]);
    return number;
}

struct Form {
    Speaker speaker;
    Kind kind;
    std::size_t least;
    std::size_t most;
};

constexpr std::array forms{
    Form{Speaker::helper, Kind::read, request_body, request_body},
    Form{Speaker::helper, Kind::stage, 1, stage_bytes},
    Form{Speaker::helper, Kind::facts, 1, limits::stdout_bytes},
    Form{Speaker::helper, Kind::failure, 1, failure_bytes},
    Form{Speaker::parent, Kind::data, 1, request_bytes},
    Form{Speaker::parent, Kind::no_data, 0, 0},
};

Error not_said(std::string detail) {
    return {Phase::run, Errc::protocol_violation, std::move(detail)};
}

// Returns how long a message may be that begins like this.
Result<Form> form_of(Speaker speaker, char kind) {
    const auto* const form = std::find_if(forms.begin(), forms.end(), [&](const Form& known) {
        return known.speaker == speaker && static_cast<char>(known.kind) == kind;
    });
    if (form != forms.end()) return *form;
    return not_said(
        std::string(speaker == Speaker::helper ? "the disk's reader" : "rdpsweep") +
        " said what the protocol does not have: " + foreign_text(std::string_view(&kind, 1))
    );
}

Status check_length(const Form& form, std::uint64_t length) {
    if (length >= form.least && length <= form.most) return {};
    if (form.kind == Kind::facts && length > form.most) {
        return Error(
            Phase::run,
            Errc::output_limit,
            "the disk's reader would answer " + std::to_string(length) + " bytes, over " +
                std::to_string(form.most)
        );
    }
    return not_said(
        std::string("a message ") + static_cast<char>(form.kind) + " of " + std::to_string(length) +
        " bytes"
    );
}

// Of what a reader may say: codes that end a run, hold a host back or are tried again are not its
// to choose.
bool may_tell(Errc code) noexcept {
    constexpr std::array told{
        Errc::unsupported,
        Errc::blocked_by_policy,
        Errc::malformed_output,
        Errc::output_limit,
        Errc::not_found};
    return std::find(told.begin(), told.end(), code) != told.end();
}

// Returns the text before the next 0, which goes as well.
std::string_view take_text(std::string_view& rest) noexcept {
    const auto end = rest.find('\0');
    const auto text = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return text;
}

} // namespace

std::string to_bytes(Kind kind, std::string_view body) {
    std::string bytes;
    bytes.reserve(header_bytes + body.size());
    bytes += static_cast<char>(kind);
    put(bytes, body.size(), 4);
    bytes += body;
    return bytes;
}

std::string to_bytes(const Request& request) {
    std::string body;
    put(body, request.offset, 8);
    put(body, request.length, 4);
    return to_bytes(Kind::read, body);
}

std::string to_bytes(const Error& failure) {
    std::string body;
    for (const auto text : {to_string(failure.code()), failure.native(), failure.detail()}) {
        body += text;
        body += '\0';
    }
    body += failure.hint();
    body.resize(std::min(body.size(), failure_bytes));
    return to_bytes(Kind::failure, body);
}

std::optional<Request> read_request(std::string_view body) noexcept {
    if (body.size() != request_body) return std::nullopt;
    return Request{
        number_in(body.substr(0, 8)), static_cast<std::uint32_t>(number_in(body.substr(8)))};
}

Error read_failure(std::string_view body) {
    auto code = Errc::malformed_output;
    if (!from_string(take_text(body), code) || !may_tell(code)) code = Errc::malformed_output;
    const auto native = foreign_text(take_text(body), 80);
    auto detail = foreign_text(take_text(body));
    if (detail.empty()) detail = "the disk cannot be read";
    const auto& hints = disk_hints::all;
    const auto* const hint = std::find(hints.begin(), hints.end(), body);
    return Error(Phase::run, code, std::move(detail))
        .with_native(native)
        .with_hint(hint == hints.end() ? std::string() : std::string(*hint));
}

bool is_stage(std::string_view text) noexcept {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= stage_bytes &&
           std::all_of(text.begin(), text.end(), fits);
}

Result<std::optional<Message>> Reader::next() {
    if (buffer_.size() < header_bytes) return std::optional<Message>();
    const auto form = form_of(speaker_, buffer_.front());
    if (!form) return form.error();
    const auto length = number_in(std::string_view(buffer_).substr(1, 4));
    if (auto fits = check_length(*form, length); !fits) return std::move(fits).error();
    if (buffer_.size() - header_bytes < length) return std::optional<Message>();
    std::optional<Message> message;
    message.emplace(Message{form->kind, buffer_.substr(header_bytes, length)});
    buffer_.erase(0, header_bytes + length);
    if (form->kind == Kind::stage && !is_stage(message->body)) {
        return not_said("the disk's reader named a stage that is none");
    }
    return message;
}

} // namespace rdpsweep::disk_wire
