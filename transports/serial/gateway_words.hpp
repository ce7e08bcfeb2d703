// Takes off what Azure's gateway itself says before the first byte of a VM's port: a silent port
// would else seem to speak.
#pragma once

#include <string>
#include <string_view>

namespace rdpsweep::serial {

// Known: a line "Connecting...", and a box drawn of + - and |. Either may be missing; bytes come
// cut anywhere.
class GatewayWords {
public:
    // Returns what of bytes is the VM's.
    std::string pass(std::string_view bytes);

private:
    std::string held_; // the beginning of a line that may still be the gateway's
    bool over_ = false;
};

} // namespace rdpsweep::serial
