// Compresses by zlib, and reads what it, gzip or pigz compressed.
#include "scanner/store/packed_records.hpp"

#include "core/text.hpp"
#include "scanner/store/finished_records.hpp"
#include "scanner/system/descriptor_stream.hpp"
#include "scanner/system/read_line.hpp"
#include "scanner/system/write_all.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

namespace rdpsweep {

namespace {

constexpr std::uint64_t most_unpacked = 64ull << 30;

Error pack_error(const std::string& what, const StateFolder& run, const std::string& why) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "cannot " + what + " the hosts of " + printable(run.path(), 1000) + ": " +
                   printable(why)
    )
        .with_hint("is the disk full, and is --state DIR writable?");
}

Error is_written(const StateFolder& run) {
    return Error(
               Phase::config,
               Errc::taken,
               "the run in " + printable(run.path(), 1000) + " is being written by another rdpsweep"
    )
        .with_hint("wait for it, or start a new run");
}

Descriptor duplicate(int file) {
    return Descriptor(fcntl(file, F_DUPFD_CLOEXEC, 0));
}

// Reads the record at a place; false: it is not there as a whole.
bool read_at(int file, const RecordPlace& place, std::string& line) {
    line.resize(place.length + 1);
    std::size_t had = 0;
    while (had < place.length) {
        const auto at = static_cast<off_t>(place.offset + had);
        const auto got = pread(file, line.data() + had, place.length - had, at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        had += static_cast<std::size_t>(got);
    }
    line.back() = '\n';
    return true;
}

// Opens a descriptor for zlib, which closes its own of it. Null where there is none left.
gzFile_s* open_packed(int file, const char* how) {
    const int own = fcntl(file, F_DUPFD_CLOEXEC, 0);
    auto* const opened = own < 0 ? nullptr : gzdopen(own, how);
    if (opened == nullptr && own >= 0) (void)close(own);
    return opened;
}

// Writes the records into a file that has no name yet. Returns what failed; empty: nothing.
std::string write_packed(int from, const std::vector<RecordPlace>& places, int into) {
    auto* const packed = open_packed(into, "wb6"); // 9 takes twice as long for a tenth less
    if (packed == nullptr) return std::strerror(errno);
    std::string line, wrong;
    for (const auto& place : places) {
        if (!read_at(from, place, line)) wrong = "a record cannot be read";
        if (wrong.empty() && gzwrite(packed, line.data(), static_cast<unsigned>(line.size())) <= 0)
            wrong = std::strerror(errno);
        if (!wrong.empty()) break;
    }
    const bool closed = gzclose(packed) == Z_OK;
    return closed || !wrong.empty() ? wrong : std::strerror(errno);
}

// Copies lines into a file; nothing where they cannot be read to their end.
bool copy_all(std::istream& from, int into) {
    std::string block(256u << 10, '\0');
    while (from) {
        from.read(block.data(), static_cast<std::streamsize>(block.size()));
        const auto got = static_cast<std::size_t>(from.gcount());
        if (write_all(into, std::string_view(block).substr(0, got)) != 0) return false;
    }
    return !from.bad();
}

} // namespace

void PackedStream::Close::operator()(gzFile_s* file) const noexcept {
    gzclose(file);
}

PackedStream::PackedStream(Descriptor file) : std::istream(nullptr), left_(most_unpacked) {
    file_.reset(open_packed(file.get(), "rb"));
    rdbuf(this);
    if (!file_) setstate(std::ios::badbit);
}

std::streambuf::int_type PackedStream::underflow() {
    const int got = gzread(file_.get(), block_.data(), static_cast<unsigned>(block_.size()));
    int code = Z_OK;
    if (got == 0) (void)gzerror(file_.get(), &code); // cut short: zlib tells here, and only here
    const bool too_much = got > 0 && static_cast<std::uint64_t>(got) > left_;
    if (got < 0 || code != Z_OK || too_much) {
        setstate(std::ios::badbit);
        return std::streambuf::traits_type::eof();
    }
    if (got == 0) return std::streambuf::traits_type::eof();
    left_ -= static_cast<std::uint64_t>(got);
    setg(block_.data(), block_.data(), block_.data() + got);
    return std::streambuf::traits_type::to_int_type(block_.front());
}

Status pack_records(const StateFolder& run) {
    auto hosts = run.file(records_name, O_RDONLY);
    if (!hosts) {
        const bool packed =
            hosts.error().code() == Errc::not_found && run.file(packed_name, O_RDONLY).has_value();
        return packed ? Status() : Status(std::move(hosts).error());
    }
    if (flock(hosts->get(), LOCK_EX | LOCK_NB) != 0) return is_written(run);
    DescriptorStream lines(duplicate(hosts->get()));
    const auto places = find_finished(lines);
    if (lines.bad()) return pack_error("read", run, std::strerror(errno));
    auto made = run.make(packed_name);
    if (!made) return std::move(made).error();
    const auto wrong = write_packed(hosts->get(), places, made->descriptor());
    if (!wrong.empty()) return pack_error("compress", run, wrong);
    auto done = made->publish();
    if (done) done = run.sync();
    if (!done) return done;
    run.remove(records_name);
    return run.sync();
}

Status unpack_records(const StateFolder& run) {
    const auto packed = run.file(packed_name, O_RDONLY);
    if (!packed && packed.error().code() == Errc::not_found) return {};
    if (!packed) return packed.error();
    if (flock(packed->get(), LOCK_EX | LOCK_NB) != 0) return is_written(run);
    // Whoever held it before may have put the records back, or have been killed on the way.
    if (!run.file(records_name, O_RDONLY)) {
        auto made = run.make(records_name);
        if (!made) return std::move(made).error();
        PackedStream lines(duplicate(packed->get()));
        if (!copy_all(lines, made->descriptor())) {
            return Error(
                       Phase::config,
                       Errc::malformed_output,
                       run.path_of(packed_name) + " is damaged, or the disk is full"
            )
                .with_hint("start a new run, or see what gunzip makes of it");
        }
        auto done = made->publish();
        if (done) done = run.sync();
        if (!done) return done;
    }
    run.remove(packed_name);
    return {};
}

} // namespace rdpsweep
