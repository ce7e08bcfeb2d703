// Takes a request's path and fields apart.
#include "tests/simfleet/azure/arm_url.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <charconv>

namespace simfleet {

using rdpsweep::ascii_lower;

namespace {

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte =
            text[i] == '%' ? rdpsweep::hex_decode(text.substr(i + 1, 2)) : std::nullopt;
        plain += byte ? byte->front() : text[i] == '+' ? ' ' : text[i];
        if (byte) i += 2;
    }
    return plain;
}

} // namespace

std::map<std::string, std::string> fields_of(std::string_view text) {
    std::map<std::string, std::string> fields;
    for (const auto& pair : rdpsweep::split(text, '&')) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) continue;
        fields[ascii_lower(percent_decoded(pair.substr(0, equals)))] =
            percent_decoded(pair.substr(equals + 1));
    }
    return fields;
}

std::size_t number_of(const std::string& text, std::size_t usual) {
    std::size_t value = usual;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

ArmFace::Url::Url(const std::string& target) {
    const auto mark = target.find('?');
    path = target.substr(0, mark);
    for (auto& part : rdpsweep::split(path, '/'))
        if (!part.empty()) parts.push_back(percent_decoded(part));
    if (mark != std::string::npos) query = fields_of(target.substr(mark + 1));
}

} // namespace simfleet
