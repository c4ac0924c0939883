#!/usr/bin/env python3
"""Turns nix.grammar into the LALR(1) tables of the strict parser (strict_tables.inc).

usage: lalr.py nix.grammar OUTPUT

The lookaheads are found by propagation between the kernels of the LR(0) states. Default
reductions are chosen as Bison chooses them (the reduction with the most lookaheads, the earlier
rule on a tie), because they decide in which state an error is noticed, and so what its message
says. A conflict that precedence does not settle is an error.
"""
import sys
from collections import namedtuple

Rule = namedtuple('Rule', 'lhs rhs prec action')


def read_grammar(path):
    tokens, rules, prec = [], [], {}
    level = 0
    for line in open(path, encoding='utf-8'):
        line = line.rstrip('\n')
        words = line.split()
        if not words or words[0].startswith('#'):
            continue
        if words[0] == 'token':
            tokens.append((words[1], line.split(None, 2)[2]))
        elif words[0] in ('left', 'right', 'nonassoc'):
            level += 1
            for name in words[1:]:
                prec[name] = (level, words[0])
        else:
            left, action = line.rsplit(';', 1)
            lhs, rhs = left.split('=', 1)
            symbols = [w for w in rhs.split() if not w.startswith('%')]
            named = [w[1:] for w in rhs.split() if w.startswith('%')]
            names = [t for t, _ in tokens]
            last = named or [w for w in symbols if w in names][-1:]
            rules.append(Rule(lhs.strip(), tuple(symbols), prec.get(last[0]) if last else None,
                              action.strip()))
    return tokens, rules, prec


class Tables:
    def __init__(self, tokens, rules, prec):
        self.tokens = [name for name, _ in tokens]
        self.token_index = {name: i for i, name in enumerate(self.tokens)}
        self.hidden = {name for name, text in tokens if text == '-'}
        self.prec = prec
        self.rules = [Rule('$accept', (rules[0].lhs,), None, '-')] + rules
        self.nonterminals = []
        for rule in self.rules:
            if rule.lhs not in self.nonterminals:
                self.nonterminals.append(rule.lhs)
        self.by_lhs = {n: [i for i, r in enumerate(self.rules) if r.lhs == n]
                       for n in self.nonterminals}
        self.first_sets()
        self.lr0()
        self.lookaheads()
        self.actions()

    def first_sets(self):
        """FIRST as bit masks of tokens, and which nonterminals derive nothing."""
        self.first = {n: 0 for n in self.nonterminals}
        self.first.update({t: 1 << i for i, t in enumerate(self.tokens)})
        self.empty = set()
        changed = True
        while changed:
            changed = False
            for rule in self.rules:
                mask = self.first[rule.lhs]
                for symbol in rule.rhs:
                    mask |= self.first[symbol]
                    if symbol not in self.empty:
                        break
                else:
                    if rule.lhs not in self.empty:
                        self.empty.add(rule.lhs)
                        changed = True
                if mask != self.first[rule.lhs]:
                    self.first[rule.lhs] = mask
                    changed = True

    def first_of(self, symbols, after):
        mask = 0
        for symbol in symbols:
            mask |= self.first[symbol]
            if symbol not in self.empty:
                return mask
        return mask | after

    def closure0(self, kernel):
        items, work, seen = list(kernel), list(kernel), set(kernel)
        while work:
            rule, dot = work.pop()
            rhs = self.rules[rule].rhs
            if dot < len(rhs) and rhs[dot] in self.by_lhs:
                for index in self.by_lhs[rhs[dot]]:
                    if (index, 0) not in seen:
                        seen.add((index, 0))
                        items.append((index, 0))
                        work.append((index, 0))
        return items

    def lr0(self):
        self.kernels = [((0, 0),)]
        self.goto = [{}]
        index = {self.kernels[0]: 0}
        state = 0
        while state < len(self.kernels):
            moves = {}
            for rule, dot in self.closure0(self.kernels[state]):
                rhs = self.rules[rule].rhs
                if dot < len(rhs):
                    moves.setdefault(rhs[dot], []).append((rule, dot + 1))
            for symbol, items in moves.items():
                kernel = tuple(sorted(items))
                if kernel not in index:
                    index[kernel] = len(self.kernels)
                    self.kernels.append(kernel)
                    self.goto.append({})
                self.goto[state][symbol] = index[kernel]
            state += 1

    def closure1(self, items):
        """LR(1) closure of {(rule, dot): lookahead mask}."""
        work = list(items)
        while work:
            item = work.pop()
            rule, dot = item
            rhs = self.rules[rule].rhs
            if dot >= len(rhs) or rhs[dot] not in self.by_lhs:
                continue
            mask = self.first_of(rhs[dot + 1:], items[item])
            for index in self.by_lhs[rhs[dot]]:
                old = items.get((index, 0), 0)
                if old | mask != old or (index, 0) not in items:
                    items[(index, 0)] = old | mask
                    work.append((index, 0))
        return items

    def lookaheads(self):
        probe = 1 << len(self.tokens)  # a mark that is no token: what propagates
        self.kernel_la = [{item: 0 for item in kernel} for kernel in self.kernels]
        self.kernel_la[0][(0, 0)] = 1 << self.token_index['End']
        links = {}
        for state, kernel in enumerate(self.kernels):
            for item in kernel:
                for (rule, dot), mask in self.closure1({item: probe}).items():
                    rhs = self.rules[rule].rhs
                    if dot >= len(rhs):
                        continue
                    target = (self.goto[state][rhs[dot]], (rule, dot + 1))
                    self.kernel_la[target[0]][target[1]] |= mask & ~probe
                    if mask & probe:
                        links.setdefault((state, item), set()).add(target)
        work = list(links)
        while work:
            source = work.pop()
            mask = self.kernel_la[source[0]][source[1]]
            for state, item in links.get(source, ()):
                if mask & ~self.kernel_la[state][item]:
                    self.kernel_la[state][item] |= mask
                    work.append((state, item))

    def resolve(self, rule, token):
        """'shift', 'reduce' or 'error', by precedence."""
        rule_prec, token_prec = self.rules[rule].prec, self.prec.get(token)
        if not rule_prec or not token_prec:
            sys.exit(f'conflict: {self.rules[rule]} against {token}')
        if rule_prec[0] != token_prec[0]:
            return 'reduce' if rule_prec[0] > token_prec[0] else 'shift'
        return {'left': 'reduce', 'right': 'shift', 'nonassoc': 'error'}[token_prec[1]]

    def actions(self):
        self.explicit, self.default = [], []
        for state in range(len(self.kernels)):
            row = {t: ('shift', s) for t, s in self.goto[state].items() if t in self.token_index}
            reductions = {}
            for (rule, dot), mask in self.closure1(dict(self.kernel_la[state])).items():
                if dot == len(self.rules[rule].rhs):
                    reductions[rule] = mask
            for rule in sorted(reductions):
                for i, token in enumerate(self.tokens):
                    if not reductions[rule] >> i & 1:
                        continue
                    if token not in row:
                        row[token] = ('reduce', rule)
                    elif row[token][0] == 'shift':
                        verdict = self.resolve(rule, token)
                        if verdict == 'reduce':
                            row[token] = ('reduce', rule)
                        elif verdict == 'error':
                            row[token] = ('error', 0)
                    elif row[token][0] == 'reduce':
                        sys.exit(f'reduce/reduce conflict in state {state} on {token}')
            default = 0
            if reductions and 0 not in reductions:
                shifts = any(a[0] == 'shift' for a in row.values())
                if len(reductions) == 1 and not shifts:
                    default = next(iter(reductions))
                    row = {}
                else:
                    count = {r: sum(a == ('reduce', r) for t, a in row.items() if t not in self.hidden)
                             for r in reductions}
                    best = max(count.values())
                    default = min(r for r in count if count[r] == best) if best else 0
                    row = {t: a for t, a in row.items() if a != ('reduce', default) or not default}
            if not default:
                row = {t: a for t, a in row.items() if a[0] != 'error'}
            self.explicit.append(row)
            self.default.append(default)


def write(tables, token_texts, out):
    put = lambda *words: print(*words, file=out)
    put('// Made by syntax/grammar/lalr.py from syntax/grammar/nix.grammar; do not edit.')
    put('enum class Token : uint8_t {', ', '.join(tables.tokens), '};')
    put(f'inline constexpr size_t kTokenCount = {len(tables.tokens)};')
    quoted = ['"' + t.replace('\\', '\\\\').replace('"', '\\"') + '"' for t in token_texts]
    put('inline constexpr std::string_view kTokenTexts[] = {', ', '.join(quoted), '};')
    actions = []
    for rule in tables.rules:
        if rule.action != '-' and rule.action not in actions:
            actions.append(rule.action)
    put('enum class Action : uint8_t { pass,', ', '.join(actions), '};')
    put('struct Rule { uint8_t lhs; uint8_t length; Action action; };')
    names = {n: i for i, n in enumerate(tables.nonterminals)}
    put('inline constexpr Rule kRules[] = {')
    for rule in tables.rules:
        action = 'pass' if rule.action == '-' else rule.action
        put(f'  {{{names[rule.lhs]}, {len(rule.rhs)}, Action::{action}}},')
    put('};')
    put(f'inline constexpr size_t kStateCount = {len(tables.kernels)};')
    put('// > 0: shift to that state; < 0: reduce by that rule; 0: error; kAccept: done.')
    put('inline constexpr int16_t kAccept = 0x7fff;')
    put('inline constexpr int16_t kActions[kStateCount][kTokenCount] = {')
    masks = []
    for state, row in enumerate(tables.explicit):
        cells, mask = [], 0
        for i, token in enumerate(tables.tokens):
            kind, value = row.get(token, ('reduce', tables.default[state]))
            if kind == 'shift':
                cells.append(value)
            elif kind == 'reduce':
                explicit_accept = value == 0 and token in row
                cells.append('kAccept' if explicit_accept else -value)
            else:
                cells.append(0)
            if token in row and kind != 'error' and token not in tables.hidden:
                mask |= 1 << i
        masks.append(mask)
        put('  {' + ','.join(map(str, cells)) + '},')
    put('};')
    put('// The tokens that a message lists as expected in a state: those with an action of their own.')
    put('inline constexpr uint64_t kExpected[kStateCount] = {', ', '.join(f'{m}u' if m < 2**31 else f'{m}ull' for m in masks), '};')
    put('// The rule by which a state reduces whatever comes, without looking; 0 if it must look.')
    blind = [d if not row else 0 for d, row in zip(tables.default, tables.explicit)]
    put('inline constexpr uint8_t kBlindReductions[kStateCount] = {', ', '.join(map(str, blind)), '};')
    put(f'inline constexpr uint16_t kGotos[kStateCount][{len(names)}] = {{')
    for moves in tables.goto:
        put('  {' + ','.join(str(moves.get(n, 0)) for n in tables.nonterminals) + '},')
    put('};')
    put('// Columns of kGotos.')
    for name in ('binds', 'binds1', 'expr'):
        put(f'inline constexpr uint8_t kGoto_{name} = {names[name]};')


def main():
    tokens, rules, prec = read_grammar(sys.argv[1])
    tables = Tables(tokens, rules, prec)
    with open(sys.argv[2], 'w', encoding='utf-8') as out:
        write(tables, [text for _, text in tokens], out)


main()
