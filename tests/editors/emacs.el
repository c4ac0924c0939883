;;; emacs.el --- Drives a real Emacs through the expectations -*- lexical-binding: t; -*-

;; Run by run.py:  emacs --batch -L ../../editors/emacs -l emacs.el
;; Each check prints `ok NAME' or `FAIL NAME: reason'; the exit status is 1 if one failed.
;; Hovers are what eglot gives to eldoc, diagnostics are what Flymake marks.

;;; Code:

(require 'package)
(package-initialize)
(require 'cl-lib)
(require 'json)
(require 'eglot)
(require 'nilas)

(defvar drive-expected
  (let ((json-array-type 'list) (json-object-type 'alist) (json-false nil))
    (json-read-file (getenv "NILAS_TEST_EXPECTATIONS"))))
(defvar drive-workspace (file-name-as-directory (getenv "NILAS_TEST_WORKSPACE")))
(defvar drive-patience (/ (string-to-number (getenv "NILAS_TEST_WAIT_MS")) 1000.0))
(defvar drive-failed 0)

(setq eglot-sync-connect 20
      eglot-autoshutdown t
      eglot-send-changes-idle-time 0
      make-backup-files nil
      create-lockfiles nil)

(defun drive-get (key table) (alist-get key table))

(defun drive-out (format &rest arguments)
  (princ (replace-regexp-in-string "\n" " | " (apply #'format format arguments)))
  (terpri))

(defmacro drive-check (name &rest body)
  "Run BODY as the check NAME: it passes unless it signals an error."
  (declare (indent 1))
  `(condition-case reason
       (progn ,@body (drive-out "ok %s" ,name) t)
     (error (cl-incf drive-failed)
            (drive-out "FAIL %s: %s" ,name (error-message-string reason))
            nil)))

(defun drive-wait (what condition)
  "Let processes talk until CONDITION holds; batch mode has no command loop that would."
  (let ((end (+ (float-time) drive-patience)) result)
    (while (and (not (setq result (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.02))
    (or result (error "No %s within %s s" what drive-patience))))

(defun drive-open (file)
  (switch-to-buffer (find-file-noselect (concat drive-workspace file)))
  (run-hooks 'post-command-hook))       ; where `eglot-ensure' waits

(defun drive-put-cursor (at)
  (drive-open (drive-get 'file at))
  (goto-char (point-min))
  (search-forward (drive-get 'line at))
  (goto-char (line-beginning-position))
  (search-forward (drive-get 'token at) (line-end-position))
  (goto-char (match-beginning 0)))

(defun drive-hover (at)
  "The text that eldoc gets for the token that AT describes."
  (drive-put-cursor at)
  (let (text)
    (eglot-hover-eldoc-function (lambda (answer &rest _) (setq text (or answer ""))))
    (drive-wait "hover" (lambda () text))))

(defun drive-check-hover (at)
  (let ((text (drive-hover at)))
    (dolist (part (drive-get 'shows at))
      (unless (string-search part text) (error "Wanted \"%s\", the hover says \"%s\"" part text)))))

(defun drive-check-hover-differs (at)
  "The same with a wrong value: pass only if exactly the comparison fails."
  (let ((reason (condition-case e (progn (drive-check-hover at) nil)
                  (error (error-message-string e)))))
    (unless reason (error "The wrong value was accepted"))
    (unless (string-search "Wanted" reason) (error "No hover to compare with: %s" reason))))

(defun drive-position (place)
  "The buffer position of PLACE: line and column, counted from 1."
  (save-excursion
    (goto-char (point-min))
    (forward-line (1- (nth 0 place)))
    (+ (point) (1- (nth 1 place)))))

(defun drive-check-diagnostic (want)
  (drive-open (drive-get 'file want))
  (drive-wait
   (format "'%s' at its place" (drive-get 'message want))
   (lambda ()
     (flymake-start)                    ; what its idle timer does
     (cl-some (lambda (d)
                (and (= (flymake-diagnostic-beg d) (drive-position (drive-get 'start want)))
                     (= (flymake-diagnostic-end d) (drive-position (drive-get 'end want)))
                     (eq (flymake-diagnostic-type d) 'eglot-error)
                     (string-search (drive-get 'message want) (flymake-diagnostic-text d))))
              (flymake-diagnostics)))))

(defun drive-check-unsaved-edit (edit)
  (drive-put-cursor (drive-get 'hover edit))
  (drive-open (drive-get 'file edit))
  (goto-char (point-min))
  (search-forward (drive-get 'from edit))
  (replace-match (drive-get 'to edit))
  (eglot--signal-textDocument/didChange) ; sent from an idle timer, which batch mode never runs
  (drive-check-hover (drive-get 'hover edit))
  (with-temp-buffer
    (insert-file-contents (concat drive-workspace (drive-get 'file edit)))
    (unless (string-prefix-p (drive-get 'from edit) (buffer-string))
      (error "The file on disk was changed to %s" (buffer-string)))))

(when (drive-check "the server starts by itself"
        (drive-open (drive-get 'clean_file drive-expected))
        (unless (eglot-current-server) (error "No server")))
  (dolist (hover (drive-get 'hovers drive-expected))
    (drive-check (drive-get 'name hover)
      (if (drive-get 'must_fail hover) (drive-check-hover-differs hover)
        (drive-check-hover hover))))
  (dolist (diagnostic (drive-get 'diagnostics drive-expected))
    (drive-check (drive-get 'name diagnostic) (drive-check-diagnostic diagnostic)))
  (drive-check "a correct file has no diagnostics"
    (drive-open (drive-get 'clean_file drive-expected))
    (when (flymake-diagnostics)
      (error "%S" (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))))
  (let ((edit (drive-get 'unsaved_edit drive-expected)))
    (drive-check (drive-get 'name edit) (drive-check-unsaved-edit edit)))
  (ignore-errors (eglot-shutdown (eglot-current-server))))

(dolist (buffer (buffer-list))          ; or Emacs asks what to do with the unsaved edit
  (with-current-buffer buffer (set-buffer-modified-p nil)))
(kill-emacs (if (zerop drive-failed) 0 1))

;;; emacs.el ends here
