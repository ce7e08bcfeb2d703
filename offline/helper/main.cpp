// rdpsweep-disk: reads a disk for rdpsweep, in a sandbox of its own.
#include "offline/helper/run_helper.hpp"

int main(int count, char** words) {
    const auto arguments = std::span(words, static_cast<std::size_t>(count)).subspan(count > 0);
    rdpsweep::offline::run_helper(
        {arguments.data(), arguments.size()}, &rdpsweep::offline::facts_from_disk
    );
}
