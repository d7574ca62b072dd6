;; Says what it is, and examines nothing.
;; Limit: the exports of a rule.
(component
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any)))
