// Compresses the parcels of evidence and writes the element that carries them.
#include "reports/html/archive.hpp"

#include "core/encoding.hpp"

#include <zlib.h>

namespace rdpsweep::html {

std::size_t Archive::add(std::string_view fragment) {
    open_ += fragment;
    open_ += '\0';
    ++count_;
    if (count_ % parcel == 0) pack();
    return count_ - 1;
}

void Archive::pack() {
    auto room = compressBound(open_.size());
    std::string packed(room, '\0');
    // With the room that zlib asks for it only fails without memory, and then so does the next
    // line.
    const auto done = compress2(
        reinterpret_cast<Bytef*>(packed.data()),
        &room,
        reinterpret_cast<const Bytef*>(open_.data()),
        open_.size(),
        Z_BEST_COMPRESSION
    );
    packed.resize(done == Z_OK ? room : 0);
    parcels_.push_back(base64_encode(packed));
    open_.clear();
}

std::string Archive::element() {
    if (empty()) return {};
    if (!open_.empty()) pack();
    auto element = "<div id=packed hidden data-parcel=" + std::to_string(parcel) + ">\n";
    for (auto& text : parcels_) {
        element += "<i>" + text + "</i>\n";
        std::string().swap(text);
    }
    return element + "</div>\n";
}

} // namespace rdpsweep::html
