// zlib, with a bound on what comes out.
#include "core/inflate.hpp"

#include <new>
#include <zlib.h>

namespace rdpsweep {

std::optional<std::string> inflate_raw(std::string_view packed, std::size_t limit) {
    z_stream stream{};
    constexpr int raw = -MAX_WBITS; // negative: no header, no checksum
    if (inflateInit2(&stream, raw) != Z_OK) return std::nullopt;
    // zlib does not write to its input, but takes it as if it could.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    int state = Z_OK;
    while (state == Z_OK && out.size() <= limit) {
        char piece[16384];
        stream.next_out = reinterpret_cast<Bytef*>(piece);
        stream.avail_out = sizeof piece;
        state = inflate(&stream, Z_NO_FLUSH);
        out.append(piece, sizeof piece - stream.avail_out);
    }
    const bool whole = state == Z_STREAM_END && stream.avail_in == 0 && out.size() <= limit;
    inflateEnd(&stream);
    if (!whole) return std::nullopt;
    return out;
}

std::string deflate_raw(std::string_view bytes) {
    z_stream stream{};
    constexpr int raw = -MAX_WBITS;
    constexpr int memory = 8; // zlib's own default
    const int level = Z_BEST_COMPRESSION;
    if (deflateInit2(&stream, level, Z_DEFLATED, raw, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc(); // all that can go wrong with these arguments
    }
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out(deflateBound(&stream, stream.avail_in), '\0');
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace rdpsweep
