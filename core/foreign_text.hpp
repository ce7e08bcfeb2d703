// The one door for words of others (a VM, Azure, a proxy, a child process, a file's content) that
// are to stand in a sentence, a log or a report of ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the text fit to be shown: without living secrets (redact()), then printable(), then at
// most max_bytes of it. In this order: a secret that was cut or escaped first would not be found.
// Callers pass the text as it came, uncut.
std::string foreign_text(std::string_view untrusted, std::size_t max_bytes = 400);

// Returns the first max_bytes of the text without living secrets, as bytes: they are not fit to be
// shown yet.
std::string redacted_prefix(std::string_view untrusted, std::size_t max_bytes);

// Returns the same as foreign_text() of the text's end, without white space around it.
std::string foreign_end(std::string_view untrusted, std::size_t max_bytes);

} // namespace rdpsweep
