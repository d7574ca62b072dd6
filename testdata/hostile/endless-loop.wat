;; An endless loop in check.
;; Limit: fuel.
(module
  (;rule;)
  (;head;)
    (loop $again (br $again))
    (unreachable)))
