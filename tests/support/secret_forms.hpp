// The forms in which a program may give back a secret that it was shown, written without the
// decoders of the program under test.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep::secret_forms {

// Decides what is free in a form: returns a number below its argument.
using Choose = std::function<std::uint32_t(std::uint32_t below)>;

struct Form {
    std::string_view name;
    // Each character escaped or not, in either case, as choose says; ASCII only.
    std::string (*write)(std::string_view plain, const Choose& choose);
};

// Returns every form; the first is the text itself. The plain text has no NUL and line break.
std::span<const Form> all() noexcept;

} // namespace rdpsweep::secret_forms
