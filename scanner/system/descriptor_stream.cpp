// Fetches the next block of a file.
#include "scanner/system/descriptor_stream.hpp"

#include <cerrno>
#include <unistd.h>

namespace rdpsweep {

std::streambuf::int_type DescriptorStream::underflow() {
    ssize_t got = 0;
    do {
        got = ::read(file_.get(), block_.data(), block_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) std::istream::setstate(std::ios::badbit);
    if (got <= 0) return std::char_traits<char>::eof();
    setg(block_.data(), block_.data(), block_.data() + got);
    return std::char_traits<char>::to_int_type(block_.front());
}

} // namespace rdpsweep
