// The one door to SQLite: a database, and statements whose values are bound and never written into
// their text.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace rdpsweep {

// Bytes that are no text.
struct Blob {
    std::string_view bytes;
};

// One prepared statement, for the thread of its database.
class Statement {
public:
    // Binds the values to ?1, ?2, ... in this order. What is bound must stand until reset() or
    // run().
    template <class... Values>
    Statement& bind(const Values&... values) {
        int at = 0;
        (bind_one(++at, values), ...);
        return *this;
    }

    // Goes to the next row; false: there is none. Error as of Database::run().
    Result<bool> step();

    // Runs it to its end and makes it ready for other values.
    Status run();

    // Makes it ready for other values.
    void reset() noexcept;

    // Each reads a column of the row, from 0. NULL is 0, or empty.
    [[nodiscard]] std::int64_t number(int column) const noexcept;
    [[nodiscard]] std::string text(int column) const;

private:
    friend class Database;

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    Statement(sqlite3_stmt* statement, std::string path)
        : statement_(statement), path_(std::move(path)) {}

    void bind_one(int at, std::int64_t value) noexcept;

    void bind_one(int at, std::size_t value) noexcept {
        bind_one(at, static_cast<std::int64_t>(value));
    }

    void bind_one(int at, bool value) noexcept { bind_one(at, std::int64_t{value}); }

    void bind_one(int at, std::optional<std::int64_t> value) noexcept;
    void bind_one(int at, std::string_view value) noexcept;

    void bind_one(int at, const std::string& value) noexcept {
        bind_one(at, std::string_view(value));
    }

    void bind_one(int at, Blob value) noexcept;

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::string path_;
};

class Database {
public:
    enum class Mode : std::uint8_t { read, write };

    // Opens the file at path, which must be there. The path is taken as it is: no part of it may be
    // a link. Error{config, ...} as of run().
    static Result<Database> open(const std::string& path, Mode mode);

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    // Runs statements of ours. Error{config, ...}: malformed_output where the file is damaged or no
    // database, taken while another process holds it, local_limit with SQLite's words for all else.
    Status run(const char* statements);

    // Prepares a statement of ours.
    Result<Statement> prepare(const char* statement) const;

    // Returns the id of the row that was inserted last.
    [[nodiscard]] std::int64_t last_id() const noexcept;

    // Does work in one transaction: all of it is there afterwards, or nothing.
    Status in_one(const std::function<Status()>& work);

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept;
    };

    Database(sqlite3* database, std::string path);

    std::unique_ptr<sqlite3, Close> database_;
    std::string path_;
};

} // namespace rdpsweep
