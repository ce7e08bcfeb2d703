// Where the bytes of one report go: into a file of its own, or into what is open already.
#pragma once

#include "core/descriptor.hpp"
#include "core/writer.hpp"
#include "scanner/store/new_file.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rdpsweep {

class ReportFile {
public:
    // When others see the file: as soon as it is opened, or when it is whole.
    enum class Seen : std::uint8_t { at_once, when_whole };

    // Opens the place called path. A device, a pipe and a descriptor (/dev/stdout, /dev/fd/N,
    // /proc/self/fd/N) are written to in place. Else a new file of mode 0644, less the umask, takes
    // the name; of two writers the last one keeps it, and neither writes into the other's file. A
    // link is replaced, and what it points to stays as it is. A FIFO without a reader is opened by
    // whoever writes to it. Error{config, local_limit}.
    static Result<ReportFile> open(const std::string& path, Seen seen);

    // Returns where to write, under that name, with a descriptor of its own.
    [[nodiscard]] OutputPlace place(std::string name) const;

    // Gives the file its name, if it has none yet.
    Status publish() { return file_ ? file_->publish() : Status(); }

private:
    explicit ReportFile(Descriptor in_place) : in_place_(std::move(in_place)) {}

    explicit ReportFile(NewFile file) : file_(std::move(file)) {}

    explicit ReportFile(std::string fifo) : fifo_(std::move(fifo)) {}

    Descriptor in_place_;
    std::string fifo_; // nobody reads it yet
    std::optional<NewFile> file_;
};

} // namespace rdpsweep
