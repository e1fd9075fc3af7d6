// Resources in Ray's words, both ways.
#pragma once

#include <string>

#include "executors/ray/ray.h"

namespace luthier {

// What a worker for trials with this claim is made of: settings as luthier-ray reads them. Ray's
// C++ interface takes whole numbers only above 1, so such claims are rounded up.
std::string ray_shape(const Resources& claim, const RayOptions& options);

// "cpu:1+gpu:0.5" as "CPU=1,GPU=0.5"; an error says what is wrong with it.
Result<std::string> ray_bundle(const std::string& text);

// The sum over the nodes of a cluster description: "ADDRESS CPU=4 memory=1e9", one a line.
Resources ray_inventory(const std::string& description);

// The sum over the bundles that a trial has beside its claim.
Resources ray_bundles(const RayOptions& options);

// A sentence about luthier-ray's end, from the last it said.
std::string ray_refusal(const std::string& address, const std::string& last_words);

}  // namespace luthier
