// What a volume is asked, made of the library's calls.
#include "offline/ntfs.hpp"

#include "core/foreign_text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "offline/ntfs_journal.hpp"
#include "offline/ntfs_library.hpp"
#include "offline/ntfs_security.hpp"
#include "offline/ntfs_stream.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::uint64_t log_record = 2; // in the master file table
constexpr std::uint64_t volume_record = 3;
constexpr std::uint16_t volume_is_dirty = 0x0001;
constexpr std::uint64_t secure_record = 9;

// Makes the source of a record's bytes.
Result<std::unique_ptr<ByteSource>>
open_file(const std::shared_ptr<NtfsLibrary>& library, NtfsRecord record, std::string_view what) {
    size64_t size = 0;
    if (auto plain = library->plain(record.get()); !plain) {
        return std::move(plain).error();
    }
    const auto has = library->ask("a file", [&](libfsntfs_error_t** error) {
        const int data = libfsntfs_file_entry_has_default_data_stream(record.get(), error);
        return data != 1 ? data : libfsntfs_file_entry_get_size(record.get(), &size, error);
    });
    if (!has) {
        return has.error();
    }
    if (*has == 0) {
        return ntfs_error(Errc::not_found, foreign_text(what) + " is no file");
    }
    if (size > std::numeric_limits<std::int64_t>::max()) {
        return ntfs_error(Errc::malformed_output, "a file is longer than there are");
    }
    if (auto covered = library->covered(record.get(), size); !covered) {
        return std::move(covered).error();
    }
    return ntfs_stream(library, std::move(record), size);
}

} // namespace

Result<NtfsVolume> NtfsVolume::open(ByteSource& volume) {
    auto library = std::make_shared<NtfsLibrary>(volume);
    if (auto opened = library->open(); !opened) {
        return std::move(opened).error();
    }
    return NtfsVolume(std::move(library));
}

Result<std::unique_ptr<ByteSource>> NtfsVolume::file(std::string_view path) {
    auto record = library_->at_path(path);
    if (!record) {
        return std::move(record).error();
    }
    return open_file(library_, std::move(*record), path);
}

Result<std::vector<std::byte>> NtfsVolume::read(std::string_view path, std::size_t most) {
    auto opened = file(path);
    if (!opened) {
        return std::move(opened).error();
    }
    const auto size = (*opened)->size();
    if (size > most) {
        return ntfs_error(
            Errc::output_limit,
            std::to_string(size) + " bytes are more than is read of " + foreign_text(path)
        );
    }
    std::vector<std::byte> bytes(size);
    if (auto done = (*opened)->read(0, bytes); !done) {
        return std::move(done).error();
    }
    return bytes;
}

Result<NtfsFolder> NtfsVolume::list(std::string_view path, std::size_t most) {
    const auto record = library_->at_path(path);
    if (!record) {
        return record.error();
    }
    int count = 0;
    const auto counted = library_->ask("a folder", [&](libfsntfs_error_t** error) {
        const int is = libfsntfs_file_entry_has_directory_entries_index(record->get(), error);
        return is != 1 ? is
                       : libfsntfs_file_entry_get_number_of_sub_file_entries(
                             record->get(), &count, error
                         );
    });
    if (!counted) {
        return counted.error();
    }
    if (*counted == 0) {
        return ntfs_error(Errc::not_found, foreign_text(path) + " is no folder");
    }
    NtfsFolder folder;
    folder.count = static_cast<std::size_t>(std::max(count, 0));
    const auto wanted = static_cast<int>(std::min(folder.count, most));
    for (int i = 0; i < wanted; ++i) {
        auto entry = library_->child(record->get(), i);
        if (!entry) {
            return std::move(entry).error();
        }
        folder.entries.push_back(std::move(*entry));
    }
    return folder;
}

Result<std::vector<std::byte>> NtfsVolume::descriptor(std::string_view path) {
    const auto record = library_->at_path(path);
    if (!record) {
        return record.error();
    }
    const auto number = library_->descriptor_number(record->get());
    if (!number) {
        return number.error();
    }
    if (*number != 0) {
        return stored_descriptor(*number);
    }
    return library_->own_descriptor(record->get());
}

// Returns the descriptor that many files share.
Result<std::vector<std::byte>> NtfsVolume::stored_descriptor(std::uint32_t number) {
    if (!security_) {
        auto record = library_->by_number(secure_record);
        if (!record) {
            return std::move(record).error();
        }
        auto stream = ntfs_named_stream(library_, std::move(*record), "$SDS");
        if (!stream) {
            return std::move(stream).error();
        }
        security_ = std::make_shared<NtfsSecurity>(std::move(*stream));
    }
    return security_->find(number);
}

Result<NtfsState> NtfsVolume::state() {
    const auto record = library_->by_number(volume_record);
    if (!record) {
        return record.error();
    }
    const auto information =
        library_->attribute(record->get(), LIBFSNTFS_ATTRIBUTE_TYPE_VOLUME_INFORMATION);
    if (!information) {
        return information.error();
    }
    if (!*information) {
        return ntfs_error(Errc::malformed_output, "the volume does not say in which state it is");
    }
    std::uint16_t flags = 0;
    const auto got = library_->ask("the state of the volume", [&](libfsntfs_error_t** error) {
        return libfsntfs_volume_information_attribute_get_flags(information->get(), &flags, error);
    });
    if (!got) {
        return got.error();
    }
    NtfsState state;
    state.dirty = (flags & volume_is_dirty) != 0;
    auto journal = library_->by_number(log_record);
    auto file = journal ? open_file(library_, std::move(*journal), "$LogFile")
                        : Result<std::unique_ptr<ByteSource>>(journal.error());
    std::vector<std::byte> head(journal_head_bytes);
    if (file && (*file)->size() >= head.size() && (*file)->read(0, head)) {
        state.journal_clean = is_journal_clean(head);
    }
    // What the source said is not a matter of the journal.
    const auto still = library_->ask("the volume", [](libfsntfs_error_t**) { return 1; });
    return still ? Result<NtfsState>(state) : still.error();
}

} // namespace rdpsweep::offline
