// /os: which Windows it is, and what it is called.
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <map>

#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::uint32_t primary_domain_controller = 5;

std::optional<std::uint32_t> number_in(std::string_view text, int base) {
    std::uint32_t number = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number, base);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return number;
}

// Puts a number that Windows writes as a text.
void put_number_text(Sheet& os, const Place& place, Source source, int base) {
    if (!place.key) return os.failed(source.member, place.key.error());
    if (!place.there()) return;
    const auto found = read_text(*place.hive, *place.key, source.value);
    if (!found) return os.failed(source.member, found.error());
    if (!*found) return;
    const auto number = number_in(**found, base);
    if (number)
        os.object()[std::string(source.member)] = *number;
    else
        os.document().unread(os.at(source.member), "error", "no number");
}

void put_build(Sheet& os, const Registry& registry) {
    const auto version = registry.software(R"(Microsoft\Windows NT\CurrentVersion)");
    put_number_text(os, version, {"build", "CurrentBuildNumber"}, 10);
    if (!os.object().contains("build")) put_number_text(os, version, {"build", "CurrentBuild"}, 10);
    os.text_or_empty(version, {"edition", "EditionID"});
    os.text_or_empty(version, {"install_type", "InstallationType"});
    os.dword(version, {"ubr", "UBR"});
}

// A domain controller says so itself. Whether another machine is a member of a domain is told by
// no hive that is read here.
void put_product(Sheet& os, const Registry& registry) {
    static const std::map<std::string, std::uint32_t> types{
        {"winnt", 1}, {"lanmannt", 2}, {"servernt", 3}};
    constexpr std::string_view path = R"(Control\ProductOptions)";
    const auto options = registry.current(path);
    const auto found = options.key ? read_text(*options.hive, *options.key, "ProductType")
                                   : Found<std::string>(options.key.error());
    if (!found) {
        os.failed("product_type", found.error());
        os.document().offline(os.at("domain_role"));
        return;
    }
    const auto type = types.find(ascii_lower(found->value_or("")));
    if (type != types.end()) os.object()["product_type"] = type->second;
    if (type != types.end() && type->first == "lanmannt")
        os.object()["domain_role"] = primary_domain_controller;
    else
        os.document().offline(os.at("domain_role"));
}

void put_names(Sheet& os, const Registry& registry) {
    const auto parameters = registry.current(R"(Services\Tcpip\Parameters)");
    os.text_or_empty(parameters, {"host", "Hostname"});
    os.text_or_empty(parameters, {"domain", "Domain"});
    const auto& names = os.object();
    if (!names.contains("host") || !names.contains("domain"))
        return os.document().unread(os.at("fqdn"), "error", "see host and domain");
    auto whole = names["host"].get<std::string>() + "." + names["domain"].get<std::string>();
    while (whole.ends_with('.'))
        whole.pop_back();
    os.put("fqdn", std::move(whole));
}

} // namespace

void read_os(const Registry& registry, Document& document) {
    Sheet os(document.group("os"), "/os", document);
    put_build(os, registry);
    put_product(os, registry);
    put_names(os, registry);
    os.presence("winpe", registry.current(R"(Control\MiniNT)"));
    const auto cryptography = registry.software(R"(Microsoft\Cryptography)");
    os.text_or_empty(cryptography, {"machine_guid", "MachineGuid"});
    const auto language = registry.current(R"(Control\Nls\Language)");
    put_number_text(os, language, {"locale_lcid", "InstallLanguage"}, 16);
    document.offline("/os/boot_utc");
    document.offline("/os/disk_free_mb");
}

} // namespace rdpsweep::offline
