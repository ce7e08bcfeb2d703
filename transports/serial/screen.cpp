// Feeds libvterm, and remembers for each row when it was last painted.
#include "transports/serial/screen.hpp"

#include <algorithm>
#include <array>
#include <vterm.h>

namespace rdpsweep::serial {

namespace {

// Finds ESC [ row ; column H (or f) in a stream that may be cut anywhere.
class AddressingWatch {
public:
    void pass(char byte) {
        if (byte == '\x1b') {
            state_ = State::escape;
            return;
        }
        switch (state_) {
        case State::text:
            return;
        case State::escape:
            state_ = byte == '[' ? State::sequence : State::text;
            semicolons_ = 0;
            return;
        case State::sequence:
            if (byte == ';') ++semicolons_;
            if (byte >= '@' && byte <= '~') {
                seen_ = seen_ || ((byte == 'H' || byte == 'f') && semicolons_ == 1);
                state_ = State::text;
            }
            return;
        }
    }

    [[nodiscard]] bool seen() const noexcept { return seen_; }

    void forget() noexcept { seen_ = false; }

private:
    enum class State : std::uint8_t { text, escape, sequence };
    State state_ = State::text;
    int semicolons_ = 0;
    bool seen_ = false;
};

// Lets whole UTF-8 sequences through and drops every other byte, NUL too: a stray byte that took a
// cell would move the cursor, by which we count.
class Strainer {
public:
    std::string pass(std::string_view bytes) {
        std::string kept;
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x80) {
                missing_ = 0;
                if (byte != 0) kept += c;
            } else if (byte >= 0xc2 && byte < 0xf5) {
                sequence_.assign(1, c);
                missing_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
            } else if (missing_ > 0 && byte < 0xc0) {
                sequence_ += c;
                if (--missing_ == 0) kept += sequence_;
            } else {
                missing_ = 0;
            }
        }
        return kept;
    }

private:
    std::string sequence_; // begun
    int missing_ = 0;
};

} // namespace

struct Screen::Impl {
    Impl() : terminal(vterm_new(screen_rows, screen_columns)) {
        vterm_set_utf8(terminal, 1);
        state = vterm_obtain_state(terminal);
        screen = vterm_obtain_screen(terminal);
        callbacks.damage = [](VTermRect rect, void* self) {
            static_cast<Impl*>(self)->paint(rect);
            return 1;
        };
        callbacks.moverect = [](VTermRect to, VTermRect from, void* self) {
            static_cast<Impl*>(self)->move(to, from);
            return 1;
        };
        vterm_screen_set_callbacks(screen, &callbacks, this);
        vterm_screen_reset(screen, 1);
        stamps.fill(0);
    }

    ~Impl() { vterm_free(terminal); }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void paint(const VTermRect& rect) {
        for (int row = std::max(rect.start_row, 0); row < std::min(rect.end_row, screen_rows);
             ++row)
            stamps[static_cast<std::size_t>(row)] = stamp;
    }

    // Only whole rows keep their age; anything else counts as painted.
    void move(const VTermRect& to, const VTermRect& from) {
        if (to.start_col != 0 || to.end_col != screen_columns || from.start_col != 0) {
            return paint(to);
        }
        const auto before = stamps;
        for (int row = 0; row < to.end_row - to.start_row; ++row) {
            const auto at = static_cast<std::size_t>(to.start_row + row);
            stamps.at(at) = before.at(static_cast<std::size_t>(from.start_row + row));
        }
    }

    [[nodiscard]] VTermPos cursor() const {
        VTermPos at{};
        vterm_state_get_cursorpos(state, &at);
        return at;
    }

    [[nodiscard]] std::string text(int row, int columns) const {
        // UTF-8 takes at most 6 bytes a code point here, and a cell holds at most 6 of them.
        std::array<char, screen_columns * 36 + 1> buffer{};
        const VTermRect where{row, row + 1, 0, columns};
        const auto length = vterm_screen_get_text(screen, buffer.data(), buffer.size() - 1, where);
        return {buffer.data(), std::min(length, buffer.size() - 1)};
    }

    VTerm* terminal;
    VTermState* state = nullptr;
    VTermScreen* screen = nullptr;
    VTermScreenCallbacks callbacks{};
    std::array<std::uint64_t, screen_rows> stamps{};
    std::uint64_t stamp = 0;
    AddressingWatch watch;
    Strainer strainer;
};

Screen::Screen() : impl_(std::make_unique<Impl>()) {}

Screen::~Screen() = default;

void Screen::feed(std::string_view bytes) {
    auto& self = *impl_;
    const auto kept = self.strainer.pass(bytes);
    if (kept.empty()) return;
    ++self.stamp;
    for (const char byte : kept)
        self.watch.pass(byte);
    vterm_input_write(self.terminal, kept.data(), kept.size());
    vterm_screen_flush_damage(self.screen);
    // Answers to queries of the other side: made by the library, sent to nobody.
    std::array<char, 256> answers{};
    while (vterm_output_read(self.terminal, answers.data(), answers.size()) != 0) {
    }
}

std::uint64_t Screen::stamp() const noexcept {
    return impl_->stamp;
}

std::string Screen::row(int row) const {
    auto text = impl_->text(row, screen_columns);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::uint64_t Screen::painted(int row) const noexcept {
    return impl_->stamps[static_cast<std::size_t>(row)];
}

int Screen::cursor_row() const noexcept {
    return impl_->cursor().row;
}

int Screen::cursor_column() const noexcept {
    return impl_->cursor().col;
}

std::string Screen::text_to_cursor(int first) const {
    std::string text;
    for (int at = first; at <= cursor_row(); ++at)
        text += row(at);
    return text;
}

bool Screen::addressed() const noexcept {
    return impl_->watch.seen();
}

void Screen::forget_addressing() noexcept {
    impl_->watch.forget();
}

std::string Screen::dump() const {
    std::string text;
    for (int at = 0; at < screen_rows; ++at) {
        const auto line = row(at);
        if (!line.empty()) text += line + "\n";
    }
    return text;
}

} // namespace rdpsweep::serial
