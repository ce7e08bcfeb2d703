// Says it in one line.
#include "scanner/verbs/damage.hpp"

#include "core/text.hpp"
#include "scanner/talk/talk.hpp"

namespace rdpsweep {

void tell_of_damage(const StoredRun& run) {
    if (run.damaged() == 0) return;
    write_err(
        "rdpsweep: " + printable(run.damaged()) + " damaged records of run " +
        printable(run.run().id, 80) + " could not be read\n"
    );
}

} // namespace rdpsweep
