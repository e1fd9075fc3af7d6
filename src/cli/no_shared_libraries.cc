// Linked into the static program in place of the C library's loader of shared libraries, which
// would need the C library it was built with (the linker's --wrap gives the names). Plugins are
// refused with the text below; SQLite, which asks for extensions the same way, has none.

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): the linker's names.
extern "C" {

void* __wrap_dlopen(const char* /*path*/, int /*mode*/) {
  return nullptr;
}

void* __wrap_dlsym(void* /*library*/, const char* /*name*/) {
  return nullptr;
}

int __wrap_dlclose(void* /*library*/) {
  return -1;
}

char* __wrap_dlerror() {
  static char text[] =
      "this luthier is a static program, which can't load libraries; install the Debian package "
      "luthier, or build it from source";
  return text;
}
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
