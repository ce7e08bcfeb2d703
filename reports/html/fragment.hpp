// HTML that is fit to be written: only escaped() makes it out of what was read from somewhere, and
// nothing else reaches the page. A raw std::string does not get there by mistake.
#pragma once

#include "reports/output.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep::html {

class Html {
public:
    Html() = default;

    // Takes markup of the program's own source.
    template <std::size_t length>
    Html(const char (&ours)[length]) : text_(ours) {}

    template <std::size_t length>
    Html(char (&buffer)[length]) = delete;

    // Takes a file that was compiled in: a constant of the program, which no text that was read can
    // be.
    template <const std::string_view& file>
    static Html compiled_in() {
        return Html(std::string(file), 0);
    }

    // Writes bytes in Base64, which holds no markup.
    static Html in_base64(std::string_view bytes);

    Html& operator+=(const Html& more) {
        text_ += more.text_;
        return *this;
    }

    friend Html operator+(Html before, const Html& after) {
        before += after;
        return before;
    }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

    [[nodiscard]] const std::string& str() const noexcept { return text_; }

    // Forgets it and gives its memory back.
    void clear() noexcept { std::string().swap(text_); }

private:
    friend Html escaped(std::string_view untrusted, std::size_t max_bytes);

    explicit Html(std::string&& fit, int /*of those above alone*/) : text_(std::move(fit)) {}

    std::string text_;
};

// Where the page is written to.
class HtmlOutput {
public:
    explicit HtmlOutput(Sink sink) : out_(std::move(sink)) {}

    HtmlOutput& operator<<(const Html& html) {
        out_ << html.str();
        return *this;
    }

    Status flush() { return out_.flush(); }

private:
    Output out_;
};

} // namespace rdpsweep::html
