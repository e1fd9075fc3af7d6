// Whose process is at the other end of a connection within this machine.
#pragma once

namespace luthier {

// Whether it is one of the user who runs this process, or root's. False wherever the kernel does
// not say so: the other end is on another machine, say, or its process has left already.
bool is_own_process(int socket);

}  // namespace luthier
