// A volume opened by libfsntfs: its calls one by one, with errors of ours. Private to ntfs.cpp.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <libfsntfs.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offline/ntfs.hpp"
#include "offline/ntfs_io.hpp"

namespace rdpsweep::offline {

struct NtfsEntryDeleter {
    void operator()(libfsntfs_file_entry_t* entry) const noexcept;
};

struct NtfsAttributeDeleter {
    void operator()(libfsntfs_attribute_t* attribute) const noexcept;
};

using NtfsRecord = std::unique_ptr<libfsntfs_file_entry_t, NtfsEntryDeleter>;
using NtfsAttribute = std::unique_ptr<libfsntfs_attribute_t, NtfsAttributeDeleter>;

Error ntfs_error(Errc code, std::string detail);

class NtfsLibrary {
public:
    explicit NtfsLibrary(ByteSource& source) : io_{.source = source, .at = 0, .failure = {}} {}

    NtfsLibrary(const NtfsLibrary&) = delete;
    NtfsLibrary& operator=(const NtfsLibrary&) = delete;
    ~NtfsLibrary();

    Status open();

    // Makes calls of the library, and returns what they answer when that is no failure. What the
    // source said comes before what the library made of it, also where that is no failure.
    template <class Call>
    Result<std::int64_t> ask(std::string_view what, Call call) {
        libfsntfs_error_t* error = nullptr;
        const std::int64_t answer = call(&error);
        return answered(what, answer, error);
    }

    // Returns the record of a file or a folder. Error not_found; malformed_output: it is damaged,
    // or is not in use.
    Result<NtfsRecord> at_path(std::string_view path);
    Result<NtfsRecord> by_number(std::uint64_t number);

    // Returns the first attribute of that type; nothing when there is none.
    Result<NtfsAttribute> attribute(libfsntfs_file_entry_t* entry, std::uint32_t wanted);

    // Fails where the bytes of a file are not what it holds.
    Status plain(libfsntfs_file_entry_t* entry);

    // Fails where a path led to another file's record, as a folder that was not written yet does.
    Status same_name(libfsntfs_file_entry_t* entry, std::string_view wanted);

    // Fails where the library would fill with zeros what the file's extents do not cover.
    Status covered(libfsntfs_file_entry_t* entry, std::uint64_t size);

    Result<NtfsEntry> child(libfsntfs_file_entry_t* folder, int index);

    // Returns under which number $Secure has a record's descriptor; 0: the record has its own.
    Result<std::uint32_t> descriptor_number(libfsntfs_file_entry_t* entry);
    Result<std::vector<std::byte>> own_descriptor(libfsntfs_file_entry_t* entry);

private:
    Status same_sizes();
    Result<std::int64_t>
    answered(std::string_view what, std::int64_t answer, libfsntfs_error_t* error);
    Result<NtfsRecord>
    usable(const Result<std::int64_t>& found, NtfsRecord record, const std::string& what);
    Result<std::string> name(
        const std::function<int(std::size_t*, libfsntfs_error_t**)>& get_size,
        const std::function<int(std::uint16_t*, std::size_t, libfsntfs_error_t**)>& get
    );
    Result<int> attribute_count(libfsntfs_file_entry_t* entry);
    // Returns the attribute with that index; nothing when it is of another type.
    Result<NtfsAttribute>
    attribute_at(libfsntfs_file_entry_t* entry, int index, std::uint32_t wanted);

    NtfsIo io_;
    libbfio_handle_t* handle_ = nullptr;
    libfsntfs_volume_t* volume_ = nullptr;
};

} // namespace rdpsweep::offline
