// What is said of the program as a whole, in --help and in its manual page.
#pragma once

#include <string_view>

namespace rdpsweep::cli {

inline constexpr std::string_view program_sentences =
    "Finds out why Windows VMs answer RDP with \"An internal error has occurred\",\n"
    "for a whole fleet at once and without an agent. A scan changes nothing. Only fix\n"
    "changes VMs, and it follows a plan.";

inline constexpr std::string_view program_footer =
    R"(Example:
  rdpsweep scan -i fleet.yaml --report text --report html:fleet.html

Run rdpsweep VERB --help for more about a verb.)";

inline constexpr std::string_view help_sentence = "Print this help message and exit";
inline constexpr std::string_view version_sentence =
    "Print the version, the commit, the build and the libraries";

} // namespace rdpsweep::cli
