;; A component of another world.
;; Limit: the exports of a rule.
(component
  (instance $any)
  (export "wasi:cli/run@0.2.0" (instance $any)))
