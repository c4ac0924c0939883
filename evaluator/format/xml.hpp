#pragma once
// Values as XML, as builtins.toXML and `nix-instantiate --eval --xml` write them. No native recursion.

#include "evaluator/vm.hpp"

namespace nilas::eval {

struct XmlOptions {
  bool force = true;  ///< evaluate what is not yet; otherwise it is <unevaluated />
  bool locations =
      true;  ///< tell where attributes and functions were written; builtins.toXML does not
};

/// String value: an XML document that ends in a line break, with the context of every string in it.
Task to_xml(Vm& vm, Root v, XmlOptions options);

}  // namespace nilas::eval
