#include "evaluator/encoding.hpp"

#include <algorithm>
#include <cassert>
#include <openssl/evp.h>

#include "evaluator/error.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

constexpr std::string_view kBase16Digits = "0123456789abcdef";
constexpr std::string_view kNix32Digits = "0123456789abcdfghijklmnpqrsvwxyz";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using DigitValues = std::array<int8_t, 256>;

constexpr DigitValues values_of(std::string_view digits) {
  DigitValues values{};
  values.fill(-1);
  for (size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<int8_t>(i);
  }
  return values;
}

constexpr DigitValues kBase16Values = [] {
  DigitValues values = values_of(kBase16Digits);
  for (int i = 10; i < 16; ++i)
    values[static_cast<size_t>('A' + i - 10)] = static_cast<int8_t>(i);
  return values;
}();
constexpr DigitValues kNix32Values = values_of(kNix32Digits);
constexpr DigitValues kBase64Values = values_of(kBase64Digits);

int value_of(const DigitValues& values, char c) {
  return values[static_cast<unsigned char>(c)];
}

uint8_t byte_at(std::string_view bytes, size_t i) {
  return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0};
}

}  // namespace

std::string encode_base16(std::string_view bytes) {
  std::string text(base16_length(bytes.size()), '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint8_t byte = byte_at(bytes, i);
    text[2 * i] = kBase16Digits[byte >> 4];
    text[2 * i + 1] = kBase16Digits[byte & 15];
  }
  return text;
}

// The bytes are one little-endian number, written with its most significant digit first.
std::string encode_nix32(std::string_view bytes) {
  const size_t length = nix32_length(bytes.size());
  std::string text(length, '\0');
  for (size_t n = 0; n < length; ++n) {
    const size_t bit = n * 5;
    const unsigned pair = static_cast<unsigned>(byte_at(bytes, bit / 8)) |
                          static_cast<unsigned>(byte_at(bytes, bit / 8 + 1)) << 8;
    text[length - 1 - n] = kNix32Digits[(pair >> (bit % 8)) & 31];
  }
  return text;
}

std::string encode_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t triple = static_cast<uint32_t>(byte_at(bytes, i)) << 16 |
                            static_cast<uint32_t>(byte_at(bytes, i + 1)) << 8 |
                            byte_at(bytes, i + 2);
    const size_t present = std::min<size_t>(3, bytes.size() - i);
    for (size_t digit = 0; digit < 4; ++digit) {
      text += digit <= present ? kBase64Digits[triple >> (18 - 6 * digit) & 63] : '=';
    }
  }
  return text;
}

Decoded decode_base16(std::string_view text) {
  assert(text.size() % 2 == 0);
  std::string bytes(text.size() / 2, '\0');
  for (size_t i = 0; i < text.size(); ++i) {
    const int value = value_of(kBase16Values, text[i]);
    if (value < 0) return std::unexpected(text[i]);
    bytes[i / 2] = static_cast<char>(static_cast<uint8_t>(bytes[i / 2]) << 4 | value);
  }
  return bytes;
}

Decoded decode_nix32(std::string_view text) {
  std::string bytes;
  for (size_t n = 0; n < text.size(); ++n) {
    const char c = text[text.size() - 1 - n];
    const int value = value_of(kNix32Values, c);
    if (value < 0) return std::unexpected(c);
    const size_t bit = n * 5;
    const unsigned shifted = static_cast<unsigned>(value) << (bit % 8);
    // A byte that only zero bits would reach does not exist: 52 digits are 32 bytes, not 33.
    bytes.resize(std::max(bytes.size(), bit / 8 + (shifted > 255 ? 2 : 1)));
    bytes[bit / 8] = static_cast<char>(byte_at(bytes, bit / 8) | (shifted & 255));
    if (shifted > 255) bytes[bit / 8 + 1] = static_cast<char>(shifted >> 8);
  }
  return bytes;
}

Decoded decode_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve((text.size() + 2) / 4 * 3);
  uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    if (c == '\n') continue;
    const int value = value_of(kBase64Values, c);
    if (value < 0) return std::unexpected(c);
    pending = pending << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(pending >> bits & 255);
    }
  }
  return bytes;
}

// --- Hashes ----------------------------------------------------------------------------------------------------------

namespace {

struct AlgorithmInfo {
  std::string_view name;
  size_t size;
  const char* openssl_name;
};

constexpr std::array<AlgorithmInfo, 4> kAlgorithms = {{
    {"md5", 16, "MD5"},
    {"sha1", 20, "SHA1"},
    {"sha256", 32, "SHA256"},
    {"sha512", 64, "SHA512"},
}};

const AlgorithmInfo& info_of(HashAlgorithm algorithm) {
  return kAlgorithms[static_cast<size_t>(algorithm)];
}

// Fetched once: OpenSSL 3 looks implicit algorithms up again at every use, which costs more than a short hash.
const EVP_MD* digest_of(HashAlgorithm algorithm) {
  static const auto digests = [] {
    std::array<EVP_MD*, kAlgorithms.size()> fetched{};
    for (size_t i = 0; i < fetched.size(); ++i) {
      fetched[i] = EVP_MD_fetch(nullptr, kAlgorithms[i].openssl_name, nullptr);
    }
    return fetched;
  }();
  return digests[static_cast<size_t>(algorithm)];
}

[[noreturn]] void fail(std::string message) {
  throw EvalError(ErrorKind::Other, std::move(message));
}

}  // namespace

std::string_view hash_algorithm_name(HashAlgorithm algorithm) {
  return info_of(algorithm).name;
}

size_t hash_size(HashAlgorithm algorithm) {
  return info_of(algorithm).size;
}

std::optional<HashAlgorithm> find_hash_algorithm(std::string_view name) {
  for (size_t i = 0; i < kAlgorithms.size(); ++i) {
    if (kAlgorithms[i].name == name) return static_cast<HashAlgorithm>(i);
  }
  return std::nullopt;
}

HashAlgorithm parse_hash_algorithm(std::string_view name) {
  if (const auto algorithm = find_hash_algorithm(name)) return *algorithm;
  if (name == "blake3") {
    fail(
        "experimental Nix feature 'blake3-hashes' is disabled; add "
        "'--extra-experimental-features blake3-hashes' to enable it");
  }
  fail(cat("unknown hash algorithm '", name,
           "', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"));
}

struct Hasher::State {
  HashAlgorithm algorithm;
  EVP_MD_CTX* context;
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(new State{algorithm, EVP_MD_CTX_new()}) {
  if (!state_->context || !EVP_DigestInit_ex(state_->context, digest_of(algorithm), nullptr)) {
    fail(cat("hash algorithm '", hash_algorithm_name(algorithm), "' is not available here"));
  }
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

Hash Hasher::finish() {
  Hash hash{state_->algorithm};
  EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(hash.bytes.data()), nullptr);
  return hash;
}

Hash hash_bytes(HashAlgorithm algorithm, std::string_view bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

std::string compress_hash(const Hash& hash, size_t size) {
  std::string folded(size, '\0');
  const std::string_view bytes = hash.view();
  for (size_t i = 0; i < bytes.size(); ++i) {
    folded[i % size] = static_cast<char>(folded[i % size] ^ bytes[i]);
  }
  return folded;
}

std::optional<HashFormat> find_hash_format(std::string_view name) {
  if (name == "base16") return HashFormat::Base16;
  if (name == "nix32" || name == "base32") return HashFormat::Nix32;
  if (name == "base64") return HashFormat::Base64;
  if (name == "sri") return HashFormat::Sri;
  return std::nullopt;
}

std::string format_hash(const Hash& hash, HashFormat format) {
  switch (format) {
    case HashFormat::Base16: return encode_base16(hash.view());
    case HashFormat::Nix32: return encode_nix32(hash.view());
    case HashFormat::Base64: return encode_base64(hash.view());
    case HashFormat::Sri: return format_prefixed_hash(hash, format);
  }
  return {};
}

std::string format_prefixed_hash(const Hash& hash, HashFormat format) {
  const std::string_view name = hash_algorithm_name(hash.algorithm);
  if (format == HashFormat::Sri) return cat(name, "-", encode_base64(hash.view()));
  return cat(name, ":", format_hash(hash, format));
}

namespace {

struct Notation {
  std::string_view name;  // in messages
  Decoded (*decode)(std::string_view);
};

constexpr Notation kSri = {"SRI", decode_base64};

// Bare hashes tell their base by their length.
Notation notation_of(std::string_view text, HashAlgorithm algorithm) {
  const size_t size = hash_size(algorithm);
  if (text.size() == base16_length(size)) return {"base16", decode_base16};
  if (text.size() == nix32_length(size)) return {"nix32", decode_nix32};
  if (text.size() == base64_length(size)) return {"Base64", decode_base64};
  fail(cat("hash '", text, "' has wrong length for hash algorithm '",
           hash_algorithm_name(algorithm), "'"));
}

// A wrong character makes the length 0 in Nix's message; so it does here.
Hash decode_hash(std::string_view text, HashAlgorithm algorithm, Notation notation) {
  const std::string bytes = notation.decode(text).value_or("");
  if (bytes.size() != hash_size(algorithm)) {
    fail(cat("invalid ", notation.name, " hash '", text, "', length ", bytes.size(),
             " != expected length ", hash_size(algorithm)));
  }
  Hash hash{algorithm};
  std::ranges::copy(bytes, hash.bytes.begin());
  return hash;
}

}  // namespace

Hash parse_hash(std::string_view text, std::optional<HashAlgorithm> expected) {
  size_t separator = text.find(':');
  const bool colon = separator != std::string_view::npos;
  if (!colon) separator = text.find('-');
  const bool sri = !colon && separator != std::string_view::npos;
  std::optional<HashAlgorithm> algorithm = expected;
  std::string_view rest = text;
  if (separator != std::string_view::npos) {
    algorithm = parse_hash_algorithm(text.substr(0, separator));
    rest.remove_prefix(separator + 1);
    if (expected && *expected != *algorithm) {
      fail(cat("hash '", text, "' should have type '", hash_algorithm_name(*expected), "'"));
    }
  }
  if (!algorithm) {
    fail(cat("hash '", text,
             "' does not include a type, nor is the type otherwise known from context"));
  }
  return decode_hash(rest, *algorithm, sri ? kSri : notation_of(rest, *algorithm));
}

Hash parse_sri_hash(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) fail(cat("hash '", text, "' is not SRI"));
  return decode_hash(text.substr(dash + 1), parse_hash_algorithm(text.substr(0, dash)), kSri);
}

}  // namespace nilas::eval
