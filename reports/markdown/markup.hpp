// Text on its way into GitHub's Markdown. Nothing reaches the document but through here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::markdown {

// Returns text that is only text, also in a table; at most max_bytes of the source.
std::string escaped(std::string_view untrusted, std::size_t max_bytes = 400);

// Returns a name in a code span.
std::string code(std::string_view untrusted);

// Returns one line of a table; the cells are Markdown already.
std::string row(const std::vector<std::string>& cells);

// A document that never grows longer than its budget: a block that does not fit ends it, and what
// comes after is left out even where it would fit, so that no row stands without its heading.
class Document {
public:
    explicit Document(std::size_t budget) : budget_(budget) {}

    void add(const std::string& block) {
        if (cut_ || text_.size() + block.size() > budget_) {
            cut_ = true;
            return;
        }
        text_ += block;
    }

    // Tells whether something was left out.
    [[nodiscard]] bool cut() const noexcept { return cut_; }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::size_t budget_;
    std::string text_;
    bool cut_ = false;
};

} // namespace rdpsweep::markdown
