// A guest's files: built from random entries, looked up by random paths, and compared with a model
// that is just a map of paths.

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "fuzz/require.h"
#include "wasi/file_system.h"

namespace wasmedge_embed::fuzz {
namespace {

using Errno = wasi::Errno;

std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> names;
  size_t start = 0;
  while (true) {
    const size_t end = std::min(path.find('/', start), path.size());
    names.emplace_back(path.substr(start, end - start));
    if (end == path.size()) return names;
    start = end + 1;
  }
}

/// The tree that `FileSystem` builds, by full paths; the root is the empty path.
class Model {
 public:
  /// Absent if the entries make no valid file system.
  static std::optional<Model> Of(const std::vector<FileEntry>& entries) {
    Model model;
    for (const FileEntry& entry : entries) {
      if (!IsValid(entry.path) || !model.files_.emplace(entry.path, entry.bytes).second) {
        return std::nullopt;
      }
      for (size_t slash = entry.path.rfind('/'); slash != 0 && slash != std::string::npos;
           slash = entry.path.rfind('/', slash - 1)) {
        model.directories_.insert(entry.path.substr(0, slash));
      }
    }
    for (const std::string& directory : model.directories_) {
      if (model.files_.count(directory) != 0) return std::nullopt;
    }
    model.directories_.insert("");
    return model;
  }

  const std::map<std::string, std::vector<uint8_t>>& files() const { return files_; }
  const std::set<std::string>& directories() const { return directories_; }

  struct Answer {
    Errno error;
    std::string path;
    bool parent_exists = false;
  };

  Answer Find(const std::string& directory, const std::string& path) const {
    if (path.empty()) return {Errno::kNoEnt, {}};
    if (path.size() > 4095) return {Errno::kNameTooLong, {}};
    if (path.find('\0') != std::string::npos) return {Errno::kInval, {}};
    if (path[0] == '/') return {Errno::kNotCapable, {}};
    // The last element is the current position of the walk.
    std::vector<std::string> walk{directory};
    const std::vector<std::string> names = Split(path);
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[i];
      if (name.empty()) continue;
      if (directories_.count(walk.back()) == 0) return {Errno::kNotDir, {}};
      if (name == ".") continue;
      if (name == "..") {
        if (walk.size() == 1) return {Errno::kNotCapable, {}};
        walk.pop_back();
        continue;
      }
      if (name.size() > 255) return {Errno::kNameTooLong, {}};
      const std::string next = walk.back() + "/" + name;
      if (directories_.count(next) == 0 && files_.count(next) == 0) {
        const bool is_last = std::all_of(names.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                         names.end(), [](const auto& n) { return n.empty(); });
        return {Errno::kNoEnt, {}, is_last};
      }
      walk.push_back(next);
    }
    if (names.back().empty() && files_.count(walk.back()) != 0) return {Errno::kNotDir, {}};
    return {Errno::kSuccess, walk.back()};
  }

 private:
  static bool IsValid(const std::string& path) {
    if (path.size() > 4095 || path.find('\0') != std::string::npos) return false;
    const std::vector<std::string> names = Split(path);
    if (names.size() < 2 || !names[0].empty()) return false;
    return std::all_of(names.begin() + 1, names.end(), [](const std::string& name) {
      return !name.empty() && name != "." && name != ".." && name.size() <= 255;
    });
  }

  std::map<std::string, std::vector<uint8_t>> files_;
  std::set<std::string> directories_;
};

std::string TakeName(FuzzedDataProvider& input) {
  switch (input.ConsumeIntegralInRange(0, 9)) {
    case 0:
      return "";
    case 1:
      return ".";
    case 2:
      return "..";
    case 3:
      return std::string(255, 'l');
    case 4:
      return std::string(256, 'l');
    case 5:
      return input.ConsumeRandomLengthString(8);
    default:
      // Only a few names, so that paths collide.
      return std::string(1, input.ConsumeIntegralInRange('a', 'd'));
  }
}

std::string TakePath(FuzzedDataProvider& input) {
  std::string path = input.ConsumeBool() ? "/" : "";
  const int count = input.ConsumeIntegralInRange(0, 20);
  for (int i = 0; i < count && input.remaining_bytes() > 0; ++i) {
    if (i > 0) path += '/';
    path += TakeName(input);
  }
  return path;
}

/// Walks the whole tree, which must have exactly the contents of the model.
std::map<std::string, FileSystem::NodeId> CheckTree(const FileSystem& files, const Model& model) {
  std::map<std::string, FileSystem::NodeId> nodes{{"", FileSystem::kRoot}};
  std::vector<std::string> open{""};
  std::set<uint64_t> inodes{FileSystem::Inode(FileSystem::kRoot)};
  while (!open.empty()) {
    const std::string path = open.back();
    open.pop_back();
    const FileSystem::Node& node = files.node(nodes[path]);
    const auto file = model.files().find(path);
    if (!node.is_directory) {
      Require(file != model.files().end() && file->second == *node.bytes,
              "a file has the content that was given");
      Require(node.children.empty(), "a file has no children");
      continue;
    }
    Require(model.directories().count(path) != 0, "directories come from the paths");
    const std::string* previous = nullptr;
    for (const FileSystem::NodeId id : node.children) {
      const FileSystem::Node& child = files.node(id);
      Require(previous == nullptr || *previous < child.name, "children are sorted by name");
      Require(child.parent == nodes[path], "a child knows its parent");
      Require(inodes.insert(FileSystem::Inode(id)).second, "each node has its own inode");
      previous = &child.name;
      nodes[path + "/" + child.name] = id;
      open.push_back(path + "/" + child.name);
    }
  }
  Require(nodes.size() == model.files().size() + model.directories().size(),
          "every file can be reached");
  return nodes;
}

void Check(FuzzedDataProvider& input) {
  std::vector<FileEntry> entries(input.ConsumeIntegralInRange<size_t>(0, 8));
  for (FileEntry& entry : entries) {
    entry.path = TakePath(input);
    entry.bytes = input.ConsumeBytes<uint8_t>(input.ConsumeIntegralInRange<size_t>(0, 4));
  }
  const std::optional<Model> model = Model::Of(entries);
  std::optional<FileSystem> files;
  try {
    files.emplace(entries);
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kInvalidArgument, "a bad path is an invalid argument");
    Require(!model, "good entries are accepted");
    return;
  }
  Require(model.has_value(), "bad entries are refused");
  const auto nodes = CheckTree(*files, *model);

  while (input.remaining_bytes() > 0) {
    auto start = nodes.begin();
    std::advance(start, input.ConsumeIntegralInRange<size_t>(0, nodes.size() - 1));
    const std::string path = TakePath(input);
    const FileSystem::Lookup found = files->Find(start->second, path);
    const Model::Answer expected = model->Find(start->first, path);
    Require(found.error == expected.error, "a look-up ends as the model's");
    if (found.error == Errno::kSuccess) {
      Require(found.node == nodes.at(expected.path), "a look-up finds the model's node");
    } else if (found.error == Errno::kNoEnt) {
      Require(found.parent_exists == expected.parent_exists,
              "a look-up tells whether only the last name is missing");
    }
  }
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  wasmedge_embed::fuzz::Check(input);
  return 0;
}
