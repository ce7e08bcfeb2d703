// The calls of libfsntfs that open a volume and find what is on it.
#include "offline/ntfs_library.hpp"

#include "core/foreign_text.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rdpsweep::offline {
namespace {

constexpr std::size_t longest_path = 4096;
constexpr std::size_t longest_name = 256; // units of UTF-16, and the NUL

// Returns a path as the library wants it: "\\Windows\\System32".
std::string library_path(std::string_view path) {
    std::string text(path);
    std::replace(text.begin(), text.end(), '/', '\\');
    while (!text.empty() && text.back() == '\\') {
        text.pop_back();
    }
    return text.starts_with('\\') ? text : '\\' + text;
}

} // namespace

void NtfsEntryDeleter::operator()(libfsntfs_file_entry_t* entry) const noexcept {
    libfsntfs_file_entry_free(&entry, nullptr);
}

void NtfsAttributeDeleter::operator()(libfsntfs_attribute_t* attribute) const noexcept {
    libfsntfs_attribute_free(&attribute, nullptr);
}

Error ntfs_error(Errc code, std::string detail) {
    return {Phase::run, code, "NTFS: " + std::move(detail)};
}

NtfsLibrary::~NtfsLibrary() {
    libfsntfs_volume_free(&volume_, nullptr);
    libbfio_handle_free(&handle_, nullptr);
}

Status NtfsLibrary::open() {
    handle_ = make_bfio_handle(io_);
    if (handle_ == nullptr || libfsntfs_volume_initialize(&volume_, nullptr) != 1) {
        return Error(Phase::run, Errc::local_limit, "libfsntfs could not be started");
    }
    const auto opened = ask("the volume", [&](libfsntfs_error_t** error) {
        return libfsntfs_volume_open_file_io_handle(volume_, handle_, LIBFSNTFS_OPEN_READ, error);
    });
    return opened ? same_sizes() : Status(opened.error());
}

// Refuses a volume whose folders the library would read wrongly: where a cluster is not as long as
// a piece of an index, it leaves names out, or fails (2020 to 2026). Windows makes both 4 KiB.
Status NtfsLibrary::same_sizes() {
    size32_t cluster = 0;
    size32_t index = 0;
    const auto got = ask("the volume", [&](libfsntfs_error_t** error) {
        const int found = libfsntfs_volume_get_cluster_block_size(volume_, &cluster, error);
        return found != 1 ? found : libfsntfs_volume_get_index_entry_size(volume_, &index, error);
    });
    if (!got) {
        return got.error();
    }
    if (cluster != index) {
        return ntfs_error(
            Errc::unsupported,
            "clusters of " + std::to_string(cluster) + " bytes are not read, only those of " +
                std::to_string(index)
        );
    }
    return {};
}

Result<std::int64_t>
NtfsLibrary::answered(std::string_view what, std::int64_t answer, libfsntfs_error_t* error) {
    std::array<char, 1024> words{};
    if (error != nullptr) {
        libfsntfs_error_sprint(error, words.data(), words.size() - 1);
        libfsntfs_error_free(&error);
    }
    if (io_.failure) {
        return *io_.failure;
    }
    if (answer < 0) {
        return ntfs_error(
            Errc::malformed_output,
            std::string(what) + " cannot be read: " + foreign_text(words.data())
        );
    }
    return answer;
}

Result<NtfsRecord> NtfsLibrary::at_path(std::string_view path) {
    const auto text = library_path(path);
    libfsntfs_file_entry_t* raw = nullptr;
    if (text.size() > longest_path) {
        return ntfs_error(Errc::not_found, "a path of that length cannot be there");
    }
    const auto found = ask(foreign_text(text), [&](libfsntfs_error_t** error) {
        if (text == "\\") {
            return libfsntfs_volume_get_root_directory(volume_, &raw, error);
        }
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        return libfsntfs_volume_get_file_entry_by_utf8_path(
            volume_, bytes, text.size(), &raw, error
        );
    });
    auto record = usable(found, NtfsRecord(raw), foreign_text(text));
    if (record && text != "\\") {
        const auto name = std::string_view(text).substr(text.rfind('\\') + 1);
        if (auto same = same_name(record->get(), name); !same) {
            return std::move(same).error();
        }
    }
    return record;
}

Result<NtfsRecord> NtfsLibrary::by_number(std::uint64_t number) {
    libfsntfs_file_entry_t* raw = nullptr;
    const auto found = ask("a system file", [&](libfsntfs_error_t** error) {
        return libfsntfs_volume_get_file_entry_by_index(volume_, number, &raw, error);
    });
    return usable(found, NtfsRecord(raw), "system file " + std::to_string(number));
}

Result<std::string> NtfsLibrary::name(
    const std::function<int(std::size_t*, libfsntfs_error_t**)>& get_size,
    const std::function<int(std::uint16_t*, std::size_t, libfsntfs_error_t**)>& get
) {
    std::array<std::uint16_t, longest_name> units{};
    std::size_t size = 0;
    const auto got = ask("a name", [&](libfsntfs_error_t** error) {
        const int found = get_size(&size, error);
        if (found != 1 || size > units.size()) {
            return found == 1 ? -1 : found;
        }
        return get(units.data(), size, error);
    });
    if (!got) {
        return got.error();
    }
    std::string bytes;
    for (std::size_t i = 0; i + 1 < size; ++i) {
        bytes += static_cast<char>(units[i] & 0xFFU);
        bytes += static_cast<char>(units[i] >> 8U);
    }
    return utf16le_to_utf8(bytes);
}

Result<NtfsEntry> NtfsLibrary::child(libfsntfs_file_entry_t* folder, int index) {
    libfsntfs_file_entry_t* raw = nullptr;
    size64_t size = 0;
    int holds = 0;
    const auto got = ask("a folder's entry", [&](libfsntfs_error_t** error) {
        return libfsntfs_file_entry_get_sub_file_entry_by_index(folder, index, &raw, error);
    });
    const NtfsRecord entry(raw);
    if (!got) {
        return got.error();
    }
    const auto asked = ask("a folder's entry", [&](libfsntfs_error_t** error) {
        holds = libfsntfs_file_entry_has_directory_entries_index(raw, error);
        const int data = libfsntfs_file_entry_has_default_data_stream(raw, error);
        return holds < 0 || data != 1 ? std::min(holds, data)
                                      : libfsntfs_file_entry_get_size(raw, &size, error);
    });
    if (!asked) {
        return asked.error();
    }
    auto text = name(
        [&](auto* length, auto** error) {
            return libfsntfs_file_entry_get_utf16_name_size(raw, length, error);
        },
        [&](auto* units, auto length, auto** error) {
            return libfsntfs_file_entry_get_utf16_name(raw, units, length, error);
        }
    );
    if (!text) {
        return std::move(text).error();
    }
    return NtfsEntry{.name = std::move(*text), .size = size, .folder = holds == 1};
}

Result<NtfsRecord>
NtfsLibrary::usable(const Result<std::int64_t>& found, NtfsRecord entry, const std::string& what) {
    if (!found) {
        return found.error();
    }
    if (*found == 0 || !entry) {
        return ntfs_error(Errc::not_found, "there is no " + what);
    }
    int corrupted = 0;
    const auto asked = ask(what, [&](libfsntfs_error_t** error) {
        corrupted = libfsntfs_file_entry_is_corrupted(entry.get(), error);
        return libfsntfs_file_entry_is_allocated(entry.get(), error);
    });
    if (!asked) {
        return asked.error();
    }
    if (corrupted != 0 || *asked != 1) {
        return ntfs_error(Errc::malformed_output, what + " has a damaged record");
    }
    return entry;
}

} // namespace rdpsweep::offline
