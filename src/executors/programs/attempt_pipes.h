// AttemptPipes: the descriptors between the executor and one program: its output, its report
// descriptor, and the control socket of its warden.
#pragma once

#include "base/file_descriptor.h"

namespace luthier {

struct AttemptPipes {
  FileDescriptor control;
  FileDescriptor report;
  FileDescriptor output;
  FileDescriptor error;
  // The program's ends, kept until the guardian has them.
  FileDescriptor their_report;
  FileDescriptor their_output;
  FileDescriptor their_error;

  // All but `control`. `tty`: `output` is a terminal without echo or translation, so that programs
  // flush each line. False: errno says why; some may be open.
  bool open(bool tty);
  void close_theirs();
};

}  // namespace luthier
