#pragma once
// Bytes as text (base 16, Nix's base 32, base 64) and cryptographic hashes in every notation of Nix.
// Used by the hashing builtins and by store paths.

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace nilas::eval {

// --- Bytes as text ---------------------------------------------------------------------------------------------------

/// Lower-case hexadecimal.
std::string encode_base16(std::string_view bytes);
/// Nix's base 32: digits `0-9a-z` without `e o t u`, the least significant bits last. Store paths use it.
std::string encode_nix32(std::string_view bytes);
/// RFC 4648, with padding.
std::string encode_base64(std::string_view bytes);

/// Decoded bytes, or the first character that does not belong there.
using Decoded = std::expected<std::string, char>;

/// Upper and lower case; `text` must have an even length.
Decoded decode_base16(std::string_view text);
/// Result of ceil(5/8 size) bytes, or one less where the last bits are zero.
Decoded decode_nix32(std::string_view text);
/// Stops at the first `=`, skips newlines, does not insist on padding: as Nix does.
Decoded decode_base64(std::string_view text);

constexpr size_t base16_length(size_t bytes) {
  return bytes * 2;
}
constexpr size_t nix32_length(size_t bytes) {
  return bytes == 0 ? 0 : (bytes * 8 - 1) / 5 + 1;
}
constexpr size_t base64_length(size_t bytes) {
  return ((4 * bytes / 3) + 3) & ~size_t{3};
}

// --- Hashes ----------------------------------------------------------------------------------------------------------

enum class HashAlgorithm : uint8_t { Md5, Sha1, Sha256, Sha512 };

std::string_view hash_algorithm_name(HashAlgorithm algorithm);  ///< "sha256"
size_t hash_size(HashAlgorithm algorithm);                      ///< bytes: 16, 20, 32, 64
std::optional<HashAlgorithm> find_hash_algorithm(std::string_view name);
/// As find_hash_algorithm, but an unknown name throws EvalError with Nix's message.
HashAlgorithm parse_hash_algorithm(std::string_view name);

struct Hash {
  HashAlgorithm algorithm = HashAlgorithm::Sha256;
  std::array<char, 64> bytes{};  ///< the first hash_size(algorithm) count

  std::string_view view() const { return {bytes.data(), hash_size(algorithm)}; }
  friend bool operator==(const Hash& a, const Hash& b) {
    return a.algorithm == b.algorithm && a.view() == b.view();
  }
};

/// Hashes a stream of bytes.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(std::string_view bytes);
  /// The hash of all bytes so far; the hasher is used up.
  Hash finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash hash_bytes(HashAlgorithm algorithm, std::string_view bytes);

/// `size` bytes: those of the hash folded over each other with exclusive or, as store paths shorten them.
std::string compress_hash(const Hash& hash, size_t size);

enum class HashFormat : uint8_t { Base16, Nix32, Base64, Sri };

/// "base16", "nix32", "base32" (its old name), "base64", "sri".
std::optional<HashFormat> find_hash_format(std::string_view name);

/// The hash as text. `Sri` is `sha256-<base64>`; the others have no algorithm in front.
std::string format_hash(const Hash& hash, HashFormat format);
/// `sha256:<text>`; for Sri `sha256-<text>`.
std::string format_prefixed_hash(const Hash& hash, HashFormat format);

/// Reads any notation: SRI, `algorithm:text`, or bare text whose length tells the base (then `expected` must be given).
/// Throws EvalError with Nix's message: no or the wrong algorithm, wrong length, wrong characters.
Hash parse_hash(std::string_view text, std::optional<HashAlgorithm> expected);
/// As parse_hash, but SRI only.
Hash parse_sri_hash(std::string_view text);

}  // namespace nilas::eval
