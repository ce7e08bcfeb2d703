// Reads a run back, also one that was killed.
#include "core/json_piece.hpp"
#include "core/text.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/system/descriptor_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
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

} // namespace

StoredRun::StoredRun(Descriptor hosts, RunDocument document)
    : hosts_(std::move(hosts)), document_(std::move(document)) {}

Result<StoredRun> StoredRun::open(const std::string& state_dir, const std::string& word) {
    const auto folder = open_run(state_dir, word);
    if (!folder) return folder.error();
    auto document = read_run_document(*folder);
    if (!document) return std::move(document).error();
    auto hosts = folder->file("hosts.jsonl", O_RDONLY);
    if (!hosts) return part_error(hosts.error(), folder->path_of("hosts.jsonl"));
    StoredRun stored(*std::move(hosts), *std::move(document));
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

Status StoredRun::for_each(const std::function<void(const HostResult&)>& visit) {
    return for_each_as_text([&](const HostResult& host, std::string_view) { visit(host); });
}

Status StoredRun::for_each_as_text(const VisitText& visit) {
    damaged_ = 0;
    std::string line;
    for (const auto& place : lines_) {
        read_record(hosts_.get(), place, line);
        const auto host = host_from_json(line, "host");
        // One damaged record must not take the others with it.
        if (!host || host->index != place.index) {
            ++damaged_;
            continue;
        }
        const bool ours = place.offset >= ours_from_;
        visit(*host, ours ? json_piece(line, {"host"}).value_or("") : "");
    }
    return {};
}

} // namespace rdpsweep
