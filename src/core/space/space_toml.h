// A space from the [space] table of a TOML document.
#pragma once

#include <string_view>

#include <toml++/toml.h>

#include "luthier/error.h"
#include "luthier/space.h"

namespace luthier {

// Parameters in the order of the document: text is a distribution (with `if CONDITION`), a number
// or boolean a constant, an array a choice. `{domain = ..., if = "..."}` is a parameter with a
// condition; any other table a group, whose parameters are named "group.name". The array
// `constraints` directly in [space] holds expressions. Other tables of the document are not looked
// at; without [space] the space is empty. The error lists every problem, one sentence a line.
Result<Space> parse_space_toml(std::string_view document);
// The same of a document that is parsed already.
Result<Space> read_space(const toml::table& document);

}  // namespace luthier
