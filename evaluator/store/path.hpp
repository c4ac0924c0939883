#pragma once
// Store paths: how names and hashes become "/nix/store/<32 characters>-<name>".
// Nix manual, "Store path specification".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "evaluator/encoding.hpp"

namespace nilas::eval {

/// How the content of a store object is turned into the bytes that are hashed.
enum class IngestionMethod : uint8_t {
  Flat,  // the bytes of one file
  Nar,   // an archive of the tree ("recursive")
  Text,  // as Flat, and may refer to store paths
  Git,   // git's object hash
};

/// "" (flat), "r:", "text:", "git:": what stands before the algorithm in a derivation.
std::string_view method_prefix(IngestionMethod method);
/// "flat", "nar", "text", "git".
std::string_view method_name(IngestionMethod method);

/// Method of an outputHashMode: the names above and "recursive", Nar's old one.
std::optional<IngestionMethod> find_ingestion_method(std::string_view name);

/// A directory that store paths are named by; nothing is read there.
struct StoreDir {
  std::string dir;  ///< "/nix/store": absolute, canonical

  // These throw EvalError if `name` cannot be the name of a store object.
  /// "/nix/store/<hash>-<name>": the SHA-256 of "type:sha256:<inner>:<dir>:<name>", folded to 20
  /// bytes.
  std::string make(std::string_view type, const Hash& inner, std::string_view name) const;
  /// Content-addressed text (toFile, .drv). `references`: full store paths, sorted.
  std::string text_path(std::string_view name, const Hash& content,
                        std::span<const std::string_view> references) const;
  /// Path of content with a known hash. Also throws if the method does not go with the hash's
  /// algorithm.
  std::string fixed_path(std::string_view name, IngestionMethod method, const Hash& hash) const;
  /// Output `output` of the derivation called `name` whose masked hash is `modulo`.
  std::string output_path(std::string_view output, const Hash& modulo, std::string_view name) const;

  /// Is `path` below the store directory (in it, or inside an object of it)?
  bool contains(std::string_view path) const;
  /// Is `path` an object right in the store, with a valid hash and name?
  bool is_object(std::string_view path) const;
  /// "/nix/store/x-a/b/c" is "/nix/store/x-a"; nullopt if `path` is not below a valid object.
  std::optional<std::string_view> object_of(std::string_view path) const;
};

/// "glibc-2.40" of "/nix/store/...-glibc-2.40"; requires a valid store path.
std::string_view store_path_name(std::string_view path);
/// The 32 characters before the name.
std::string_view store_path_hash(std::string_view path);
inline bool is_derivation_path(std::string_view path) {
  return path.ends_with(".drv");
}
/// "hello" for output `out` of hello, "hello-dev" for dev.
std::string output_path_name(std::string_view name, std::string_view output);

/// Why `base` ("<hash>-<name>") names no store object, as C++ Nix words it; empty if it names one.
std::string check_object_name(std::string_view base);
/// Why `name` cannot be the name of a store object, as C++ Nix words it; empty if it can.
std::string check_store_name(std::string_view name);

/// Stands for the path of an output inside its own derivation: "/<52 characters>".
std::string output_placeholder(std::string_view output);

/// Stands for the path of an output that is known only once it is built.
struct UnknownOutput {
  Hash digest;

  /// Output of the content-addressed derivation `drv_path`.
  static UnknownOutput of(std::string_view drv_path, std::string_view output);
  /// Output of a derivation that is itself an output not known yet.
  static UnknownOutput of(const UnknownOutput& drv, std::string_view output);
  std::string render() const { return "/" + encode_nix32(digest.view()); }
};

}  // namespace nilas::eval
