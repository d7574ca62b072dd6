;; Calls itself without end.
;; Limit: the stack.
(module
  (func $down (call $down) (call $down))
  (;rule;)
  (;head;)
    (call $down)
    (unreachable)))
