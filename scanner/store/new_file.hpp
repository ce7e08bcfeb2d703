// A file that gets its name when it is whole.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace rdpsweep {

// Is written under a name of its own ("NAME.<16 hex digits>.part", which nobody had before) in the
// folder where it is to be, so that two writers of one name never write to one file. Unless it is
// published it is removed: when it is destroyed, and when SIGINT, SIGTERM, SIGHUP or SIGQUIT ends
// the program.
class NewFile {
public:
    // Makes the file that is to be at path. mode is taken less the umask. Error{config,
    // local_limit}.
    static Result<NewFile> beside(const std::string& path, mode_t mode);

    // The same for a folder that is open; path leads to the file in it.
    static Result<NewFile> in(int folder, const std::string& path, mode_t mode);

    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

    Status write(std::string_view bytes) const;

    // Syncs it and gives it its name, in the place of what has that name. A link is replaced, and
    // what it points to stays as it is.
    Status publish();

private:
    NewFile(Descriptor folder, Descriptor file, std::string temporary, std::string path);

    Descriptor folder_;
    Descriptor file_;
    std::string temporary_; // empty: it has its name
    std::string name_;
    std::string path_;
    int leftover_ = -1; // see leftovers.hpp
};

} // namespace rdpsweep
