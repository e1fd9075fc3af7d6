// RankedSet: an ordered set that also answers "which rank has this key" and "which key has this
// rank", each in O(log n) expected: a treap (Seidel and Aragon 1996) whose nodes count their
// subtrees. Node priorities come from a fixed sequence; no answer depends on them.
#pragma once

#include <cstdint>
#include <vector>

namespace luthier {

template <class Key>
class RankedSet {
 public:
  std::size_t size() const { return nodes_[root_].count; }
  bool empty() const { return root_ == kNone; }

  // Precondition: `key` is not in the set.
  void insert(const Key& key) {
    const auto [less, rest] = split(root_, key);
    root_ = merge(merge(less, make(key)), rest);
  }

  // Returns whether `key` was there.
  bool erase(const Key& key) {
    Index* link = &root_;
    if (!contains(key)) {
      return false;
    }
    while (nodes_[*link].key < key || key < nodes_[*link].key) {
      --nodes_[*link].count;
      link = key < nodes_[*link].key ? &nodes_[*link].left : &nodes_[*link].right;
    }
    const Index gone = *link;
    *link = merge(nodes_[gone].left, nodes_[gone].right);
    free_.push_back(gone);
    return true;
  }

  bool contains(const Key& key) const {
    const std::size_t place = rank(key);
    return place < size() && !(key < at(place));
  }

  // How many keys are less than `key`.
  std::size_t rank(const Key& key) const {
    std::size_t below = 0;
    for (Index at = root_; at != kNone;) {
      if (nodes_[at].key < key) {
        below += nodes_[nodes_[at].left].count + 1;
        at = nodes_[at].right;
      } else {
        at = nodes_[at].left;
      }
    }
    return below;
  }

  // Precondition: rank < size().
  const Key& at(std::size_t rank) const {
    Index at = root_;
    while (true) {
      const std::size_t left = nodes_[nodes_[at].left].count;
      if (rank == left) {
        return nodes_[at].key;
      }
      if (rank < left) {
        at = nodes_[at].left;
      } else {
        rank -= left + 1;
        at = nodes_[at].right;
      }
    }
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0;  // nodes_[0] stands for the empty tree

  struct Node {
    Key key{};
    std::uint32_t priority = 0;
    std::uint32_t count = 0;
    Index left = kNone;
    Index right = kNone;
  };

  Index make(const Key& key) {
    priority_ = priority_ * 747796405U + 2891336453U;
    const Node node{.key = key, .priority = priority_ ^ (priority_ >> 15), .count = 1};
    if (free_.empty()) {
      nodes_.push_back(node);
      return static_cast<Index>(nodes_.size() - 1);
    }
    const Index index = free_.back();
    free_.pop_back();
    nodes_[index] = node;
    return index;
  }

  void recount(Index at) {
    Node& node = nodes_[at];
    node.count = nodes_[node.left].count + nodes_[node.right].count + 1;
  }

  struct Halves {
    Index less;
    Index rest;
  };
  Halves split(Index at, const Key& key) {
    if (at == kNone) {
      return {kNone, kNone};
    }
    if (nodes_[at].key < key) {
      const Halves halves = split(nodes_[at].right, key);
      nodes_[at].right = halves.less;
      recount(at);
      return {at, halves.rest};
    }
    const Halves halves = split(nodes_[at].left, key);
    nodes_[at].left = halves.rest;
    recount(at);
    return {halves.less, at};
  }

  // Every key of `a` is less than every key of `b`.
  Index merge(Index a, Index b) {
    if (a == kNone || b == kNone) {
      return a == kNone ? b : a;
    }
    if (nodes_[a].priority > nodes_[b].priority) {
      nodes_[a].right = merge(nodes_[a].right, b);
      recount(a);
      return a;
    }
    nodes_[b].left = merge(a, nodes_[b].left);
    recount(b);
    return b;
  }

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::vector<Index> free_;
  Index root_ = kNone;
  std::uint32_t priority_ = 0;
};

}  // namespace luthier
