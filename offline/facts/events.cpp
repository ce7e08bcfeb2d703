// /evt: from the event logs' files.
#include "offline/event/event_history.hpp"
#include "offline/facts/groups.hpp"

namespace rdpsweep::offline {

void read_events(const Windows& windows, Document& document) {
    const auto open = [&](std::string_view file) {
        return windows.volume.file(R"(\Windows\System32\winevt\Logs\)" + std::string(file));
    };
    const auto history = read_history(open);
    put_history(history, document.all());
    for (const auto& entry : history.unread)
        document.unread(entry.pointer, entry.why, entry.code);
}

} // namespace rdpsweep::offline
