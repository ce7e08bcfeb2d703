// Where a disk is: a file, or what refers to a SAS. A URL is not repeated: it may be the SAS.
#include "core/text.hpp"
#include "scanner/credentials/credentials.hpp"
#include "scanner/inventory/field_values.hpp"

#include <algorithm>

namespace rdpsweep {

bool is_url(std::string_view text) noexcept {
    return text.find("://") != std::string_view::npos;
}

Mistake literal_sas() {
    return {
        "a SAS does not belong here: whoever reads it can read the disk", std::string(sas_hint)};
}

namespace field_values {

namespace {

constexpr std::size_t longest_path = 4096; // PATH_MAX
constexpr std::size_t longest_variable = 256;

// Tells whether a file may be called so.
bool is_file(std::string_view text) {
    const bool controls = std::any_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f;
    });
    return !text.empty() && !text.ends_with('/') && text.size() <= longest_path && !controls;
}

} // namespace

Complaint disk_file(std::string_view, std::string_view text, std::string& value) {
    if (is_url(text)) return literal_sas();
    if (!is_file(text)) {
        return Mistake{
            in_quotes(text) + " is not the path of a disk image",
            "disk: { file: /images/web-01.vhd }, or a block device such as /dev/sdc"};
    }
    value = text;
    return {};
}

Complaint sas_variable(std::string_view, std::string_view text, std::string& value) {
    const bool good = std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    // Not shown: it may be the SAS.
    if (text.empty() || text.size() > longest_variable || !good) {
        return Mistake{"not the name of an environment variable", std::string(sas_hint)};
    }
    value = from_environment(std::string(text)).variable;
    return {};
}

Complaint sas_systemd(std::string_view, std::string_view text, std::string& value) {
    // Not shown: it may be the SAS.
    if (!is_systemd_name(text))
        return Mistake{"not the name of a credential of systemd", std::string(sas_hint)};
    value = text;
    return {};
}

Complaint sas_file(std::string_view, std::string_view text, std::string& value) {
    if (is_url(text)) return literal_sas();
    if (!is_file(text)) return Mistake{"not the path of a file", std::string(sas_hint)};
    value = text;
    return {};
}

} // namespace field_values

} // namespace rdpsweep
