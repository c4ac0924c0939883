#include "evaluator/store/path.hpp"

#include "evaluator/error.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

constexpr size_t kHashChars = 32;  // 20 bytes in Nix's base 32
constexpr size_t kHashBytes = 20;
constexpr size_t kMaxName =
    211;  // so that <hash>-<name>.drv and a lock's suffix stay below 255 bytes

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("+-._?=").find(c) != std::string_view::npos;
}

bool is_nix32_char(char c) {
  return (c >= '0' && c <= '9') ||
         (c >= 'a' && c <= 'z' && c != 'e' && c != 'o' && c != 't' && c != 'u');
}

Hash sha256(std::string_view bytes) {
  return hash_bytes(HashAlgorithm::Sha256, bytes);
}

}  // namespace

std::string_view method_prefix(IngestionMethod method) {
  switch (method) {
    case IngestionMethod::Flat: return "";
    case IngestionMethod::Nar: return "r:";
    case IngestionMethod::Text: return "text:";
    case IngestionMethod::Git: return "git:";
  }
  return "";
}

std::string_view method_name(IngestionMethod method) {
  switch (method) {
    case IngestionMethod::Flat: return "flat";
    case IngestionMethod::Nar: return "nar";
    case IngestionMethod::Text: return "text";
    case IngestionMethod::Git: return "git";
  }
  return "";
}

std::optional<IngestionMethod> find_ingestion_method(std::string_view name) {
  if (name == "flat") return IngestionMethod::Flat;
  if (name == "nar" || name == "recursive") return IngestionMethod::Nar;
  if (name == "text") return IngestionMethod::Text;
  if (name == "git") return IngestionMethod::Git;
  return std::nullopt;
}

std::string check_store_name(std::string_view name) {
  if (name.empty()) return "name must not be empty";
  if (name.size() > kMaxName) {
    return cat("name '", name, "' must be no longer than ", kMaxName, " characters");
  }
  // "." and ".." would be directories; "..-x" might become one when its hash is cut off.
  const std::string_view first = name.substr(0, name.find('-'));
  if (first == "." || first == "..") {
    if (first == name) return cat("name '", name, "' is not valid");
    return cat("name '", name, "' is not valid: first dash-separated component must not be '",
               first, "'");
  }
  for (const char c : name) {
    if (!is_name_char(c)) return cat("name '", name, "' contains illegal character '", c, "'");
  }
  return {};
}

std::string StoreDir::make(std::string_view type, const Hash& inner, std::string_view name) const {
  std::string text;
  text.reserve(type.size() + dir.size() + name.size() + 80);
  text += type;
  text += ':';
  text += hash_algorithm_name(inner.algorithm);
  text += ':';
  text += encode_base16(inner.view());
  text += ':';
  text += dir;
  text += ':';
  text += name;
  const std::string digest = encode_nix32(compress_hash(sha256(text), kHashBytes));
  if (const std::string wrong = check_store_name(name); !wrong.empty()) {
    throw EvalError(ErrorKind::Other,
                    cat("path '", digest, "-", name, "' is not a valid store path: ", wrong));
  }
  text.assign(dir);
  text += '/';
  text += digest;
  text += '-';
  text += name;
  return text;
}

std::string StoreDir::text_path(std::string_view name, const Hash& content,
                                std::span<const std::string_view> references) const {
  std::string type = "text";
  for (const std::string_view reference : references) {
    type += ':';
    type += reference;
  }
  return make(type, content, name);
}

std::string StoreDir::fixed_path(std::string_view name, IngestionMethod method,
                                 const Hash& hash) const {
  const bool is_sha256 = hash.algorithm == HashAlgorithm::Sha256;
  if (method == IngestionMethod::Text) {
    if (!is_sha256) {
      throw EvalError(ErrorKind::Other, "Text content-addressed output must use SHA-256 hash");
    }
    return text_path(name, hash, {});
  }
  if (method == IngestionMethod::Git && !is_sha256 && hash.algorithm != HashAlgorithm::Sha1) {
    throw EvalError(ErrorKind::Other, "Git file ingestion must use SHA-1 or SHA-256 hash");
  }
  if (is_sha256 && method == IngestionMethod::Nar) return make("source", hash, name);
  const std::string payload =
      cat("fixed:out:", method_prefix(method), hash_algorithm_name(hash.algorithm), ":",
          encode_base16(hash.view()), ":");
  return make("output:out", sha256(payload), name);
}

std::string StoreDir::output_path(std::string_view output, const Hash& modulo,
                                  std::string_view name) const {
  return make(cat("output:", output), modulo, output_path_name(name, output));
}

bool StoreDir::contains(std::string_view path) const {
  return path.size() > dir.size() + 1 && path.starts_with(dir) && path[dir.size()] == '/';
}

bool StoreDir::is_object(std::string_view path) const {
  const auto object = object_of(path);
  return object && object->size() == path.size();
}

std::optional<std::string_view> StoreDir::object_of(std::string_view path) const {
  if (!contains(path)) return std::nullopt;
  const std::string_view object = path.substr(0, path.find('/', dir.size() + 1));
  if (!check_object_name(object.substr(dir.size() + 1)).empty()) return std::nullopt;
  return object;
}

std::string check_object_name(std::string_view base) {
  if (base.size() < kHashChars + 1)
    return cat("'", base, "' is too short to be a valid store path");
  if (base[kHashChars] != '-') {
    return cat("'", base,
               "' can't name a store path because the hash part is not followed by a '-'");
  }
  for (const char c : base.substr(0, kHashChars)) {
    if (!is_nix32_char(c))
      return cat("store path '", base, "' contains illegal base-32 character '", c, "'");
  }
  const std::string wrong = check_store_name(base.substr(kHashChars + 1));
  return wrong.empty() ? "" : cat("path '", base, "' is not a valid store path: ", wrong);
}

std::string_view store_path_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1 + kHashChars + 1);
}

std::string_view store_path_hash(std::string_view path) {
  return path.substr(path.rfind('/') + 1, kHashChars);
}

std::string output_path_name(std::string_view name, std::string_view output) {
  return output == "out" ? std::string(name) : cat(name, "-", output);
}

std::string output_placeholder(std::string_view output) {
  return "/" + encode_nix32(sha256(cat("nix-output:", output)).view());
}

UnknownOutput UnknownOutput::of(std::string_view drv_path, std::string_view output) {
  std::string_view name = store_path_name(drv_path);
  if (is_derivation_path(name)) name.remove_suffix(4);
  return {sha256(
      cat("nix-upstream-output:", store_path_hash(drv_path), ":", output_path_name(name, output)))};
}

UnknownOutput UnknownOutput::of(const UnknownOutput& drv, std::string_view output) {
  return {sha256(cat("nix-computed-output:", encode_nix32(compress_hash(drv.digest, kHashBytes)),
                     ":", output))};
}

}  // namespace nilas::eval
