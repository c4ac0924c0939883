#!/usr/bin/env python3
"""The layer rule: syntax <- evaluator <- lsp/analysis <- lsp; a layer includes itself and what stands to its left.

usage: layers.py SOURCE_ROOT

Also: which libraries and headers a layer may not use. Prints each #include that breaks a rule; exits 1 if there is one.
"""
import os, re, sys

LAYERS = ['syntax', 'evaluator', 'lsp/analysis', 'lsp']
# Only lsp outside lsp/analysis talks JSON, logs, waits on sockets, starts threads.
EDGE_ONLY = re.compile(r'^(nlohmann/|boost/asio|spdlog/|CLI/|thread$|mutex$|shared_mutex$|condition_variable$|'
                       r'future$|semaphore$|stop_token$|barrier$|latch$)')
# syntax is pure: nothing of the world outside.
OUTSIDE = re.compile(r'^(fstream|iostream|filesystem|chrono|unistd\.h|fcntl\.h|sys/|stdio\.h|netinet/|dirent\.h)')
TREE_SITTER = re.compile(r'^tree_sitter')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def layer_of(path):
    for layer in ['lsp/analysis', 'syntax', 'evaluator', 'lsp']:
        if path.startswith(layer + '/'):
            return layer
    return None


def problems(root):
    for top in ('syntax', 'evaluator', 'lsp'):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for file in files:
                if not file.endswith(('.hpp', '.cpp', '.h', '.def', '.inc')):
                    continue
                path = os.path.relpath(os.path.join(folder, file), root)
                layer = layer_of(path)
                text = open(os.path.join(folder, file), encoding='utf-8').read()
                for quote, name in INCLUDE.findall(text):
                    target = layer_of(name)
                    if name.startswith('tests/'):
                        yield path, name, 'nothing includes tests'
                    elif target and LAYERS.index(target) > LAYERS.index(layer):
                        yield path, name, f'{layer} must not know {target}'
                    elif layer != 'lsp' and EDGE_ONLY.match(name):
                        yield path, name, 'only lsp, outside lsp/analysis'
                    elif layer == 'syntax' and OUTSIDE.match(name):
                        yield path, name, 'syntax knows no world outside'
                    elif layer != 'syntax' and TREE_SITTER.match(name):
                        yield path, name, 'tree-sitter stays inside syntax'
                    elif quote == '"' and '/' not in name and not name.endswith('.inc'):
                        yield path, name, 'include paths start at the root'


found = list(problems(sys.argv[1]))
for path, name, why in found:
    print(f'{path} includes {name}: {why}')
sys.exit(1 if found else 0)
