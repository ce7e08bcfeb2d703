// The eleven functions. libbfio hands them our pointer as an intptr_t*, and takes numbers back.
#include "offline/ntfs_io.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "offline/ntfs_guard.hpp"

namespace rdpsweep::offline {
namespace {

NtfsIo& io_of(intptr_t* handle) noexcept {
    return *reinterpret_cast<NtfsIo*>(handle);
}

// It is ours: the handle does not own it.
int free_handle(intptr_t** handle, libbfio_error_t**) noexcept {
    *handle = nullptr;
    return 1;
}

int clone_handle(intptr_t** to, intptr_t* from, libbfio_error_t**) noexcept {
    *to = from;
    return 1;
}

int open_handle(intptr_t*, int access, libbfio_error_t**) noexcept {
    return access == LIBBFIO_OPEN_READ ? 1 : -1;
}

int close_handle(intptr_t*, libbfio_error_t**) noexcept {
    return 0;
}

ssize_t read_handle(intptr_t* handle, std::uint8_t* into, size_t size, libbfio_error_t**) noexcept {
    auto& io = io_of(handle);
    if (io.failure) {
        return -1;
    }
    const auto left = io.source.size() - std::min(io.at, io.source.size());
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
    auto read = io.source.read(io.at, {reinterpret_cast<std::byte*>(into), length});
    if (!read) {
        io.failure = std::move(read).error();
        return -1;
    }
    guard_record({reinterpret_cast<std::byte*>(into), length});
    io.at += length;
    return static_cast<ssize_t>(length);
}

ssize_t write_handle(intptr_t*, const std::uint8_t*, size_t, libbfio_error_t**) noexcept {
    return -1;
}

off64_t seek_handle(intptr_t* handle, off64_t offset, int whence, libbfio_error_t**) noexcept {
    auto& io = io_of(handle);
    std::int64_t base = 0;
    if (whence == SEEK_CUR) {
        base = static_cast<std::int64_t>(io.at);
    } else if (whence == SEEK_END) {
        base = static_cast<std::int64_t>(io.source.size());
    } else if (whence != SEEK_SET) {
        return -1;
    }
    std::int64_t at = 0;
    if (__builtin_add_overflow(base, std::int64_t{offset}, &at) || at < 0) {
        return -1;
    }
    io.at = static_cast<std::uint64_t>(at);
    return at;
}

int handle_exists(intptr_t*, libbfio_error_t**) noexcept {
    return 1;
}

int handle_is_open(intptr_t*, libbfio_error_t**) noexcept {
    return 1;
}

int handle_size(intptr_t* handle, size64_t* size, libbfio_error_t**) noexcept {
    *size = io_of(handle).source.size();
    return 1;
}

} // namespace

libbfio_handle_t* make_bfio_handle(NtfsIo& io) {
    libbfio_handle_t* handle = nullptr;
    const auto made = libbfio_handle_initialize(
        &handle,
        reinterpret_cast<intptr_t*>(&io),
        free_handle,
        clone_handle,
        open_handle,
        close_handle,
        read_handle,
        write_handle,
        seek_handle,
        handle_exists,
        handle_is_open,
        handle_size,
        LIBBFIO_FLAG_IO_HANDLE_NON_MANAGED | LIBBFIO_FLAG_IO_HANDLE_CLONE_BY_FUNCTION,
        nullptr
    );
    return made == 1 ? handle : nullptr;
}

} // namespace rdpsweep::offline
