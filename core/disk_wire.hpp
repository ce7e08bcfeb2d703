// What rdpsweep and the helper that reads a disk (rdpsweep-disk) say to each other: frames with a
// length, both ways. Neither side trusts the other. No I/O here.
//
//   kind (1 byte)  length (4 bytes, little-endian)  body
//
//   helper: R offset (8) length (4)   the bytes it wants, at most request_bytes of them
//           P stage                   what it does now, for the sentence of an error
//           F text                    the facts, framed like a collector's (RDPSWEEP1 ...): the end
//           X code 0 native 0 detail 0 hint   why there are none: the end
//   parent: D bytes                   those that were asked for
//           E                         the disk does not give them
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::disk_wire {

inline constexpr std::size_t header_bytes = 5;
inline constexpr std::size_t request_bytes = std::size_t{1} << 20U; // one R
inline constexpr std::size_t stage_bytes = 64;
inline constexpr std::size_t failure_bytes = 4096;
// What the reading of one disk may cost. A whole one takes some 80 requests and 9 MiB.
inline constexpr std::size_t most_requests = 4000;
inline constexpr std::uint64_t most_bytes = std::uint64_t{256} << 20U;

// What the helper is asked to do, by its third argument.
inline constexpr std::string_view task_facts = "facts";
inline constexpr std::string_view task_check = "check";   // enter the sandbox, answer, end
inline constexpr std::string_view task_escape = "escape"; // enter it, and open a file

enum class Kind : char {
    read = 'R',
    stage = 'P',
    facts = 'F',
    failure = 'X',
    data = 'D',
    no_data = 'E',
};

struct Message {
    Kind kind;
    std::string body;
};

struct Request {
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
};

enum class Speaker : std::uint8_t { helper, parent };

// Returns a message as it travels.
std::string to_bytes(Kind kind, std::string_view body);
std::string to_bytes(const Request& request);
std::string to_bytes(const Error& failure);

// Returns what the body of an R asks for; nothing if it is not 12 bytes long.
std::optional<Request> read_request(std::string_view body) noexcept;

// Returns the error that the body of an X tells. The helper read a hostile disk and may be in its
// hands: a code that says more than "this disk cannot be read" counts as malformed_output, words
// are made fit to be shown, and a hint that is none of core/disk_hints.hpp is dropped.
Error read_failure(std::string_view body);

// Tells whether it is a word or two of small letters, as every stage is.
bool is_stage(std::string_view text) noexcept;

// Cuts what one side says into messages, however it arrives.
class Reader {
public:
    explicit Reader(Speaker speaker) noexcept : speaker_(speaker) {}

    // Adds bytes. Call next() until it has nothing before more are added: it stops a message that
    // is too long before it is there.
    void add(std::string_view bytes) { buffer_.append(bytes); }

    // Returns the next whole message. Error{run, output_limit}: an F is longer than a collector's
    // answer may be; Error{run, protocol_violation}: what else this side never says. After an Error
    // nothing more is to be read.
    Result<std::optional<Message>> next();

    // Returns how many bytes wait for the rest of their message.
    [[nodiscard]] std::size_t waiting() const noexcept { return buffer_.size(); }

private:
    Speaker speaker_;
    std::string buffer_;
};

} // namespace rdpsweep::disk_wire
