;; Traps.
;; Limit: none: a trap is not a pass.
(module
  (;rule;)
  (;head;)
    (unreachable)))
