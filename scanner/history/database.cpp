// What SQLite is asked for, and its errors in our words.
#include "scanner/history/database.hpp"

#include "core/text.hpp"

#include <sqlite3.h>
#include <utility>

namespace rdpsweep {

namespace {

// A writer of ours holds the file for a second; whoever reads waits for it.
constexpr int patience_ms = 5000;

Error error_of(sqlite3* database, int code, const std::string& path) {
    const int kind = code & 0xff;
    const bool damaged = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
    const auto errc = damaged               ? Errc::malformed_output
                      : kind == SQLITE_BUSY ? Errc::taken
                                            : Errc::local_limit;
    const std::string words = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    auto error = Error(Phase::config, errc, "the history " + path + ": " + printable(words))
                     .with_native("SQLite " + std::to_string(code));
    if (damaged) return std::move(error).with_hint("make it again: rdpsweep history rebuild");
    return std::move(error).with_hint("is the disk full, and is --state DIR writable?");
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

void Statement::bind_one(int at, std::int64_t value) noexcept {
    sqlite3_bind_int64(statement_.get(), at, value);
}

void Statement::bind_one(int at, std::optional<std::int64_t> value) noexcept {
    if (value)
        bind_one(at, *value);
    else
        sqlite3_bind_null(statement_.get(), at);
}

void Statement::bind_one(int at, std::string_view value) noexcept {
    const char* text = value.data() != nullptr ? value.data() : "";
    sqlite3_bind_text64(statement_.get(), at, text, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_one(int at, Blob value) noexcept {
    sqlite3_bind_blob64(
        statement_.get(), at, value.bytes.data(), value.bytes.size(), SQLITE_STATIC
    );
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return error_of(sqlite3_db_handle(statement_.get()), code, path_);
}

Status Statement::run() {
    auto row = step();
    while (row && *row)
        row = step();
    reset();
    if (!row) return std::move(row).error();
    return {};
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::number(int column) const noexcept {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
}

void Database::Close::operator()(sqlite3* database) const noexcept {
    sqlite3_close(database);
}

Database::Database(sqlite3* database, std::string path)
    : database_(database), path_(std::move(path)) {}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& path, Mode mode) {
    sqlite3* opened = nullptr;
    const int access = mode == Mode::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    const int flags = access | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    Database database(opened, path);
    if (code != SQLITE_OK) return error_of(opened, code, path);
    sqlite3_busy_timeout(opened, patience_ms);
    // Whatever stands in the file's schema may call nothing but what is harmless.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    return database;
}

Status Database::run(const char* statements) {
    const int code = sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    return error_of(database_.get(), code, path_);
}

Result<Statement> Database::prepare(const char* statement) const {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(
        database_.get(), statement, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr
    );
    if (code != SQLITE_OK) return error_of(database_.get(), code, path_);
    return Statement(prepared, path_);
}

std::int64_t Database::last_id() const noexcept {
    return sqlite3_last_insert_rowid(database_.get());
}

Status Database::in_one(const std::function<Status()>& work) {
    auto done = run("BEGIN IMMEDIATE");
    if (!done) return done;
    done = work();
    if (done) done = run("COMMIT");
    // After some errors (a full disk) SQLite has rolled back by itself: that is no error of ours.
    if (!done) (void)run("ROLLBACK");
    return done;
}

} // namespace rdpsweep
