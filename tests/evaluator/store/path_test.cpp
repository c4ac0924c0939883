// Store paths against values that C++ Nix 2.26.3 computed.
#include "evaluator/store/path.hpp"

#include <doctest/doctest.h>

#include "evaluator/error.hpp"

using namespace nilas::eval;

namespace {

const StoreDir kStore{"/nix/store"};

std::string fixed(std::string_view hash, IngestionMethod method) {
  return kStore.fixed_path("f", method, parse_hash(hash, std::nullopt));
}

}  // namespace

TEST_CASE("fixed outputs by method and algorithm") {
  const auto sha256 = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  const auto sha1 = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709";
  CHECK(fixed(sha256, IngestionMethod::Flat) == "/nix/store/i8yf3p9li8bd9rwjsr5nkg63lxs367am-f");
  CHECK(fixed(sha256, IngestionMethod::Nar) == "/nix/store/f66gffbbljx7hpk8xw2f4ylk355g52as-f");
  CHECK(fixed(sha256, IngestionMethod::Text) == "/nix/store/4xm65f7dnxj2ahcbhsala7lhgdkrnd73-f");
  CHECK(fixed(sha1, IngestionMethod::Nar) == "/nix/store/bzirgabdilmf2hrsm7q0qmnrs06yvrdq-f");
  CHECK(fixed(sha1, IngestionMethod::Git) == "/nix/store/89s3j9xjavdyb10xld8zwwpjlr75wyzd-f");
  CHECK(fixed("sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/"
              "SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
              IngestionMethod::Flat) == "/nix/store/cc0hzylqaln4dyrhisr0gsymabih8a5q-f");
  CHECK(fixed("md5:d41d8cd98f00b204e9800998ecf8427e", IngestionMethod::Flat) ==
        "/nix/store/0kj4nzh3l6z4z918280lpf2qy0dgva8d-f");
  CHECK_THROWS_AS(fixed("md5:d41d8cd98f00b204e9800998ecf8427e", IngestionMethod::Git), EvalError);
  CHECK_THROWS_AS(fixed(sha1, IngestionMethod::Text), EvalError);
}

TEST_CASE("texts, with and without references") {
  const auto hash = [](std::string_view text) { return hash_bytes(HashAlgorithm::Sha256, text); };
  const std::string plain = kStore.text_path("t.txt", hash("hello"), {});
  CHECK(plain == "/nix/store/9p0nl625gm5mli8h2xfsgma0zz31g9yc-t.txt");
  const std::string source = "/nix/store/z3n6ml62lc6l9glpaz6fq7fvi2rks9vq-a.txt";
  const std::string_view references[] = {plain, source};
  CHECK(kStore.text_path("t2.txt", hash("see " + plain + " and " + source), references) ==
        "/nix/store/w9wv7v1mzcn5npxwhz4vl3c62pvdb0vn-t2.txt");
}

TEST_CASE("placeholders") {
  CHECK(output_placeholder("out") == "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9");
  CHECK(output_placeholder("dev") == "/02qcpld1y6xhs5gz9bchpxaw0xdhmsp5dv88lh25r2ss44kh8dxz");
  CHECK(UnknownOutput::of("/nix/store/nliwhn2x990s78jvvi315x31ndlr72ds-x.drv", "out").render() ==
        "/1fmx3pb6fkz2kzd18z1dv4b6qgizxjhl0qvf9aivz1zd3iljblw8");
}

TEST_CASE("names") {
  CHECK(check_store_name("a-B_c.d+e?f=0").empty());
  CHECK(check_store_name("").find("must not be empty") != std::string::npos);
  CHECK(check_store_name("a b") == "name 'a b' contains illegal character ' '");
  CHECK(check_store_name(".") == "name '.' is not valid");
  CHECK(check_store_name("..-x") ==
        "name '..-x' is not valid: first dash-separated component must not be '..'");
  CHECK(check_store_name(".gitignore").empty());
  CHECK(check_store_name("...").empty());
  CHECK(check_store_name(std::string(211, 'a')).empty());
  CHECK(!check_store_name(std::string(212, 'a')).empty());
}

TEST_CASE("paths below the store") {
  const std::string object = "/nix/store/z3n6ml62lc6l9glpaz6fq7fvi2rks9vq-a.txt";
  CHECK(kStore.is_object(object));
  CHECK(kStore.object_of(object + "/b/c") == object);
  CHECK(!kStore.is_object(object + "/b"));
  CHECK(!kStore.is_object("/nix/store"));
  CHECK(!kStore.is_object("/nix/store/z3n6ml62lc6l9glpaz6fq7fvi2rks9vq-"));
  CHECK(!kStore.is_object("/nix/store/u3n6ml62lc6l9glpaz6fq7fvi2rks9vq-a"));  // no `u` in base 32
  CHECK(!kStore.object_of("/nix/storefront/z3n6ml62lc6l9glpaz6fq7fvi2rks9vq-a"));
  CHECK(store_path_name(object) == "a.txt");
  CHECK(store_path_hash(object) == "z3n6ml62lc6l9glpaz6fq7fvi2rks9vq");
}

TEST_CASE("another store directory") {
  const StoreDir other{"/home/user/store"};
  CHECK(other.text_path("t.txt", hash_bytes(HashAlgorithm::Sha256, "hello"), {}) ==
        "/home/user/store/w4b7dqmnxmcg7m1xh9wza7iy2jq8xdz9-t.txt");
}
