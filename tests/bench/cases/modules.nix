# A module system in small: options and definitions of many modules merged by priority, config
# a fixpoint of itself.
let
  inherit (builtins) genList mapAttrs foldl' attrNames zipAttrsWith filter head length isAttrs sort;
  fix = f: let x = f x; in x;
  mkDefault = v: { _type = "override"; priority = 1000; content = v; };
  mkForce = v: { _type = "override"; priority = 50; content = v; };
  priority = v: if isAttrs v && v._type or "" == "override" then v.priority else 100;
  content = v: if isAttrs v && v._type or "" == "override" then v.content else v;
  merge = option: defs:
    let
      best = foldl' (a: d: if priority d < a then priority d else a) 9999 defs;
      kept = map content (filter (d: priority d == best) defs);
    in
    if defs == [ ] then option.default
    else if option.type == "list" then builtins.concatLists kept
    else if option.type == "sum" then foldl' (a: b: a + b) 0 kept
    else if length kept == 1 then head kept
    else throw "defined twice";
  module = i: { config }: {
    options."s${toString i}" = {
      enable = { type = "bool"; default = false; };
      port = { type = "int"; default = 1000 + i; };
      tags = { type = "list"; default = [ ]; };
    };
    config = {
      "s${toString i}" = {
        enable = mkDefault (i - i / 3 * 3 == 0);
        tags = if config."s${toString i}".enable then [ "on" ] else [ "off" ];
      };
      ${if i > 0 then "s${toString (i - 1)}" else null} = {
        port = if i - i / 2 * 2 == 0 then mkForce i else mkDefault 7;
        tags = [ "by ${toString i}" ];
      };
      total.sum = config."s${toString i}".port;
    };
  };
  evaluate = modules: fix (config:
    let
      loaded = map (m: m { inherit config; }) modules;
      options = zipAttrsWith (_: head) (map (m: m.options or { }) loaded);
      definitions = zipAttrsWith (_: zipAttrsWith (_: ds: ds)) (map (m: m.config or { }) loaded);
    in
    mapAttrs (s: mapAttrs (o: option: merge option (definitions.${s}.${o} or [ ]))) options);
  top = { config }: { options.total.sum = { type = "sum"; default = 0; }; };
  config = evaluate ([ top ] ++ genList module 12000);
in
[
  config.total.sum
  (foldl' (a: s: a + length (config.${s}.tags or [ ])) 0 (attrNames config))
]
