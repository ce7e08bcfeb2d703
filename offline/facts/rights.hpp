// Rights as the document has them: owner and DACL in the words of SDDL.
#pragma once

#include "core/result.hpp"

#include <string>
#include <vector>

#include "offline/descriptor.hpp"

namespace rdpsweep::offline {

// Returns the words for a descriptor that was read. Error{run, output_limit}: there are more than a
// reader takes.
inline Result<std::string> rights_text(const Result<std::vector<std::byte>>& descriptor) {
    constexpr std::size_t longest = 65536;
    if (!descriptor) return descriptor.error();
    auto words = sddl_of(*descriptor, DescriptorParts::owner_dacl);
    if (words && words->size() > longest)
        return Error(
            Phase::run, Errc::output_limit, "the rights are longer than any that make sense"
        );
    return words;
}

} // namespace rdpsweep::offline
