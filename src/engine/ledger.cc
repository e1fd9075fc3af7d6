#include "engine/ledger.h"

#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/text.h"
#include "core/expression/resource_text.h"

namespace luthier {
namespace {

// Shares like 0.1 add up with rounding errors; a claim this much too large still fits.
constexpr double kSlack = 1e-9;

double amount(const std::map<std::string, double>& custom, const std::string& name) {
  const auto found = custom.find(name);
  return found == custom.end() ? 0.0 : found->second;
}

std::string lacks(const std::string& name, double wanted, double there) {
  return "it " + lacking_text(name, wanted, there);
}

}  // namespace

Ledger::Ledger(Resources inventory, Resources beside, std::vector<std::string> gpus)
    : inventory_(std::move(inventory)),
      beside_(std::move(beside)),
      free_(inventory_),
      free_gpu_(static_cast<std::size_t>(std::ceil(inventory_.gpu)), 1.0),
      gpu_names_(std::move(gpus)) {
  for (std::size_t i = gpu_names_.size(); i < free_gpu_.size(); ++i) {
    gpu_names_.push_back(std::to_string(i));
  }
  if (const double part = inventory_.gpu - std::floor(inventory_.gpu); part > 0) {
    free_gpu_.back() = part;
  }
}

Resources Ledger::with_beside(const Resources& claim) const {
  Resources wanted = claim;
  wanted.cpu += beside_.cpu;
  wanted.memory_bytes += beside_.memory_bytes;
  for (const auto& [name, wish] : beside_.custom) {
    wanted.custom[name] += wish;
  }
  if (beside_.gpu > 0) {  // above 1 the ledger gives whole ones
    const double gpu = wanted.gpu + beside_.gpu;
    wanted.gpu = gpu > 1 ? std::ceil(gpu - kSlack) : gpu;
  }
  return wanted;
}

std::string Ledger::infeasible(const Resources& claim) const {
  const Resources wanted = with_beside(claim);
  if (wanted.cpu > inventory_.cpu + kSlack) {
    return lacks("cpu", wanted.cpu, inventory_.cpu);
  }
  if (wanted.gpu > inventory_.gpu + kSlack) {
    return lacks("gpu", wanted.gpu, inventory_.gpu);
  }
  if (wanted.gpu > 1 && std::floor(wanted.gpu) != wanted.gpu) {
    return formatted("it needs {} gpus; above 1 only whole numbers can be given",
                     format_number(wanted.gpu));
  }
  if (inventory_.memory_bytes > 0 && wanted.memory_bytes > inventory_.memory_bytes) {
    return lacks("bytes of memory",
                 static_cast<double>(wanted.memory_bytes),
                 static_cast<double>(inventory_.memory_bytes));
  }
  for (const auto& [name, wish] : wanted.custom) {
    if (wish > amount(inventory_.custom, name) + kSlack) {
      return lacks(name, wish, amount(inventory_.custom, name));
    }
  }
  return {};
}

std::optional<std::vector<std::pair<std::size_t, double>>> Ledger::find_gpus(double gpu) const {
  std::vector<std::pair<std::size_t, double>> found;
  if (gpu <= 0) {
    return found;
  }
  if (gpu <= 1) {
    // Best fit: the fullest device with room keeps the others whole.
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < free_gpu_.size(); ++i) {
      if (free_gpu_[i] + kSlack >= gpu && (!best || free_gpu_[i] < free_gpu_[*best])) {
        best = i;
      }
    }
    if (!best) {
      return std::nullopt;
    }
    found.emplace_back(*best, gpu);
    return found;
  }
  for (std::size_t i = 0; i < free_gpu_.size() && static_cast<double>(found.size()) < gpu; ++i) {
    if (free_gpu_[i] >= 1.0 - kSlack) {
      found.emplace_back(i, 1.0);
    }
  }
  if (static_cast<double>(found.size()) < gpu) {
    return std::nullopt;
  }
  return found;
}

bool Ledger::fits(const Resources& claim) const {
  const Resources wanted = with_beside(claim);
  if (wanted.cpu > free_.cpu + kSlack || !find_gpus(wanted.gpu)) {
    return false;
  }
  if (inventory_.memory_bytes > 0 && wanted.memory_bytes > free_.memory_bytes) {
    return false;
  }
  for (const auto& [name, wish] : wanted.custom) {
    if (wish > amount(free_.custom, name) + kSlack) {
      return false;
    }
  }
  return true;
}

std::string Ledger::take(TrialId trial, const Resources& claim) {
  LUTHIER_CHECK(fits(claim) && !held_.contains(trial), "a trial started without room for it");
  const Resources wanted = with_beside(claim);
  Held held{wanted, *find_gpus(wanted.gpu)};
  free_.cpu -= wanted.cpu;
  free_.memory_bytes -= wanted.memory_bytes;
  for (const auto& [name, wish] : wanted.custom) {
    free_.custom[name] -= wish;
  }
  std::string devices;
  for (const auto& [device, share] : held.gpus) {
    free_gpu_[device] -= share;
    devices += (devices.empty() ? "" : ",") + gpu_names_[device];
  }
  held_.emplace(trial, std::move(held));
  return devices;
}

void Ledger::release(TrialId trial) {
  const auto found = held_.find(trial);
  if (found == held_.end()) {
    return;
  }
  const Held& held = found->second;
  free_.cpu += held.resources.cpu;
  free_.memory_bytes += held.resources.memory_bytes;
  for (const auto& [name, wish] : held.resources.custom) {
    free_.custom[name] += wish;
  }
  for (const auto& [device, share] : held.gpus) {
    free_gpu_[device] += share;
  }
  held_.erase(found);
}

}  // namespace luthier
