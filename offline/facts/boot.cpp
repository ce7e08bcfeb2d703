// Reads elements. On a disk, BCD's topmost key is what a running Windows calls BCD00000000.
#include "offline/facts/boot.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::string_view boot_manager = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}";

} // namespace

Found<Value> boot_element(const Hive& boot, std::string_view object, std::string_view element) {
    const auto key =
        boot.find(R"(Objects\)" + std::string(object) + R"(\Elements\)" + std::string(element));
    if (!key) return key.error();
    return read_value(boot, *key, "Element");
}

Found<std::string> default_loader(const Hive& boot) {
    const auto element = boot_element(boot, boot_manager, boot_element_id::default_object);
    if (!element) return element.error();
    // What is no text, or would lead elsewhere, names no object.
    auto text = *element ? text_of(**element) : std::nullopt;
    if (text && text->find('\\') != std::string::npos) text.reset();
    return text;
}

} // namespace rdpsweep::offline
