// Reads records through libevtx, which reads a range of memory through libbfio.
#include "offline/event/evtx.hpp"

#include "core/foreign_text.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>
#include <libbfio.h>
#include <libevtx.h>
#include <utility>

#include "offline/event/evtx_chunk.hpp"
#include "offline/event/record_xml.hpp"

namespace rdpsweep::offline {

struct EvtxReader::Handles {
    std::vector<std::byte> bytes; // what the range is; the library only reads it
    libbfio_handle_t* range = nullptr;
    libevtx_file_t* file = nullptr;

    Handles() = default;
    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;

    ~Handles() {
        if (file != nullptr) {
            libevtx_file_close(file, nullptr);
            libevtx_file_free(&file, nullptr);
        }
        if (range != nullptr) libbfio_handle_free(&range, nullptr);
    }
};

namespace {

struct FreeRecord {
    void operator()(libevtx_record_t* record) const noexcept {
        libevtx_record_free(&record, nullptr);
    }
};

using Record = std::unique_ptr<libevtx_record_t, FreeRecord>;

Error unreadable(const char* what, libevtx_error_t* error) {
    std::array<char, 512> text{};
    if (error != nullptr) libevtx_error_sprint(error, text.data(), text.size() - 1);
    libevtx_error_free(&error);
    return Error(Phase::run, Errc::malformed_output, what).with_native(foreign_text(text.data()));
}

// Reads a text of which the library says how long it is, its final zero included.
template <class Size, class Get>
std::optional<std::string> text_by(const Size& size_of, const Get& get, std::size_t most) {
    std::size_t size = 0;
    if (size_of(&size) != 1 || size == 0 || size > most) return std::nullopt;
    std::string text(size, '\0');
    if (get(reinterpret_cast<std::uint8_t*>(text.data()), size) != 1) return std::nullopt;
    text.resize(std::min(text.find('\0'), size - 1));
    return text;
}

std::optional<std::string> xml_of(libevtx_record_t* record, std::size_t most) {
    return text_by(
        [&](std::size_t* size) {
            return libevtx_record_get_utf8_xml_string_size(record, size, nullptr);
        },
        [&](std::uint8_t* text, std::size_t size) {
            return libevtx_record_get_utf8_xml_string(record, text, size, nullptr);
        },
        most
    );
}

std::optional<std::string> provider_of(libevtx_record_t* record, std::size_t most) {
    return text_by(
        [&](std::size_t* size) {
            return libevtx_record_get_utf8_source_name_size(record, size, nullptr);
        },
        [&](std::uint8_t* text, std::size_t size) {
            return libevtx_record_get_utf8_source_name(record, text, size, nullptr);
        },
        most
    );
}

std::optional<std::string> string_of(libevtx_record_t* record, int index, std::size_t most) {
    return text_by(
        [&](std::size_t* size) {
            return libevtx_record_get_utf8_string_size(record, index, size, nullptr);
        },
        [&](std::uint8_t* text, std::size_t size) {
            return libevtx_record_get_utf8_string(record, index, text, size, nullptr);
        },
        most
    );
}

std::optional<std::int64_t> written(libevtx_record_t* record) {
    constexpr std::int64_t ticks = 10'000'000; // a second
    constexpr std::int64_t to_unix = 11'644'473'600;
    std::uint64_t time = 0;
    if (libevtx_record_get_written_time(record, &time, nullptr) != 1) return std::nullopt;
    return static_cast<std::int64_t>(time / ticks) - to_unix;
}

// Reads what there is without the XML: strings, but not their names.
EventRecord bare_record(libevtx_record_t* handle, const RecordLimits& limits) {
    EventRecord record;
    std::uint8_t level = 0;
    libevtx_record_get_event_identifier(handle, &record.id, nullptr);
    if (libevtx_record_get_event_level(handle, &level, nullptr) == 1) record.level = level;
    record.provider = to_valid_utf8(provider_of(handle, limits.name_bytes).value_or(""));
    record.time = written(handle);
    int count = 0;
    libevtx_record_get_number_of_strings(handle, &count, nullptr);
    const auto most = static_cast<int>(limits.fields);
    for (int index = 0; index < std::min(count, most); ++index) {
        const auto text = string_of(handle, index, limits.xml_bytes).value_or("");
        record.fields.push_back(
            {.name = {}, .text = to_valid_utf8(text.substr(0, limits.text_bytes))}
        );
    }
    return record;
}

// Tells whether a file of that size is a header and whole chunks. Others are not for the library:
// of a range of memory libbfio 20170123 reads on behind its end.
bool whole_chunks(std::size_t size) noexcept {
    return size >= evtx_header_bytes && (size - evtx_header_bytes) % evtx_chunk_bytes == 0;
}

} // namespace

EvtxReader::EvtxReader(
    std::unique_ptr<Handles> handles, RecordLimits limits, std::size_t count
) noexcept
    : handles_(std::move(handles)), limits_(limits), count_(count) {}

EvtxReader::EvtxReader(EvtxReader&&) noexcept = default;
EvtxReader& EvtxReader::operator=(EvtxReader&&) noexcept = default;
EvtxReader::~EvtxReader() = default;

Result<EvtxReader> EvtxReader::open(std::vector<std::byte> file, RecordLimits limits) {
    if (!whole_chunks(file.size())) {
        return Error(Phase::run, Errc::malformed_output, "that event log is not whole");
    }
    auto handles = std::make_unique<Handles>();
    handles->bytes = std::move(file);
    auto* const begin = reinterpret_cast<std::uint8_t*>(handles->bytes.data());
    libevtx_error_t* error = nullptr;
    int count = 0;
    const bool opened =
        libbfio_memory_range_initialize(&handles->range, &error) == 1 &&
        libbfio_memory_range_set(handles->range, begin, handles->bytes.size(), &error) == 1 &&
        libevtx_file_initialize(&handles->file, &error) == 1 &&
        libevtx_file_open_file_io_handle(
            handles->file, handles->range, LIBEVTX_OPEN_READ, &error
        ) == 1 &&
        libevtx_file_get_number_of_records(handles->file, &count, &error) == 1;
    if (!opened) return unreadable("that event log cannot be read", error);
    return EvtxReader(std::move(handles), limits, static_cast<std::size_t>(std::max(count, 0)));
}

Result<EventRecord> EvtxReader::record(std::size_t place) {
    libevtx_record_t* found = nullptr;
    libevtx_error_t* error = nullptr;
    const bool there = place < count_ && libevtx_file_get_record_by_index(
                                             handles_->file, static_cast<int>(place), &found, &error
                                         ) == 1;
    const Record handle(found);
    if (!there) return unreadable("that record cannot be read", error);
    const auto xml = xml_of(found, limits_.xml_bytes);
    auto record = xml ? read_record_xml(*xml, limits_) : std::nullopt;
    if (!record) record = bare_record(found, limits_);
    // What an exported file counts is not what the log counted.
    if (record->number == 0) libevtx_record_get_identifier(found, &record->number, nullptr);
    return *std::move(record);
}

} // namespace rdpsweep::offline
