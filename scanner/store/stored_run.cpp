// Reads a run back, also one that was killed.
#include "core/json_document.hpp"
#include "core/json_piece.hpp"
#include "core/text.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/system/descriptor_stream.hpp"
#include "scanner/system/read_line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <unistd.h>

namespace rdpsweep {

namespace {

// Reads into line what a record says, or as much of it as there is.
void read_record(int file, const RecordPlace& place, std::string& line) {
    line.reserve(place.length + json_room);
    line.resize(place.length);
    std::size_t had = 0;
    while (had < line.size()) {
        const auto at = static_cast<off_t>(place.offset + had);
        const auto got = pread(file, line.data() + had, line.size() - had, at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        had += static_cast<std::size_t>(got);
    }
    line.resize(had);
}

// Returns the text of a record's member; empty where it has none.
std::string text_at(std::string& line, std::initializer_list<std::string_view> path) {
    const auto quoted = json_piece(line, path);
    if (!quoted || quoted->size() < 2 || quoted->front() != '"') return {};
    const auto inside = quoted->substr(1, quoted->size() - 2);
    if (inside.find('\\') == std::string_view::npos) return std::string(inside);
    const auto parsed = JsonDocument::read(std::string(*quoted), Phase::config);
    return parsed ? std::string(parsed->root().text().value_or("")) : std::string();
}

} // namespace

StoredRun::StoredRun(Descriptor hosts, As as, RunDocument document)
    : hosts_(std::move(hosts)), as_(as), document_(std::move(document)) {}

Result<StoredRun> StoredRun::open(const std::string& state_dir, const std::string& word) {
    const auto folder = open_run(state_dir, word);
    if (!folder) return folder.error();
    auto document = read_run_document(*folder);
    if (!document) return std::move(document).error();
    auto hosts = folder->file(records_name, O_RDONLY);
    if (!hosts && hosts.error().code() == Errc::not_found) {
        auto packed = folder->file(packed_name, O_RDONLY);
        if (packed) return StoredRun(*std::move(packed), As::packed, *std::move(document));
        if (packed.error().code() != Errc::not_found) return std::move(packed).error();
    }
    if (!hosts) return part_error(hosts.error(), folder->path_of(records_name));
    StoredRun stored(*std::move(hosts), As::lines, *std::move(document));
    if (!stored.index()) {
        const auto name = folder->path_of("hosts.jsonl");
        return Error(
            Phase::config, Errc::local_limit, "cannot read all of " + printable(name, 1000)
        );
    }
    return stored;
}

// Returns false where the file cannot be read: that must not look like a run that saw nobody.
bool StoredRun::index() {
    DescriptorStream lines{Descriptor(fcntl(hosts_.get(), F_DUPFD_CLOEXEC, 0))};
    lines_ = find_finished(lines, run().targets == 0 ? most_records : run().targets);
    return !lines.bad();
}

// Returns the host of a record; nothing where it cannot be read. One damaged record must not take
// the others with it.
std::optional<HostResult> StoredRun::host_in(std::string& line, std::size_t index) {
    line.reserve(line.size() + json_room);
    auto host = host_from_json(line, "host");
    if (host && host->index == index) return *std::move(host);
    ++damaged_;
    return {};
}

// Compressed hosts are in the order of the inventory, and each is there once.
Status StoredRun::for_each_packed(const VisitRecord& visit) {
    (void)lseek(hosts_.get(), 0, SEEK_SET);
    PackedStream lines{Descriptor(fcntl(hosts_.get(), F_DUPFD_CLOEXEC, 0))};
    const auto trouble = [this](const std::string& what) {
        return Error(
            Phase::config, Errc::malformed_output, "the compressed hosts of run " + run().id + what
        );
    };
    std::size_t next = 0;
    std::string line;
    for (auto end = read_line(lines, line, longest_record); end != LineEnd::none;
         end = read_line(lines, line, longest_record)) {
        const auto index = end == LineEnd::whole ? index_of_finished(line) : most_records;
        if (index < next) {
            return trouble(" are not in the order of the inventory")
                .with_hint("were they compressed by hand? gunzip them");
        }
        if (index == most_records) {
            ++damaged_;
            continue;
        }
        if (visit(line, index, false)) next = index + 1;
    }
    if (!lines.bad()) return {};
    return trouble(" cannot be read to their end").with_hint("scan again: the file is damaged");
}

Status StoredRun::for_each_record(const VisitRecord& visit) {
    damaged_ = 0;
    if (as_ == As::packed) return for_each_packed(visit);
    std::string line;
    for (const auto& place : lines_) {
        read_record(hosts_.get(), place, line);
        visit(line, place.index, place.offset >= ours_from_);
    }
    return {};
}

Status StoredRun::for_each(const std::function<void(const HostResult&)>& visit) {
    return for_each_as_text([&](const HostResult& host, std::string_view) { visit(host); });
}

Status StoredRun::for_each_as_text(const VisitText& visit) {
    return for_each_record([&](std::string& line, std::size_t index, bool ours) {
        const auto host = host_in(line, index);
        if (host) visit(*host, ours ? json_piece(line, {"host"}).value_or("") : "");
        return host.has_value();
    });
}

Status StoredRun::for_each_of(
    const std::function<bool(const std::string& id)>& wanted,
    const std::function<void(const HostResult&)>& visit
) {
    return for_each_record([&](std::string& line, std::size_t index, bool) {
        line.reserve(line.size() + json_room);
        const auto id = text_at(line, {"host", "id"});
        // What has no id of its own goes by its name.
        if (!wanted(id.empty() ? text_at(line, {"host", "name"}) : id)) return true;
        const auto host = host_in(line, index);
        if (host) visit(*host);
        return host.has_value();
    });
}

} // namespace rdpsweep
