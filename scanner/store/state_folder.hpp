// The state directory and the folders in it: the one way to open anything below it.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"
#include "scanner/store/new_file.hpp"
#include "scanner/system/own_folder.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// A file of the state directory, by its folder and its name there.
struct StatePlace {
    std::string folder, name;
};

StatePlace place_in_state(const std::string& path);

// A folder that is ours and closed to others, held open: what is opened by it cannot be bent by a
// path that changes. Whatever is no file or folder of ours alone is refused (own_file.hpp,
// own_folder.hpp), with the command that mends it.
class StateFolder {
public:
    // Opens the state directory. Empty: there is none, which is an error that says so.
    static Result<StateFolder> open(const std::string& path, IfMissing missing);

    // Opens a folder in it.
    [[nodiscard]] Result<StateFolder> folder(const std::string& name, IfMissing missing) const;

    // Opens a file in it. flags as of open(2).
    [[nodiscard]] Result<Descriptor> file(const std::string& name, int flags) const;

    // Returns the bytes of a file. Error as of file(), or {config, output_limit}.
    [[nodiscard]] Result<std::string> read(const std::string& name, std::size_t limit) const;

    // Makes a file that gets that name when it is published, with mode 0600.
    [[nodiscard]] Result<NewFile> make(const std::string& name) const;

    // Puts a file of these bytes in the place of name, whole and on the disk when it returns.
    [[nodiscard]] Status replace(const std::string& name, std::string_view bytes) const;

    // Syncs the names in it.
    [[nodiscard]] Status sync() const;

    // Gives a file in it another name, in the place of what has that name.
    [[nodiscard]] Status rename(const std::string& name, const std::string& other) const;

    void remove(const std::string& name) const noexcept;

    // Removes a folder in it that is empty.
    void remove_folder(const std::string& name) const noexcept;

    // Returns the names of what is in it, in no order.
    [[nodiscard]] std::vector<std::string> names() const;

    // Returns the names of the folders in it that have such a file, in no order. None is opened.
    [[nodiscard]] std::vector<std::string> folders_with(const std::string& file) const;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }

private:
    StateFolder(Descriptor folder, std::string path);

    Descriptor folder_;
    std::string path_;
};

} // namespace rdpsweep
