// A security descriptor in binary. What is printed of it is understood by the rules' parser of
// SDDL, which shares no code with it, and means the same.
#include "offline/descriptor.hpp"

#include "probes/collect/sddl.hpp"
#include "tests/fuzz/target.hpp"

#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rdpsweep;
    const offline::Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto whole = offline::sddl_of(bytes, offline::DescriptorParts::owner_group_dacl);
    const auto text = offline::sddl_of(bytes, offline::DescriptorParts::owner_dacl);
    must(!whole || text, "less can be printed where more can");
    if (!text || text->size() > max_sddl_bytes) return 0;
    const auto parsed = parse_sddl(*text);
    must(parsed || parsed.error().code() == Errc::output_limit, "what is printed can be read");
    if (!parsed) return 0;
    const auto control = offline::number_at<std::uint16_t>(bytes, 2).value_or(0);
    const auto dacl = offline::number_at<std::uint32_t>(bytes, 16).value_or(0);
    const bool present = (control & sd_control::dacl_present) != 0;
    must(parsed->null_dacl == (!present || dacl == 0), "no DACL is told from an empty one");
    constexpr std::uint16_t kept = sd_control::dacl_present | sd_control::dacl_protected |
                                   sd_control::dacl_auto_inherit_req |
                                   sd_control::dacl_auto_inherited;
    must(!present || parsed->control == (control & kept), "the flags are the same");
    auto at = std::size_t{dacl} + 8;
    for (const auto& entry : parsed->dacl) {
        const auto flags = offline::number_at<std::uint8_t>(bytes, at + 1);
        must(entry.mask == offline::number_at<std::uint32_t>(bytes, at + 4), "rights are the same");
        must(entry.flags == (*flags & 0xDFU), "flags that have letters are the same");
        at += offline::number_at<std::uint16_t>(bytes, at + 2).value_or(0);
    }
    return 0;
}
