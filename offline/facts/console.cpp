// /ems: whether the boot configuration has the console on a serial port (EMS).
#include <nlohmann/json.hpp>

#include "offline/bytes.hpp"
#include "offline/facts/boot.hpp"
#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::string_view ems_settings = "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}";

// Puts a number that Windows writes in eight bytes.
void put_boot_number(Sheet& ems, const char* member, const Found<Value>& element) {
    if (!element) return ems.failed(member, element.error());
    if (!*element) return;
    if (const auto number = number_at<std::uint32_t>((*element)->data, 0))
        ems.object()[member] = *number;
    else
        ems.document().unread(ems.at(member), "error", "wrong type");
}

} // namespace

void read_console(const OpenHive* boot, Document& document) {
    if (boot == nullptr) return document.unread("/ems", "absent");
    Sheet ems(document.group("ems"), "/ems", document);
    const auto& hive = boot->hive();
    const auto loader = default_loader(hive);
    const auto on = loader && *loader ? boot_element(hive, **loader, boot_element_id::ems)
                    : loader          ? Found<Value>(std::optional<Value>())
                                      : Found<Value>(loader.error());
    if (!on)
        ems.failed("ems", on.error());
    else if (*on && !(*on)->data.empty())
        ems.object()["ems"] = (*on)->data.front() != std::byte{0};
    put_boot_number(ems, "port", boot_element(hive, ems_settings, boot_element_id::ems_port));
    put_boot_number(ems, "baud", boot_element(hive, ems_settings, boot_element_id::ems_baud));
}

} // namespace rdpsweep::offline
