// A security descriptor as a VM writes it, and what its rights are under the laws of an ACL.
#include "probes/collect/sddl.hpp"

#include "probes/fix/rights.hpp"
#include "tests/fuzz/target.hpp"

#include <array>

namespace {

using namespace rdpsweep;

void check_access(const SecurityDescriptor& descriptor) {
    const auto sids = termservice_sids();
    const auto all = effective_access(descriptor, sids, file_access::all);
    must((all & ~file_access::all) == 0, "no more than was asked for");
    if (descriptor.null_dacl) must(all == file_access::all, "without a DACL all is allowed");
    // Bits are decided one by one.
    std::uint32_t sum = 0;
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1)
        sum |= effective_access(descriptor, sids, file_access::all & bit);
    must(sum == all, "the whole is the sum of its bits");
    auto closed = descriptor;
    closed.null_dacl = false;
    closed.owner.clear();
    Ace denial;
    denial.kind = AceKind::deny;
    denial.mask = file_access::all;
    denial.sid = sids[0];
    closed.dacl.insert(closed.dacl.begin(), denial);
    must(effective_access(closed, sids, file_access::all) == 0, "what comes first decides");
    closed.dacl.front().flags = ace_flag::inherit_only;
    auto unowned = descriptor;
    unowned.owner.clear();
    unowned.null_dacl = false;
    must(
        effective_access(closed, sids, file_access::all) ==
            effective_access(unowned, sids, file_access::all),
        "what is only inherited does not count"
    );
}

void check_grants(std::string_view text, const SecurityDescriptor& before) {
    const std::array grants{Grant{"S-1-5-20", file_access::read}};
    const std::array<std::string, 1> token{"S-1-5-20"};
    const auto better = with_grants(text, grants);
    if (!better) return;
    const auto after = parse_sddl(*better);
    must(after.has_value(), "what a fix writes can be read");
    must(
        effective_access(*after, token, file_access::read) == file_access::read,
        "what a fix grants is there"
    );
    must(with_grants(*better, grants) == better, "a second time changes nothing");
    must(after->owner == before.owner && after->group == before.group, "owner and group stay");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto descriptor = parse_sddl(text);
    if (!descriptor) {
        must(!with_grants(text, {}), "what cannot be read is not rewritten");
        return 0;
    }
    must(descriptor->dacl.size() <= max_aces, "entries are bounded");
    check_access(*descriptor);
    check_grants(text, *descriptor);
    return 0;
}
