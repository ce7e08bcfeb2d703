// How the verbs speak: data to stdout, everything else to stderr, colour only where it is seen.
#pragma once

#include "core/error.hpp"
#include "core/terminal_text.hpp"
#include "scanner/options/talk_options.hpp"
#include "scanner/talk/problems.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Decides about colour: always and never hold as given, else colour needs a terminal and no
// NO_COLOR (no-color.org).
bool wants_color(Color color, int descriptor);

// Writes all of it; false when stdout is closed or its disk is full, which is exit_failed.
bool write_out(const TerminalText& text);

// Writes to stderr. Never fails: there is no one left to tell.
void write_err(const TerminalText& text);

// Writes an error to stderr; returns status, so that a verb can end with it.
int complain(const Error& error, int status);

// Writes to stderr what an inventory left out.
void write_notes(const std::vector<std::string>& notes);

// Returns the three lines of an error: what happened, to which host and where, the native code,
// what to do next; empty ones are left out. subject may be empty.
TerminalText to_text(const Error& error, std::string_view subject);

// Returns each problem with its place and cure, then how many.
TerminalText to_text(const Problems& problems);

// Returns text wrapped at spaces, and between East Asian characters, into lines of at most width
// columns, each indented by indent blanks. It is made printable.
TerminalText wrapped(std::string_view text, std::size_t indent, std::size_t width = 88);

// Returns rows as left-aligned columns two blanks apart; the first row is the head. Cells are made
// printable and cut at 60 bytes, save those of the last column.
TerminalText table(const std::vector<std::vector<std::string>>& rows);

// Gives the cells of a row, each asked for twice: a long table is not in memory as cells.
using RowAt = std::function<std::vector<std::string>(std::size_t row)>;

// Returns the same of so many rows.
TerminalText table(std::size_t rows, const RowAt& row_at);

// Gives the same to take, a line at a time, until it returns false; returns whether it never did.
bool table_lines(
    std::size_t rows, const RowAt& row_at, const std::function<bool(const TerminalText&)>& take
);

} // namespace rdpsweep
