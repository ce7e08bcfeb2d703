// The records of an event log in memory, their contents read. Only evtx.cpp knows the library that
// does.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep::offline {

// A datum of EventData or UserData. Those of EventData may have no name.
struct RecordField {
    std::string name;
    std::string text;
};

struct EventRecord {
    std::uint64_t number = 0;
    std::uint32_t id = 0;
    std::uint32_t level = 0;
    std::uint32_t pid = 0;
    std::string provider;
    std::string channel;
    std::optional<std::int64_t> time; // Unix seconds
    std::vector<RecordField> fields;
    std::string binary; // hex digits
};

// A record that has more is cut.
struct RecordLimits {
    std::size_t fields = 64;
    std::size_t name_bytes = 256;
    std::size_t text_bytes = std::size_t{16} << 10U;
    // Of a record written as XML, which a small record can make large. Beyond, its strings are
    // kept, without their names; the provider is then told by its classic name, if it has one.
    std::size_t xml_bytes = std::size_t{1} << 20U;
};

// A log whose bytes are in memory. What it hands out is UTF-8.
class EvtxReader {
public:
    // Takes a header and whole chunks. Error{run, malformed_output}: it is something else, or the
    // library cannot read it.
    static Result<EvtxReader> open(std::vector<std::byte> file, RecordLimits limits = {});

    EvtxReader(EvtxReader&&) noexcept;
    EvtxReader& operator=(EvtxReader&&) noexcept;
    ~EvtxReader();

    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    // Reads a record by its place. Error{run, malformed_output}: this one cannot be read;
    // others may.
    Result<EventRecord> record(std::size_t place);

private:
    struct Handles;

    EvtxReader(std::unique_ptr<Handles> handles, RecordLimits limits, std::size_t count) noexcept;

    std::unique_ptr<Handles> handles_;
    RecordLimits limits_;
    std::size_t count_;
};

} // namespace rdpsweep::offline
