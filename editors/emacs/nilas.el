;;; nilas.el --- Values and diagnostics for Nix from nilas -*- lexical-binding: t; -*-

;; Author: the nilas authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, nix
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Tells eglot (and lsp-mode, where it is installed) how to start nilas, for whichever Nix mode is
;; there: nix-mode, nix-ts-mode, or, where there is none, the small one at the end of this file.
;;
;;   (add-to-list 'load-path "/path/to/nilas/editors/emacs")
;;   (require 'nilas)
;;
;; Then open a Nix file: eglot starts by itself, and `eldoc' shows the value at point.

;;; Code:

(defgroup nilas nil
  "The nilas language server for Nix."
  :group 'languages)

(defcustom nilas-command '("nilas" "lsp")
  "The server's program and its arguments."
  :type '(repeat string))

(defcustom nilas-autostart t
  "Whether a Nix buffer starts the server by itself, through eglot."
  :type 'boolean)

(defconst nilas-modes '(nix-mode nix-ts-mode nilas-nix-mode)
  "The major modes that nilas serves.")

(declare-function eglot-ensure "eglot")
(declare-function lsp-register-client "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons nilas-modes (lambda (&rest _) nilas-command))))

(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(nilas-nix-mode . "nix"))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () nilas-command))
                    :major-modes nilas-modes
                    :priority 1
                    :server-id 'nilas)))

(defun nilas-ensure ()
  "Start nilas for this buffer, if eglot and the program are there."
  (when (and nilas-autostart buffer-file-name)
    (cond ((not (executable-find (car nilas-command)))
           (message "nilas: no program \"%s\".  Put nilas into PATH, or set nilas-command."
                    (car nilas-command)))
          ((require 'eglot nil t) (eglot-ensure)))))

(dolist (mode nilas-modes)
  (add-hook (intern (format "%s-hook" mode)) #'nilas-ensure))

;; A mode for those who have none: comments, strings and keywords.

(defvar nilas-nix-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?/ ". 14b" table)
    (modify-syntax-entry ?* ". 23b" table)
    (modify-syntax-entry ?' "_" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    table))

(defconst nilas-nix-mode-font-lock
  `((,(regexp-opt '("if" "then" "else" "let" "in" "with" "rec" "inherit" "assert" "or") 'symbols)
     . font-lock-keyword-face)
    (,(regexp-opt '("true" "false" "null") 'symbols) . font-lock-constant-face)
    (,(regexp-opt '("builtins" "import" "throw" "abort" "map" "toString") 'symbols)
     . font-lock-builtin-face)
    ("\\_<\\([a-zA-Z_][a-zA-Z0-9_'-]*\\)\\s-*=[^=]" 1 font-lock-variable-name-face)))

;;;###autoload
(define-derived-mode nilas-nix-mode prog-mode "Nix"
  "A small major mode for Nix, where there is no other."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+\\s-*")
  (setq-local indent-tabs-mode nil)
  (setq-local font-lock-defaults '(nilas-nix-mode-font-lock)))

;; The name by which the protocol knows the language; eglot would say "nilas-nix".
(put 'nilas-nix-mode 'eglot-language-id "nix")

(unless (assoc "\\.nix\\'" auto-mode-alist)
  (add-to-list 'auto-mode-alist
               (cons "\\.nix\\'"
                     (cond ((fboundp 'nix-mode) 'nix-mode)
                           ((fboundp 'nix-ts-mode) 'nix-ts-mode)
                           (t 'nilas-nix-mode)))))

(provide 'nilas)
;;; nilas.el ends here
