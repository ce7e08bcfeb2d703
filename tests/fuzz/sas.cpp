// A SAS as somebody copied it, and the answer of a storage to a range. The first line is the URL,
// the second the range, as in a request; then lines of a header, an empty one, and a body.
#include "core/asio.hpp"
#include "core/text.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/disk/sas_answer.hpp"
#include "transports/disk/sas_url.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace rdpsweep;
using namespace rdpsweep::disk;

namespace {

void check_url(const std::string& line) {
    const Secret secret{std::string(line)};
    const auto url = read_sas_url(secret);
    if (!url) {
        must(url.error().native().empty(), "what is no SAS is not quoted");
        must(!url.error().hint().empty(), "and it is said what one is");
        return;
    }
    must(!url->at.host.empty() && url->at.port != 0, "it leads somewhere");
    must(url->path.size() > 1 && url->path.front() == '/', "to a blob");
    must(line.ends_with(url->target()), "and is asked for as it stands there");
    must(url->target().find_first_of("\r\n #") == std::string::npos, "in one word");
    must(url->tls || asio::ip::make_address(url->at.host).is_loopback(), "or stays here");
    must(url->named.find('?') == std::string::npos, "what is shown ends before the signature");
}

net::HttpResponse read_answer(std::string_view text) {
    net::HttpResponse answer;
    const auto end = std::min(text.find("\n\n"), text.size());
    for (const auto& line : split(text.substr(0, end), '\n')) {
        const auto colon = std::min(line.find(": "), line.size());
        if (colon == line.size()) {
            answer.status = static_cast<unsigned>(std::atoi(line.c_str()));
        } else {
            answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        }
    }
    if (end < text.size()) answer.body = text.substr(end + 2);
    return answer;
}

void check_answer(std::string_view text, const ByteRange& wanted) {
    const auto given = read_answer(text);
    for (const bool first : {true, false}) {
        const BlobShape known{1024, "\"0x8D\""};
        const auto read = read_range_answer(read_answer(text), wanted, first ? nullptr : &known);
        if (!read) {
            must(read.error().native().starts_with("HTTP "), "the storage's code is kept");
            must(printable(read.error().native(), 1000).str() == read.error().native(), "no more");
            must(read.error().pause() <= std::chrono::seconds(10), "nobody waits for long");
            continue;
        }
        must(given.status == 206, "only a part is a part");
        must(read->bytes == given.body && read->bytes.size() <= wanted.length, "of what was asked");
        must(wanted.offset + read->bytes.size() <= read->shape.size, "inside the blob");
        must(first || read->bytes.size() == wanted.length, "and all of it");
        must(first || read->shape.size == known.size, "of the same blob");
        must(read->shape.etag.find_first_of("\r\n ") == std::string::npos, "an ETag is a word");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto line = bytes.substr(0, bytes.find('\n'));
    check_url(std::string(line));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    const std::string range(bytes.substr(0, bytes.find('\n')));
    bytes.remove_prefix(std::min(range.size() + 1, bytes.size()));
    unsigned long long from = 0, to = 0;
    if (std::sscanf(range.c_str(), "bytes=%llu-%llu", &from, &to) != 2) return 0;
    if (to < from || to - from >= 1u << 20) return 0;
    check_answer(bytes, {from, static_cast<std::size_t>(to - from + 1)});
    return 0;
}
