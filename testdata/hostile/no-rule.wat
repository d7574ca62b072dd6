;; Examines keys, and does not say what it is.
;; Limit: the exports of a rule.
(component
  (instance $any)
  (export "keyreeve:policy/keys@1.1.0" (instance $any)))
