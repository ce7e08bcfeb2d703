// Compresses the parcels of evidence and writes the element that carries them.
#include "reports/html/archive.hpp"

#include "reports/html/markup.hpp"

#include <zlib.h>

namespace rdpsweep::html {

std::size_t Archive::add(const Html& fragment) {
    open_ += fragment.str();
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
    parcels_.push_back(Html::in_base64(packed));
    open_.clear();
}

Html Archive::element() {
    if (empty()) return {};
    if (!open_.empty()) pack();
    auto element = "<div id=packed hidden data-parcel=" + escaped(std::to_string(parcel)) + ">\n";
    for (auto& text : parcels_) {
        element += "<i>" + text + "</i>\n";
        text.clear();
    }
    return element + "</div>\n";
}

} // namespace rdpsweep::html
