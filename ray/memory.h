// Keeps luthier-ray small: most of what Ray's library touches, it touches once, as it starts.
#pragma once

namespace luthier::ray_driver {

// Before threads start: one arena of the allocator for all of them.
void share_one_arena();

// Once connected: free memory, and the pages of libraries that were read to link and start them, go
// back to the system; what is needed again is read again from the file.
void give_back_start_up_memory();

}  // namespace luthier::ray_driver
