// An output that may be a terminal, with a thread of its own: it takes TerminalText alone.
#pragma once

#include "core/terminal_text.hpp"
#include "core/writer.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace rdpsweep {

// As Writer.
class TerminalWriter {
public:
    explicit TerminalWriter(OutputPlace place) : writer_(std::move(place)) {}

    void write(const TerminalText& text) { writer_.write(text.str()); }

    [[nodiscard]] std::size_t waiting() const { return writer_.waiting(); }

    bool behind(Writer::Duration patience) { return writer_.behind(patience); }

    void flush(Writer::Duration patience) { writer_.flush(patience); }

    [[nodiscard]] std::optional<Error> failure() const { return writer_.failure(); }

private:
    Writer writer_;
};

} // namespace rdpsweep
