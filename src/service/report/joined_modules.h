// The modules of web/ as one script, for a file that can import nothing.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace luthier {

// The text of a module by its name, such as "app.js".
using ModuleText = std::function<std::string_view(std::string_view name)>;

// `first` and what it imports, each after those that it needs. What a module declares stays its
// own: it becomes a function that gives what it exports. An import is one line,
// `import { a, b } from "/assets/NAME";`, and what is exported is declared there:
// `export function a`, `export const b`. Precondition: no module imports itself in a circle.
std::string joined_modules(std::string_view first, const ModuleText& text_of);

}  // namespace luthier
