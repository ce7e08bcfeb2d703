// What a record's attributes say: whether the bytes that the library gives are the file, and where
// its descriptor is.
#include "core/foreign_text.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "offline/ntfs_library.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::uint32_t reparse_wof = 0x80000017; // IO_REPARSE_TAG_WOF (MS-FSCC 2.1.2.1)
constexpr std::size_t most_descriptor_bytes = std::size_t{256} << 10U; // two lists of 64 KiB
constexpr std::uint64_t largest_offset = std::numeric_limits<std::int64_t>::max();

} // namespace

Result<int> NtfsLibrary::attribute_count(libfsntfs_file_entry_t* entry) {
    int count = 0;
    const auto counted = ask("a record", [&](libfsntfs_error_t** error) {
        return libfsntfs_file_entry_get_number_of_attributes(entry, &count, error);
    });
    return counted ? Result<int>(count) : counted.error();
}

Result<NtfsAttribute>
NtfsLibrary::attribute_at(libfsntfs_file_entry_t* entry, int index, std::uint32_t wanted) {
    libfsntfs_attribute_t* raw = nullptr;
    std::uint32_t type = 0;
    const auto got = ask("an attribute", [&](libfsntfs_error_t** error) {
        const int found = libfsntfs_file_entry_get_attribute_by_index(entry, index, &raw, error);
        return found == 1 ? libfsntfs_attribute_get_type(raw, &type, error) : found;
    });
    NtfsAttribute attribute(raw);
    if (!got) {
        return got.error();
    }
    if (type != wanted) {
        attribute.reset();
    }
    return attribute;
}

Result<NtfsAttribute> NtfsLibrary::attribute(libfsntfs_file_entry_t* entry, std::uint32_t wanted) {
    const auto count = attribute_count(entry);
    if (!count) {
        return count.error();
    }
    for (int i = 0; i < *count; ++i) {
        auto found = attribute_at(entry, i, wanted);
        if (!found || *found) {
            return found;
        }
    }
    return NtfsAttribute();
}

Status NtfsLibrary::same_name(libfsntfs_file_entry_t* entry, std::string_view wanted) {
    const auto count = attribute_count(entry);
    if (!count) {
        return count.error();
    }
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    bool same = !std::all_of(wanted.begin(), wanted.end(), is_ascii); // others are not folded here
    for (int i = 0; i < *count && !same; ++i) {
        const auto found = attribute_at(entry, i, LIBFSNTFS_ATTRIBUTE_TYPE_FILE_NAME);
        if (!found) {
            return found.error();
        }
        if (!*found) {
            continue;
        }
        const auto text = name(
            [&](auto* length, auto** error) {
                return libfsntfs_file_name_attribute_get_utf16_name_size(
                    found->get(), length, error
                );
            },
            [&](auto* units, auto length, auto** error) {
                return libfsntfs_file_name_attribute_get_utf16_name(
                    found->get(), units, length, error
                );
            }
        );
        if (!text) {
            return text.error();
        }
        same = iequals(*text, wanted);
    }
    if (!same) {
        return ntfs_error(
            Errc::malformed_output,
            "the folder names " + foreign_text(wanted) + ", and its record is another file's"
        );
    }
    return {};
}

Status NtfsLibrary::plain(libfsntfs_file_entry_t* entry) {
    const auto link = attribute(entry, LIBFSNTFS_ATTRIBUTE_TYPE_REPARSE_POINT);
    if (!link) {
        return link.error();
    }
    std::uint32_t tag = 0;
    std::uint32_t flags = 0;
    const auto got = ask("what a file is", [&](libfsntfs_error_t** error) {
        if (*link && libfsntfs_reparse_point_attribute_get_tag(link->get(), &tag, error) != 1) {
            return -1;
        }
        return libfsntfs_file_entry_get_file_attribute_flags(entry, &flags, error);
    });
    if (!got) {
        return got.error();
    }
    if (tag == reparse_wof) {
        return ntfs_error(
            Errc::unsupported, "the file is compressed by the system (WOF), which is not read"
        );
    }
    if (*link) {
        char number[16];
        std::snprintf(number, sizeof number, "0x%08x", unsigned{tag});
        return ntfs_error(
            Errc::unsupported, std::string("the file is a reparse point of tag ") + number
        );
    }
    if ((flags & LIBFSNTFS_FILE_ATTRIBUTE_FLAG_REPARSE_POINT) != 0) {
        return ntfs_error(Errc::unsupported, "the file is a reparse point of an unread tag");
    }
    if ((flags & LIBFSNTFS_FILE_ATTRIBUTE_FLAG_ENCRYPTED) != 0) {
        return ntfs_error(Errc::unsupported, "the file is encrypted (EFS)");
    }
    return {};
}

Status NtfsLibrary::covered(libfsntfs_file_entry_t* entry, std::uint64_t size) {
    int count = 0;
    std::uint64_t sum = 0;
    const auto got = ask("where a file lies", [&](libfsntfs_error_t** error) {
        int found = libfsntfs_file_entry_get_number_of_extents(entry, &count, error);
        for (int i = 0; i < count && found == 1 && sum < size; ++i) {
            off64_t offset = 0;
            size64_t length = 0;
            std::uint32_t flags = 0;
            found =
                libfsntfs_file_entry_get_extent_by_index(entry, i, &offset, &length, &flags, error);
            sum += std::min<std::uint64_t>(length, largest_offset);
        }
        return found;
    });
    if (!got) {
        return got.error();
    }
    if (count != 0 && sum < size) {
        return ntfs_error(Errc::malformed_output, "a part of a file is nowhere");
    }
    return {};
}

Result<std::uint32_t> NtfsLibrary::descriptor_number(libfsntfs_file_entry_t* entry) {
    const auto information = attribute(entry, LIBFSNTFS_ATTRIBUTE_TYPE_STANDARD_INFORMATION);
    std::uint32_t number = 0;
    if (!information) {
        return information.error();
    }
    if (!*information) {
        return number;
    }
    const auto got = ask("a record", [&](libfsntfs_error_t** error) {
        return libfsntfs_standard_information_attribute_get_security_descriptor_identifier(
            information->get(), &number, error
        );
    });
    return got ? Result<std::uint32_t>(*got == 1 ? number : 0) : got.error();
}

Result<std::vector<std::byte>> NtfsLibrary::own_descriptor(libfsntfs_file_entry_t* entry) {
    const auto own = attribute(entry, LIBFSNTFS_ATTRIBUTE_TYPE_SECURITY_DESCRIPTOR);
    if (!own) {
        return own.error();
    }
    std::size_t size = 0;
    const auto known = ask("a descriptor", [&](libfsntfs_error_t** error) {
        return *own ? libfsntfs_security_descriptor_attribute_get_security_descriptor_size(
                          own->get(), &size, error
                      )
                    : 0;
    });
    if (!known) {
        return known.error();
    }
    if (*known == 0 || size == 0 || size > most_descriptor_bytes) {
        return ntfs_error(Errc::malformed_output, "a file has no security descriptor");
    }
    std::vector<std::byte> bytes(size);
    const auto got = ask("a descriptor", [&](libfsntfs_error_t** error) {
        auto* into = reinterpret_cast<std::uint8_t*>(bytes.data());
        return libfsntfs_security_descriptor_attribute_get_security_descriptor(
            own->get(), into, size, error
        );
    });
    if (!got) {
        return got.error();
    }
    return bytes;
}

} // namespace rdpsweep::offline
