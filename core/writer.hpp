// Writes to one output on a thread of its own: a reader that is slow, or that never comes, delays
// nobody but those who wait for it.
#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>

namespace rdpsweep {

namespace limits {

using namespace std::chrono_literals;

inline constexpr std::size_t output_queue = 1u << 20; // waits for a reader; then no host begins
inline constexpr std::size_t output_most = 16u << 20; // of a report; the rest comes from the store
inline constexpr auto reader_patience = 120s;         // with an output that takes nothing
inline constexpr auto last_words = 5s;                // the same, once a run was told to end

} // namespace limits

// An output, and how an Error calls it.
struct OutputPlace {
    std::string name;    // "stdout", "the report hosts.jsonl"
    int descriptor = -1; // the writer closes it; negative: path is opened on its thread
    std::string path{};
};

// Opens path for writing without waiting: a FIFO that nobody reads yet is left to the writer's
// thread. flags: of open(2), besides O_WRONLY. Error{config, local_limit} for all else.
Result<OutputPlace>
open_output(std::string name, const std::string& path, int flags, mode_t mode = 0644);

// Returns stdout or stderr, by its number, with a descriptor of its own for the same file.
OutputPlace standard_output(std::string name, int number);

// Bytes arrive in their order, in calls of at most 16 KiB. Safe from
// every thread. No wait is longer than its patience: the time in which the output took nothing.
// After that it is given up, as after a failed write, and what was still waiting is lost.
class Writer {
public:
    using Duration = std::chrono::steady_clock::duration;

    explicit Writer(OutputPlace place);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Does not wait: what must arrive is waited for by flush().
    ~Writer();

    // Hands bytes over. Never waits, however many are there already.
    void write(std::string bytes);

    // Returns how many bytes the output did not take yet.
    [[nodiscard]] std::size_t waiting() const;

    // Tells whether more than limits::output_queue bytes wait: then let nothing come that adds to
    // them. Never waits itself.
    bool behind(Duration patience);

    // Waits until no more than limits::output_queue bytes wait, or none.
    void wait_for_room(Duration patience);
    void flush(Duration patience);

    // Returns why the output is not written to any more: Error{config, local_limit} with errno.
    [[nodiscard]] std::optional<Error> failure() const;

private:
    struct State;
    void wait(std::size_t most, Duration patience);

    std::shared_ptr<State> state_; // the thread's as well, which may outlive the writer
    std::thread thread_;
};

} // namespace rdpsweep
